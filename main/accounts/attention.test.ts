import { expect, it } from 'vitest';
import { attentionOf } from './attention';

const DAY = 86_400_000;
const NOW = 1_790_000_000_000;
const calm = {
  backupReminder: false,
  certificateExpiresAt: NOW + 365 * DAY,
  profileChangedElsewhere: false,
  now: NOW,
};

it('says nothing of an identity with which all is well', () => {
  expect(attentionOf(calm)).toEqual([]);
  expect(attentionOf({ ...calm, certificateExpiresAt: null })).toEqual([]);
});

it.each([
  ['thirty days and a second before its end', 30 * DAY + 1000, []],
  ['a second less than thirty days', 30 * DAY - 1000, ['certificate_expiring']],
  ['at its end', 0, ['certificate_expired']],
  ['long after', -90 * DAY, ['certificate_expired']],
] as const)('judges a certificate %s', (_when, left, expected) => {
  expect(attentionOf({ ...calm, certificateExpiresAt: NOW + left })).toEqual(expected);
});

it('names a profile that was changed elsewhere and a backup that is missing, the more urgent first', () => {
  expect(attentionOf({ ...calm, backupReminder: true, profileChangedElsewhere: true })).toEqual([
    'profile_changed_elsewhere',
    'backup_missing',
  ]);
});
