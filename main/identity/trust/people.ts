import { parsePeerAid } from '../../../shared/aun/aid';
import type { Aid } from '../../../shared/aun/aid';
import type { Conversation } from '../../../shared/model/conversation';
import type { Notice } from '../../../shared/model/message';
import type { Contact, SafetyNumber } from '../../../shared/model/people';
import { fingerprintOf } from '../../runtime/fingerprint';
import type { Certificate, CertificateVerifier, Identity, PkiSource } from '../../ports/identity';
import type { AccountStore, ContactRecord, StoreChange } from '../../ports/store';
import type { People } from '../../ports/trust';
import { BoundedMap } from '../../runtime/bounded-map';
import { AunError } from '../../runtime/errors';
import type { Logger } from '../../runtime/logger';
import type { Clock } from '../../runtime/runtime';
import {
  blankRecord,
  byTitle,
  contactView,
  presentationOf,
  presentKey,
  securityOf,
  trustOf,
} from './contact-view';
import { accepted, afterRevocation, afterSeeing, unverified, verifiedNow } from './record-changes';
import { codeKey, parseVerificationCode, safetyNumberGroups, verificationCodeText } from './safety-number';

/** Records kept in memory: asking the database before each message would cost more than sealing it. */
const RECORDS = 4096;
/** Safety numbers kept: one costs some 20 ms of hashing. */
const NUMBERS = 32;

/** What {@link createPeople} needs. */
export interface PeopleOptions {
  readonly aid: Aid;
  readonly identity: Pick<Identity, 'aid' | 'publicKeySpki'>;
  readonly store: AccountStore;
  readonly pki: Pick<PkiSource, 'certificate'>;
  readonly verifier: Pick<CertificateVerifier, 'verifyPeer'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A conversation or its timeline changed. */
  readonly publish: (change: StoreChange) => void;
  /** What is known of somebody changed. */
  readonly changed: (contact: Contact) => void;
  /** Messages to somebody that waited for the user may go. */
  readonly released: (aid: string) => void;
}

/** {@link People}, and what tells it that something it shows has changed elsewhere. */
export interface PeopleService extends People {
  /** The profile of somebody was fetched or changed: their conversation shows it. */
  profileChanged(aid: string): Promise<void>;
  /** How a conversation with somebody is to be presented. */
  presentation(aid: string): Promise<Pick<Conversation, 'title' | 'peerKind' | 'profileStatus'>>;
}

/** Trust in people of one account (`protocol/06 §8`): who was seen with which key, and what the user said to it. */
export function createPeople(options: PeopleOptions): PeopleService {
  const { aid: own, identity, store, pki, verifier, clock, logger } = options;
  const records = new BoundedMap<string, ContactRecord>(RECORDS);
  const numbers = new BoundedMap<string, string[]>(NUMBERS);
  const turns = new Map<string, Promise<unknown>>();

  /** One change of a person at a time. */
  function turn<T>(aid: string, work: () => Promise<T>): Promise<T> {
    const next = (turns.get(aid) ?? Promise.resolve()).then(work);
    const settled = next.catch(() => undefined);
    turns.set(aid, settled);
    void settled.then(() => {
      if (turns.get(aid) === settled) turns.delete(aid);
    });
    return next;
  }

  async function recordOf(aid: string): Promise<ContactRecord> {
    const known = records.get(aid);
    if (known !== undefined) return known;
    const record = (await store.contact(aid)) ?? blankRecord(aid);
    // Somebody else may have asked at the same time and changed it since.
    return records.ensure(aid, () => record);
  }

  async function viewOf(record: ContactRecord): Promise<Contact> {
    return contactView(own, record, await store.profile(record.aid));
  }

  /** Saves, writes the lines of the timeline, and tells everybody; the state comes first, so that it holds after a kill. */
  async function save(
    record: ContactRecord,
    notices: readonly { readonly notice: Notice; readonly detail: string }[] = [],
  ): Promise<Contact> {
    await store.saveContact(record);
    records.set(record.aid, record);
    for (const { notice, detail } of notices)
      options.publish(await store.addNotice(record.aid, notice, clock.now(), detail));
    await showSecurity(record);
    const contact = await viewOf(record);
    options.changed(contact);
    return contact;
  }

  async function showSecurity(record: ContactRecord): Promise<void> {
    const conversation = await store.conversation(record.aid);
    if (conversation === null) return;
    const shown = conversation.security;
    const security = securityOf(record, shown === 'no_keys' || shown === 'unknown' ? shown : 'encrypted');
    if (security !== shown) options.publish(await store.setSecurity(record.aid, security));
  }

  async function present(record: ContactRecord): Promise<void> {
    const peer = presentationOf(record, await store.profile(record.aid));
    options.publish(await store.setPeer(record.aid, peer));
  }

  /** The key of a certificate that was seen before, or null. */
  async function keyOf(aid: string, fingerprint: string): Promise<string | null> {
    const stored = (await store.certificates(aid)).find((each) => each.fingerprint === fingerprint);
    return stored?.spkiFingerprint ?? null;
  }

  async function see(aid: string, certificate: Certificate): Promise<ContactRecord> {
    const record = await recordOf(aid);
    const { revoked } = record;
    const revokedKey = revoked === null ? null : await keyOf(aid, revoked.fingerprint);
    const change = afterSeeing(record, certificate, clock.now(), revokedKey);
    if (change === null) return record;
    if (change.notice !== null) {
      const { spkiFingerprint, issuerKey } = certificate;
      logger.log('warn', 'people.key_changed', { aid, spkiFingerprint, issuerKey });
    }
    const notices = change.notice === null ? [] : [{ notice: change.notice, detail: change.detail }];
    await save(change.record, notices);
    return change.record;
  }

  function refusal(record: ContactRecord, keys: readonly Certificate[]): AunError | null {
    const { aid, pending, pinnedKey } = record;
    if (record.revoked !== null)
      return new AunError('recipient_certificate_revoked', `the certificate of ${aid} is revoked`, {
        detail: { aid, fingerprint: record.revoked.fingerprint },
      });
    const other = keys.find((key) => key.spkiFingerprint !== pinnedKey);
    if (pending === null && other === undefined) return null;
    return new AunError('recipient_identity_changed', `${aid} has another key than before`, {
      detail: { aid, key: pending?.key ?? other?.spkiFingerprint ?? null },
    });
  }

  /** The record, with a key: asked of the network when none was ever seen. */
  async function withKey(aid: string): Promise<ContactRecord> {
    const record = await recordOf(aid);
    if (presentKey(record) !== null) return record;
    const peer = parsePeerAid(aid);
    const pem = peer === null ? null : await pki.certificate(peer);
    if (peer === null || pem === null) throw new AunError('not_found', `no key of ${aid} is known`);
    const certificate = await verifier.verifyPeer(peer, pem);
    return turn(aid, () => see(aid, certificate));
  }

  async function numberFor(aid: string, spki: string): Promise<string[]> {
    const name = `${identity.publicKeySpki} ${aid} ${spki}`;
    const known = numbers.get(name);
    if (known !== undefined) return known;
    const groups = await safetyNumberGroups({ aid: own, spki: identity.publicKeySpki }, { aid, spki });
    numbers.set(name, groups);
    return groups;
  }

  const ownKey = (): string => fingerprintOf(Buffer.from(identity.publicKeySpki, 'base64'));

  /** @throws AunError `safety_number_differs` */
  function checkCode(text: string, aid: string, key: string): void {
    const code = parseVerificationCode(text);
    const differs = (reason: string): AunError =>
      new AunError('safety_number_differs', `the code does not fit ${aid}`, { detail: { reason } });
    if (code === null) throw differs('not_a_code');
    if (code.shownBy.aid !== aid || code.sees.aid !== own) throw differs('other_people');
    if (code.sees.key !== codeKey(ownKey())) throw differs('own_key');
    if (code.shownBy.key !== codeKey(key)) throw differs('their_key');
  }

  async function verify(aid: string, key: string, qr: string | null): Promise<Contact> {
    const record = await recordOf(aid);
    const present = presentKey(record);
    if (present === null) throw new AunError('not_found', `no key of ${aid} is known`);
    if (present.key !== key)
      throw new AunError('safety_number_differs', `${aid} has another key than the one compared`, {
        detail: { reason: 'their_key' },
      });
    if (qr !== null) checkCode(qr, aid, key);
    if (record.revoked !== null && record.pending === null)
      throw new AunError('recipient_certificate_revoked', `the certificate of ${aid} is revoked`);
    // Who compared the new key has looked at the change: nothing is left to accept.
    const waited = record.pending !== null;
    const looked = waited ? accepted(record) : record;
    const contact = await save(verifiedNow(looked, clock.now(), qr === null ? 'manual' : 'qr'), [
      ...(waited ? [{ notice: 'keys_accepted' as const, detail: key }] : []),
      { notice: 'verified', detail: key },
    ]);
    if (waited) options.released(aid);
    return contact;
  }

  async function acceptKeys(aid: string, key: string): Promise<Contact> {
    const record = await recordOf(aid);
    if (record.pending?.key !== key)
      throw new AunError('not_found', `no changed key ${key.slice(0, 80)} of ${aid} waits`);
    const contact = await save(accepted(record), [{ notice: 'keys_accepted', detail: key }]);
    options.released(aid);
    return contact;
  }

  return {
    async seen(aid, certificate) {
      if (aid === own) return;
      const record = records.get(aid);
      if (record?.revoked === null && afterSeeing(record, certificate, 0) === null) return;
      await turn(aid, () => see(aid, certificate));
    },
    async revoked(aid, fingerprint) {
      if (aid === own) return;
      await turn(aid, async () => {
        const record = await recordOf(aid);
        const next = afterRevocation(record, fingerprint, await keyOf(aid, fingerprint), clock.now());
        if (next === null) return;
        logger.log('warn', 'people.certificate_revoked', { aid, fingerprint });
        await save(next, [{ notice: 'certificate_revoked', detail: fingerprint }]);
      });
    },
    async mayWriteTo(aid, keys) {
      if (aid === own) return;
      const known = records.get(aid);
      if (known !== undefined && refusal(known, keys) === null) return;
      const error = await turn(aid, async () => {
        let record = await recordOf(aid);
        // A key the user has left behind comes from a list of before: it is refused, and no news.
        for (const key of keys) if (key.spkiFingerprint !== record.previousKey) record = await see(aid, key);
        return refusal(record, keys);
      });
      if (error !== null) throw error;
    },
    contact: async (aid) => viewOf(await recordOf(aid)),
    async contacts(only) {
      const found = (await store.contacts(only)).filter(({ aid }) => aid !== own);
      const views = await Promise.all(found.map(viewOf));
      return views.filter(({ trust }) => only === 'all' || trust === 'verified').sort(byTitle);
    },
    setAlias: (aid, alias) =>
      turn(aid, async () => {
        const record = { ...(await recordOf(aid)), alias: alias.trim() };
        const contact = await save(record);
        await present(record);
        return contact;
      }),
    async safetyNumber(aid): Promise<SafetyNumber> {
      const present = aid === own ? null : presentKey(await withKey(aid));
      if (present === null) throw new AunError('not_found', `no key of ${aid} is known`);
      const keys = { ownKey: ownKey(), peerKey: present.key };
      const qr = verificationCodeText({
        shownBy: { aid: own, key: codeKey(keys.ownKey) },
        sees: { aid, key: codeKey(keys.peerKey) },
      });
      return { groups: await numberFor(aid, present.spki), qr, ...keys };
    },
    verify: (aid, key, qr) => turn(aid, () => verify(aid, key, qr)),
    unverify: (aid) =>
      turn(aid, async () => {
        const record = await recordOf(aid);
        const marked = trustOf(record) === 'verified';
        if (record.verified === null && !record.verifiedBeforeChange) return viewOf(record);
        const detail = record.pinnedKey ?? '';
        return save(unverified(record), marked ? [{ notice: 'unverified', detail }] : []);
      }),
    acceptKeys: (aid, key) => turn(aid, () => acceptKeys(aid, key)),
    security: async (aid, keys) => (aid === own ? keys : securityOf(await recordOf(aid), keys)),
    async profileChanged(aid) {
      const record = await recordOf(aid);
      await present(record);
      options.changed(await viewOf(record));
    },
    presentation: async (aid) => presentationOf(await recordOf(aid), await store.profile(aid)),
  };
}
