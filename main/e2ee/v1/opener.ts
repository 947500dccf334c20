import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { BoundedMap } from '../../runtime/bounded-map';
import { refuse } from '../refusal';
import type { Refusal } from '../refusal';
import { openEnvelope } from './envelope-open';
import type { OpenedEnvelope } from './envelope-open';
import type { CheckedEnvelope } from './incoming';
import { pointOfKey } from './primitives';
import type { AgreementKey } from './primitives';

/** How many imported keys, and how many shared secrets, one account keeps ready. */
export const OPENER_LIMITS = { prekeys: 256, senders: 512, secrets: 2048 } as const;

/** Name of a sender's certificate among the keys of an account. */
export function senderId(aid: string, fingerprint: string): string {
  return `${aid}#${fingerprint}`;
}

interface Sender {
  readonly key: KeyObject;
  readonly point: Buffer;
}

/**
 * Opens the envelopes of one account with keys it was given before, in the main process or in a worker. Imported keys
 * and the secrets that do not depend on a message are kept, so that the usual message costs one signature check and
 * two key agreements.
 */
export class EnvelopeOpener {
  readonly #identities: ReadonlyMap<string, AgreementKey>;
  readonly #prekeys = new BoundedMap<string, AgreementKey>(OPENER_LIMITS.prekeys);
  readonly #senders = new BoundedMap<string, Sender>(OPENER_LIMITS.senders);
  readonly #secrets = new BoundedMap<string, Buffer>(OPENER_LIMITS.secrets, (_, secret) => secret.fill(0));

  /** `identities`: the identity key of now and those of before, by the fingerprint of their SPKI. */
  constructor(identities: ReadonlyMap<string, AgreementKey>) {
    this.#identities = identities;
  }

  hasPrekey(id: string): boolean {
    return this.#prekeys.get(id) !== undefined;
  }

  hasSender(aid: string, fingerprint: string): boolean {
    return this.#senders.get(senderId(aid, fingerprint)) !== undefined;
  }

  addPrekey(id: string, key: AgreementKey): void {
    this.#prekeys.set(id, key);
  }

  /**
   * `key` is the public key of the verified certificate `fingerprint` of `aid`. A certificate is never looked up by
   * its fingerprint alone: it speaks for its own AID only. @throws RangeError for another curve.
   */
  addSender(aid: string, fingerprint: string, key: KeyObject): void {
    this.#senders.set(senderId(aid, fingerprint), { key, point: pointOfKey(key) });
  }

  /** The same from SPKI DER. @throws Error when the bytes are not a P-256 key. */
  addSenderSpki(aid: string, fingerprint: string, spki: Uint8Array): void {
    this.addSender(
      aid,
      fingerprint,
      createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }),
    );
  }

  /** Never throws. */
  open(envelope: CheckedEnvelope): OpenedEnvelope | Refusal {
    const sender = this.#senders.get(senderId(envelope.from, envelope.senderFingerprint));
    if (sender === undefined) {
      return refuse('sender_certificate_unavailable', 'the certificate of the sender is not at hand');
    }
    const identity = this.#identities.get(envelope.recipientKey);
    if (identity === undefined) {
      return refuse('recipient_certificate_unknown', 'the identity key it is encrypted to is not at hand');
    }
    const prekey = envelope.prekeyId === null ? null : (this.#prekeys.get(envelope.prekeyId) ?? null);
    return openEnvelope(envelope, {
      senderKey: sender.key,
      identity,
      prekey,
      identityWithSender: () =>
        this.#secret(`i#${envelope.recipientKey}#${envelope.senderFingerprint}`, identity, sender),
      prekeyWithSender: () => {
        if (prekey === null) throw new Error('no prekey');
        return this.#secret(`p#${envelope.prekeyId ?? ''}#${envelope.senderFingerprint}`, prekey, sender);
      },
    });
  }

  /** Forgets every key and wipes the kept secrets. */
  clear(): void {
    this.#secrets.wipe((secret) => secret.fill(0));
    this.#prekeys.clear();
    this.#senders.clear();
  }

  #secret(name: string, key: AgreementKey, sender: Sender): Buffer {
    return this.#secrets.ensure(name, () => key.secret(sender.point));
  }
}
