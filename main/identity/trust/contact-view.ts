import type { Conversation } from '../../../shared/model/conversation';
import type { Contact } from '../../../shared/model/people';
import type { ContactRecord, ProfileRecord } from '../../ports/store';
import { declaredNameOf, presentationOf as presentProfile } from '../profile/presentation';
import type { Presentation } from '../profile/presentation';

/** What is kept about somebody before anything is known. */
export function blankRecord(aid: string): ContactRecord {
  return {
    aid,
    alias: '',
    firstSeenAt: null,
    pinnedSpki: null,
    pinnedKey: null,
    issuerKey: null,
    pending: null,
    previousKey: null,
    changedAt: null,
    verifiedBeforeChange: false,
    verified: null,
    revoked: null,
  };
}

/** What stands between the user and the next message; the strongest reason wins. */
export function trustOf(record: ContactRecord): Contact['trust'] {
  const { revoked, pending, pinnedKey, verified, verifiedBeforeChange } = record;
  if (revoked !== null) return 'revoked';
  if (pending !== null) {
    if (pending.key === pinnedKey) return 'issuer_changed';
    return verifiedBeforeChange ? 'changed_after_verification' : 'changed';
  }
  if (pinnedKey === null) return 'unknown';
  return verified?.key === pinnedKey ? 'verified' : 'seen';
}

/** The key the network names for them now: the one that waits for the user, else the pinned one. */
export function presentKey(record: ContactRecord): { readonly spki: string; readonly key: string } | null {
  if (record.pending !== null) return record.pending;
  const { pinnedSpki, pinnedKey } = record;
  return pinnedSpki === null || pinnedKey === null ? null : { spki: pinnedSpki, key: pinnedKey };
}

function keyChangeOf(record: ContactRecord): Contact['keyChange'] {
  const { pending, pinnedKey, previousKey, changedAt } = record;
  if (pending !== null)
    return { at: pending.at, previousKey: pinnedKey ?? '', newKey: pending.key, accepted: false };
  if (previousKey === null || changedAt === null || pinnedKey === null) return null;
  return { at: changedAt, previousKey, newKey: pinnedKey, accepted: true };
}

/** How a conversation presents somebody: only a signed profile gives a name or says what they are. */
export function presentationOf(record: ContactRecord, profile: ProfileRecord | null): Presentation {
  return presentProfile(record.aid, profile, record.alias);
}

/** Somebody as the window sees them. */
export function contactView(account: string, record: ContactRecord, profile: ProfileRecord | null): Contact {
  const { title, peerKind, profileStatus } = presentationOf(record, profile);
  const trust = trustOf(record);
  const verified = trust === 'verified' ? record.verified : null;
  return {
    account,
    aid: record.aid,
    title,
    alias: record.alias,
    kind: peerKind,
    declaredName: declaredNameOf(profile),
    profileStatus,
    firstSeenAt: record.firstSeenAt,
    keyFingerprint: record.pinnedKey,
    trust,
    verifiedAt: verified?.at ?? null,
    verifiedBy: verified?.method ?? null,
    keyChange: keyChangeOf(record),
  };
}

/** What to show as the security of a conversation: what stops the next message comes before what protects it. */
export function securityOf(
  record: ContactRecord,
  keys: 'unknown' | 'encrypted' | 'no_keys',
): Conversation['security'] {
  const trust = trustOf(record);
  if (trust === 'revoked') return 'revoked';
  if (record.pending !== null) return 'keys_changed';
  if (keys === 'no_keys') return 'no_keys';
  if (trust === 'verified') return 'verified';
  return keys;
}

const order = new Intl.Collator(['en', 'zh-CN'], { sensitivity: 'base', numeric: true });

/** Sorts people as a person would: by title, then by address. */
export function byTitle(left: Contact, right: Contact): number {
  return order.compare(left.title, right.title) || (left.aid < right.aid ? -1 : 1);
}
