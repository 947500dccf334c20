import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Certificate } from '../../ports/identity';
import { AunError } from '../../runtime/errors';
import { readEvent } from './read';
import type { GroupEvent } from './read';
import { judgeSignature } from './signature';

const ALICE = 'alice.aun.test';
const GROUP = 'group.aun.test/g-readers';
const AT = 1_767_225_600_000;
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const certificate: Certificate = {
  pem: '',
  fingerprint: 'sha256:aa',
  spkiFingerprint: 'sha256:bb',
  commonName: ALICE,
  publicKey,
  serial: '1',
  notBefore: 0,
  notAfter: AT * 2,
};
const peers = {
  certificate: () => Promise.resolve(certificate),
  certificateNamed: () => Promise.resolve(certificate),
};

function signed(method: string, at = AT, aid = ALICE): Record<string, unknown> {
  const timestamp = String(Math.floor(at / 1000));
  const data = Buffer.from(`${method}|${aid}|${timestamp}|cafe`);
  const signature = sign('sha256', data, { key: privateKey, dsaEncoding: 'der' }).toString('base64');
  const given = { aid, cert_fingerprint: 'sha256:aa', timestamp, params_hash: 'cafe', signature };
  return { ...given, _method: method };
}

function event(changed: Record<string, unknown> = {}): GroupEvent {
  const read = readEvent({
    group_id: GROUP,
    action: 'member_removed',
    event_seq: 7,
    actor_aid: ALICE,
    member_aid: 'bobby.aun.test',
    created_at: AT,
    client_signature: signed('group.kick'),
    ...changed,
  });
  if (read === null) throw new Error('this is no event');
  return read;
}

it('a request that its actor signed, of a fitting kind and time, is verified', async () => {
  expect(await judgeSignature(event(), peers)).toBe('verified');
});

it('an event without a signature is unsigned, which is normal', async () => {
  expect(await judgeSignature(event({ client_signature: undefined }), peers)).toBe('unsigned');
});

it.each([
  ['another method', { client_signature: signed('group.ban') }],
  ['no method', { client_signature: { ...signed('group.kick'), _method: '' } }],
  ['an old genuine signature', { client_signature: signed('group.kick', AT - 11 * 60_000) }],
  ['somebody else as the actor', { actor_aid: 'carol.aun.test' }],
  ['a changed hash', { client_signature: { ...signed('group.kick'), params_hash: 'beef' } }],
  ['something that is no signature', { client_signature: { aid: ALICE } }],
])('%s makes it invalid', async (_what, changed) => {
  expect(await judgeSignature(event(changed), peers)).toBe('invalid');
});

it('nothing is known of it while the certificate cannot be had', async () => {
  const away = () => Promise.reject(new AunError('connection_closed', 'away'));
  expect(await judgeSignature(event(), { certificate: away, certificateNamed: away })).toBe('unchecked');
});

it('reads who is concerned wherever a gateway names them, and keeps texts bounded', () => {
  const banned = event({
    action: 'member_banned',
    member_aid: undefined,
    subject: 'bobby.aun.test',
    expires_at: AT / 1000,
    reason: `spam\u202e${'x'.repeat(5_000)}`,
  });
  expect(banned).toMatchObject({ target: 'bobby.aun.test', values: { until: String(AT) } });
  expect(banned.values['reason']).toMatch(/^spamx+$/);
  expect(banned.values['reason']?.length).toBe(255);
  expect(event({ action: 'owner_transferred', new_owner: 'carol.aun.test' }).target).toBe('carol.aun.test');
  expect(readEvent({ group_id: GROUP })).toBeNull();
  expect(event({ action: 'of_a_later_version' })).toMatchObject({
    known: null,
    action: 'of_a_later_version',
  });
});
