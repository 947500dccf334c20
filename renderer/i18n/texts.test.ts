import { describe, expect, it } from 'vitest';
import { NAME_LENGTH, type AidProblem } from '../../shared/aun/aid';
import { events } from '../../shared/bridge/contract';
import { errorCodes } from '../../shared/bridge/errors';
import { blockedReasonSchema } from '../../shared/model/account';
import { certificateStatusSchema, certificateViewSchema } from '../../shared/model/certificate';
import {
  conversationSchema,
  peerKindSchema,
  profileStatusSchema,
  waitReasonSchema,
} from '../../shared/model/conversation';
import { deliveryStateSchema, noticeSchema, undecryptableReasonSchema } from '../../shared/model/message';
import { groupRoleSchema, signatureStandingSchema } from '../../shared/model/group';
import { contactSchema, profileWarningSchema } from '../../shared/model/people';
import { resolveLanguage } from '.';
import { en } from './en';
import { zhCn } from './zh-cn';

type Tree = { readonly [key: string]: string | Tree };

function flatten(tree: Tree, path = ''): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') texts.set(`${path}${key}`, value);
    else for (const [inner, text] of flatten(value, `${path}${key}.`)) texts.set(inner, text);
  }
  return texts;
}

const english = flatten(en);
const chinese = flatten(zhCn);
const aidProblems: Readonly<Record<AidProblem, true>> = {
  empty: true,
  too_short: true,
  too_long: true,
  bad_character: true,
  bad_start: true,
  reserved: true,
  guest_prefix: true,
  group_prefix: true,
  missing_issuer: true,
  bad_issuer: true,
};

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').sort();
}

describe('texts', () => {
  it('have the same keys in both languages (Chinese has one plural form)', () => {
    const expected = [...english.keys()].filter((key) => !key.endsWith('_one'));
    expect([...chinese.keys()].sort()).toEqual(expected.sort());
  });

  it('have a singular for every plural in English', () => {
    for (const key of english.keys()) {
      if (key.endsWith('_other')) expect(english.has(key.replace(/_other$/, '_one')), key).toBe(true);
    }
  });

  it('are never empty', () => {
    for (const [key, text] of [...english, ...chinese]) expect(text.trim(), key).not.toBe('');
  });

  it('fill in the same facts in both languages', () => {
    for (const [key, text] of chinese)
      expect(placeholders(text), key).toEqual(placeholders(english.get(key) ?? ''));
  });

  it('are Chinese where they should be', () => {
    const same = new Set([
      'app.name',
      'notify.megabytes',
      'onboarding.networkPublic',
      'onboarding.namePlaceholder',
    ]);
    for (const [key, text] of chinese) {
      const words = text.replaceAll(/\{\{\w+\}\}/g, '');
      if (!same.has(key) && /\p{L}/u.test(words)) expect(words, key).toMatch(/\p{Script=Han}/u);
    }
  });

  it('mention the limits that the rules have', () => {
    expect(en.aid.too_short).toContain(String(NAME_LENGTH.min));
    expect(en.aid.too_long).toContain(String(NAME_LENGTH.max));
  });

  it.each([
    ['errors', errorCodes],
    ['blocked', blockedReasonSchema.options],
    ['wait', waitReasonSchema.options],
    ['unreadable', undecryptableReasonSchema.options],
    ['aid', Object.keys(aidProblems)],
    ['state', deliveryStateSchema.options],
    ['notice', events['app.notice'].data.shape.code.options],
    ['timelineNotice', noticeSchema.options],
    ['security', conversationSchema.shape.security.options],
    ['profileStatus', profileStatusSchema.options],
    ['profileStatusText', profileStatusSchema.options],
    ['profileWarning', profileWarningSchema.options],
    ['kind', peerKindSchema.options],
    ['trust', contactSchema.shape.trust.options],
    ['certificateStatus', certificateStatusSchema.options],
    ['certificateStatusText', certificateStatusSchema.options],
    ['certificateWarning', certificateViewSchema.shape.warnings.element.options],
    ['revocation', certificateViewSchema.shape.revocation.options],
    ['moderation.role', groupRoleSchema.options],
    ['moderation.signature', signatureStandingSchema.options],
  ])('have words for every code of "%s"', (group, codes) => {
    for (const code of codes) {
      expect(english.has(`${group}.${code}`), `en ${group}.${code}`).toBe(true);
      expect(chinese.has(`${group}.${code}`), `zh-CN ${group}.${code}`).toBe(true);
    }
  });
});

describe('resolveLanguage', () => {
  it('follows the setting, else the system', () => {
    expect(resolveLanguage('system', 'zh-Hans-CN')).toBe('zh-CN');
    expect(resolveLanguage('system', 'de-DE')).toBe('en');
    expect(resolveLanguage('en', 'zh-CN')).toBe('en');
  });
});
