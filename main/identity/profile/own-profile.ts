import type { OwnProfile, Profile } from '../../../shared/model/people';
import type { Identity } from '../../ports/identity';
import type { AccountStore, ProfileRecord } from '../../ports/store';
import type { WebClient } from '../../ports/web';
import { AunError, toAunError } from '../../runtime/errors';
import type { Logger } from '../../runtime/logger';
import type { Clock } from '../../runtime/runtime';
import { etagOf, signDocument } from './document';
import { loadDraft, storeDraft } from './draft';
import type { Draft } from './draft';
import { fetchDocument, putDocument } from './exchange';
import { checkPublishable } from './publishable';
import { decide, emptyRecord, judge, judgeAgain, takeDocument, toProfile } from './record';
import type { DocumentVerifier } from './verify';

/** After a hint about another document the network is asked no more often than this, in ms. */
const HINT_PERIOD_MS = 60_000;
/** The own document is asked for again after this, in ms. */
const FRESH_MS = 10 * 60_000;
const TAG = /^"[0-9a-f]{64}"$/;

/** What the own profile needs. */
export interface OwnProfileOptions {
  readonly identity: Identity;
  readonly web: WebClient;
  readonly store: Pick<AccountStore, 'profile' | 'saveProfile' | 'getMeta' | 'setMeta'>;
  readonly documents: DocumentVerifier;
  readonly accessToken: () => Promise<string>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly changed: (profile: Profile, record: ProfileRecord) => void;
}

/** The profile this account publishes, and its draft (`protocol/06 §5.3`, §5.4). One thing at a time. */
export class OwnProfileDesk {
  readonly #options: OwnProfileOptions;
  #turn: Promise<unknown> = Promise.resolve();
  #hintedAt: number | null = null;
  #stopped = false;

  constructor(options: OwnProfileOptions) {
    this.#options = options;
  }

  /** What is published and what is edited. On trouble with the network what was known before. */
  own(refresh: boolean): Promise<OwnProfile> {
    return this.#inTurn(async () => {
      const known = await this.#record();
      const passed = known === null ? Infinity : this.#options.clock.now() - known.fetchedAt;
      if (!refresh && passed >= 0 && passed < FRESH_MS) return this.#describe(known);
      try {
        return await this.#describe(await this.#fetch());
      } catch (thrown) {
        const { code } = toAunError(thrown);
        this.#options.logger.log('info', 'profile.own_fetch_failed', { code });
        return this.#describe(known);
      }
    });
  }

  /** Keeps an edit; null drops it. It remembers which published document it started from. */
  saveDraft(text: string | null): Promise<OwnProfile> {
    return this.#inTurn(async () => {
      const { store } = this.#options;
      const known = await this.#record();
      const draft = await loadDraft(store);
      if (text === null) await storeDraft(store, null);
      else await storeDraft(store, { text, base: draft === null ? tagOf(known) : draft.base });
      return this.#describe(known);
    });
  }

  /**
   * Signs a document and publishes it, unless another one than `replacing` is there.
   * @throws AunError `profile_too_large`, `profile_invalid`, `profile_conflict`, `certificate_invalid`, gateway errors
   */
  publish(text: string, replacing: string | null): Promise<OwnProfile> {
    return this.#inTurn(async () => {
      const { identity, web, clock, accessToken } = this.#options;
      checkPublishable(identity.aid, text);
      const before = await this.#fetch();
      const there = tagOf(before);
      if (there !== null && there !== replacing)
        throw new AunError('profile_conflict', 'another profile was published meanwhile', {
          detail: { etag: there },
        });
      const document = signDocument(identity, text, clock.now());
      const stored = await putDocument(web, identity.aid, document, await accessToken());
      const lastModified = stored.confirmed ? stored.lastModified : await this.#confirm(document);
      const record = await this.#take(document, stored.confirmed ? etagOf(document) : null, lastModified);
      await storeDraft(this.#options.store, null);
      return this.#describe(record);
    });
  }

  /** The gateway told the tag of the own document: asks for it when it is another one than known. Never throws. */
  hint(etag: string): void {
    const now = this.#options.clock.now();
    const lately = this.#hintedAt !== null && now >= this.#hintedAt && now - this.#hintedAt < HINT_PERIOD_MS;
    if (this.#stopped || !TAG.test(etag) || lately) return;
    this.#hintedAt = now;
    this.#inTurn(async () => {
      if (tagOf(await this.#record()) === etag) this.#hintedAt = null;
      else await this.#fetch();
    }).catch((thrown: unknown) => {
      const { code } = toAunError(thrown);
      this.#options.logger.log('info', 'profile.own_fetch_failed', { code });
    });
  }

  stop(): void {
    this.#stopped = true;
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(() => {
      if (this.#stopped) throw new AunError('cancelled', 'profiles are closed');
      return work();
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  #record(): Promise<ProfileRecord | null> {
    return this.#options.store.profile(this.#options.identity.aid);
  }

  async #describe(record: ProfileRecord | null): Promise<OwnProfile> {
    const draft = await loadDraft(this.#options.store);
    const published = record === null || record.status === 'none' ? null : toProfile(record);
    return {
      account: this.#options.identity.aid,
      draft: draft?.text ?? null,
      published,
      state: stateOf(record, draft),
    };
  }

  /** What is published now. Unlike that of others it is taken as it is, with a warning: it is what others see. */
  async #fetch(): Promise<ProfileRecord> {
    const { identity, web, clock, documents } = this.#options;
    const { aid } = identity;
    const previous = await this.#record();
    const known = previous ?? emptyRecord(aid, 0);
    const fetched = await fetchDocument(web, aid, known.raw.length === 0 ? null : known);
    const fetchedAt = clock.now();
    switch (fetched.kind) {
      case 'unchanged':
        return this.#save(previous, { ...(await judgeAgain(documents, known)), fetchedAt });
      case 'none':
        return this.#save(previous, withoutDocument(known, fetchedAt));
      case 'too_large':
        return this.#save(previous, { ...withoutDocument(known, fetchedAt), warning: 'too_large' });
      case 'document': {
        const judged = judge(fetched, await documents.verify(aid, fetched.bytes));
        const decision = decide(known, judged);
        const warning = decision === 'take' || decision === 'later' ? null : decision;
        const same = Buffer.from(known.raw).equals(fetched.bytes);
        const taken = takeDocument(known, judged, fetchedAt);
        return this.#save(previous, { ...taken, warning: same ? known.warning : warning });
      }
    }
  }

  async #save(previous: ProfileRecord | null, next: ProfileRecord): Promise<ProfileRecord> {
    await this.#options.store.saveProfile(next);
    const before = previous === null ? null : toProfile(previous);
    const after = toProfile(next);
    const differs =
      before?.etag !== after.etag || before.status !== after.status || before.warning !== after.warning;
    if (differs && !this.#stopped) this.#options.changed(after, next);
    return next;
  }

  /** Remembers the document that was published just now. */
  async #take(
    document: Uint8Array,
    etag: string | null,
    lastModified: string | null,
  ): Promise<ProfileRecord> {
    const { identity, clock, documents } = this.#options;
    const previous = await this.#record();
    const known = previous ?? emptyRecord(identity.aid, 0);
    const bytes = Uint8Array.from(document);
    const verdict = await documents.verify(identity.aid, bytes);
    const judged = judge({ kind: 'document', bytes, etag, lastModified }, verdict);
    return this.#save(previous, takeDocument(known, judged, clock.now()));
  }

  /** Looks whether the host, which did not name the right tag, has what was sent. @throws AunError `protocol_error` */
  async #confirm(document: Uint8Array): Promise<string | null> {
    const { identity, web } = this.#options;
    const fetched = await fetchDocument(web, identity.aid, null);
    if (fetched.kind === 'document' && Buffer.from(fetched.bytes).equals(document))
      return fetched.lastModified;
    throw new AunError('protocol_error', 'the gateway stored something else than was published');
  }
}

/** Nothing is published; what was highest is still known. */
function withoutDocument(known: ProfileRecord, fetchedAt: number): ProfileRecord {
  const { wasSigned, highestVersion, highestUpdatedAt, highestSignedAt } = known;
  const highest = { wasSigned, highestVersion, highestUpdatedAt, highestSignedAt };
  return { ...emptyRecord(known.aid, fetchedAt), ...highest };
}

function tagOf(record: ProfileRecord | null): string | null {
  return record === null || record.raw.length === 0 ? null : etagOf(record.raw);
}

function stateOf(record: ProfileRecord | null, draft: Draft | null): OwnProfile['state'] {
  if (draft !== null) {
    const known = record !== null && record.fetchedAt > 0;
    return known && tagOf(record) !== draft.base ? 'changed_elsewhere' : 'draft';
  }
  if (record === null) return 'unknown';
  return record.status === 'none' ? 'not_published' : 'published';
}
