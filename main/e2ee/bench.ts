import { generateKeyPairSync, sign } from 'node:crypto';
import { systemRandom } from '../runtime/runtime';
import type { CryptoPool, PoolKeys } from './pool';
import { identitySecrets, sealEnvelope } from './v1/envelope-seal';
import { checkIncoming } from './v1/incoming';
import type { CheckedEnvelope } from './v1/incoming';
import { EnvelopeOpener } from './v1/opener';
import { AgreementKey, pointOfKey, spkiOf } from './v1/primitives';

/** Figures of {@link measureOpening}, envelopes per second. */
export interface OpeningFigures {
  readonly count: number;
  /** Sealing one copy. */
  readonly sealed: number;
  /** The checks without keys, which run in the main process. */
  readonly checked: number;
  /** Opening in the calling thread. */
  readonly opened: number;
  /** Opening through a pool, measured from the main process; null without one. */
  readonly pooled: number | null;
}

let runs = 0;
const OWN = `sha256:${'0'.repeat(64)}`;
const SENDER = `sha256:${'1'.repeat(64)}`;

/**
 * Seals `count` messages of about fifty characters from one sender for one prekey, and measures every step of opening
 * them. `now` is a monotonic clock in ms.
 */
export async function measureOpening(
  count: number,
  now: () => number,
  pool: CryptoPool | null = null,
): Promise<OpeningFigures> {
  const make = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const [sender, receiver, prekey] = [make(), make(), make()];
  const random = (length: number): Buffer => systemRandom.bytes(length);
  const perSecond = (started: number): number => Math.round((count * 1000) / (now() - started));

  const identity = {
    key: AgreementKey.fromPrivateKey(sender.privateKey),
    fingerprint: SENDER,
    sign: (data: Uint8Array) => sign('sha256', data, { key: sender.privateKey, dsaEncoding: 'der' }),
  };
  const target = {
    certificateFingerprint: OWN,
    certificatePoint: pointOfKey(receiver.publicKey),
    prekey: { id: 'prekey', point: pointOfKey(prekey.publicKey) },
  };
  const known = identitySecrets(identity.key, target);

  let started = now();
  const rows = Array.from({ length: count }, (_, index) => ({
    message_id: `m-${index}`,
    from: 'alice.aid.test',
    to: 'bobby.aid.test',
    payload: sealEnvelope(
      identity,
      { ...target, identitySecrets: known },
      {
        from: 'alice.aid.test',
        to: 'bobby.aid.test',
        messageId: `m-${index}`,
        timestamp: 1_800_000_000_000 + index,
        payload: { type: 'text', text: `message ${index}: about fifty characters of text 你好` },
        ephemeral: AgreementKey.generate(random),
        nonce: random(12),
      },
    ),
  }));
  const sealed = perSecond(started);

  const to = { ownAid: 'bobby.aid.test', ownKeys: new Map([[OWN, 'key']]) };
  started = now();
  const envelopes: CheckedEnvelope[] = [];
  for (const row of rows) {
    const result = checkIncoming(row, to);
    if ('ok' in result) throw new Error(result.detail);
    envelopes.push(result);
  }
  const checked = perSecond(started);

  const opener = new EnvelopeOpener(new Map([['key', AgreementKey.fromPrivateKey(receiver.privateKey)]]));
  opener.addPrekey('prekey', AgreementKey.fromPrivateKey(prekey.privateKey));
  opener.addSender('alice.aid.test', SENDER, sender.publicKey);
  started = now();
  for (const envelope of envelopes) {
    const outcome = opener.open(envelope);
    if (!outcome.ok) throw new Error(outcome.detail);
  }
  const opened = perSecond(started);
  if (pool === null) return { count, sealed, checked, opened, pooled: null };

  // Below zero: never the number of a real account of this process.
  runs += 1;
  const keys: PoolKeys = {
    account: -runs,
    identities: () => [{ key: 'key', pkcs8: receiver.privateKey.export({ type: 'pkcs8', format: 'der' }) }],
    prekey: () => Uint8Array.from(prekey.privateKey.export({ type: 'pkcs8', format: 'der' })),
    sender: () => Uint8Array.from(spkiOf(sender.publicKey)),
  };
  await pool.open(keys, envelopes.slice(0, 64));
  started = now();
  const outcomes = await pool.open(keys, envelopes);
  const pooled = perSecond(started);
  pool.forget(keys.account);
  if (outcomes?.every((outcome) => outcome.ok) !== true) throw new Error('the pool did not open everything');
  return { count, sealed, checked, opened, pooled };
}
