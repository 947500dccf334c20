import type { Notice } from '../../../shared/model/message';
import type { Certificate } from '../../ports/identity';
import type { ContactRecord } from '../../ports/store';

/** What seeing a certificate changed. */
export interface SeenChange {
  readonly record: ContactRecord;
  /** The line for the timeline, or null for what nobody needs to know (the first sight of somebody). */
  readonly notice: Notice | null;
  readonly detail: string;
}

function spkiText(certificate: Certificate): string {
  return certificate.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
}

/**
 * What a verified certificate changes (`protocol/06 §8.3`, `protocol/01 §13`): the first one pins key and issuing authority;
 * another certificate for the pinned key is a renewal; another key, or the pinned key from another authority, waits for
 * the user. Null when nothing changes. `now` is Unix ms; `revokedKey` is the key of the revoked certificate, where there is one
 * and its key is known.
 */
export function afterSeeing(
  record: ContactRecord,
  certificate: Certificate,
  now: number,
  revokedKey: string | null = null,
): SeenChange | null {
  const { spkiFingerprint: key, issuerKey = null } = certificate;
  const { pinnedKey, pending, revoked } = record;
  const nextIssuer = issuerKey ?? record.issuerKey;
  const change = (): SeenChange => ({
    record: {
      ...record,
      issuerKey: nextIssuer,
      pending: { spki: spkiText(certificate), key, at: now },
      // The mark goes with the key it was given to, but that it was there is remembered.
      verified: key === pinnedKey ? record.verified : null,
      verifiedBeforeChange: record.verifiedBeforeChange || record.verified?.key === pinnedKey,
    },
    notice: 'keys_changed',
    detail: key,
  });
  // A certificate for a key that was revoked heals nothing.
  if (revoked !== null && revokedKey === key) return null;
  if (pending !== null) return pending.key === key || key === pinnedKey ? null : change();
  if (pinnedKey === null) {
    if (revoked !== null) return revoked.fingerprint === certificate.fingerprint ? null : change();
    return {
      record: {
        ...record,
        firstSeenAt: now,
        pinnedSpki: spkiText(certificate),
        pinnedKey: key,
        issuerKey: nextIssuer,
      },
      notice: null,
      detail: '',
    };
  }
  if (key !== pinnedKey) return change();
  // Another key came, was revoked, and the one of before is back: the user decides about it, or they could never write again.
  if (revoked !== null && revokedKey !== null) return change();
  if (revoked !== null || issuerKey === null || issuerKey === record.issuerKey) return null;
  if (record.issuerKey === null) return { record: { ...record, issuerKey }, notice: null, detail: '' };
  return change();
}

/**
 * What a revocation changes. `key` is the key of the revoked certificate where it is known: one that is neither pinned nor
 * waiting is of the past and concerns nobody. Null when nothing changes.
 */
export function afterRevocation(
  record: ContactRecord,
  fingerprint: string,
  key: string | null,
  now: number,
): ContactRecord | null {
  const { pinnedKey, pending } = record;
  if (record.revoked?.fingerprint === fingerprint && pending?.key !== key) return null;
  const present = [pinnedKey, pending?.key ?? null];
  if (key !== null && pinnedKey !== null && !present.includes(key)) return null;
  return {
    ...record,
    revoked: { fingerprint, at: now },
    pending: pending !== null && (key === null || pending.key === key) ? null : pending,
    verified: null,
    verifiedBeforeChange: record.verifiedBeforeChange || record.verified !== null,
  };
}

/** The user goes on with the key that waited. */
export function accepted(record: ContactRecord): ContactRecord {
  const { pending, pinnedKey } = record;
  if (pending === null) return record;
  const changed = pending.key !== pinnedKey;
  return {
    ...record,
    firstSeenAt: record.firstSeenAt ?? pending.at,
    pinnedSpki: pending.spki,
    pinnedKey: pending.key,
    pending: null,
    revoked: null,
    verified: changed ? null : record.verified,
    previousKey: changed ? pinnedKey : record.previousKey,
    changedAt: changed ? pending.at : record.changedAt,
  };
}

/** The user compared the pinned key. `now` is Unix ms. */
export function verifiedNow(record: ContactRecord, now: number, method: 'manual' | 'qr'): ContactRecord {
  const { pinnedKey } = record;
  if (pinnedKey === null) return record;
  return { ...record, verified: { key: pinnedKey, at: now, method }, verifiedBeforeChange: false };
}

/** The user takes the mark away, also the memory of one that a change took. */
export function unverified(record: ContactRecord): ContactRecord {
  return { ...record, verified: null, verifiedBeforeChange: false };
}
