import type { Aid } from '../../../shared/aun/aid';
import type { Profile } from '../../../shared/model/people';
import type { AccountStore, ProfileRecord } from '../../ports/store';
import type { WebClient } from '../../ports/web';
import { AunError, toAunError } from '../../runtime/errors';
import type { Logger } from '../../runtime/logger';
import type { Clock } from '../../runtime/runtime';
import { fetchDocument } from './exchange';
import type { Fetched } from './exchange';
import { Lanes } from './lanes';
import type { Urgency } from './lanes';
import { decide, emptyRecord, judge, judgeAgain, startAgain, takeDocument, toProfile } from './record';
import type { DocumentVerifier } from './verify';

const MINUTE = 60_000;

/** When a cached profile is asked for again, in ms (`protocol/06 §5.4`). */
export const ProfileAge = {
  /** When somebody looks at it. */
  looked: 10 * MINUTE,
  /** In the background. */
  background: 24 * 60 * MINUTE,
  /** Where there was none. */
  missing: 10 * MINUTE,
  /** Where it could not be checked. */
  unchecked: MINUTE,
  /** After a failure nobody but the user's own wish repeats it so soon. */
  failure: 10 * MINUTE,
} as const;

/** Fetches at once, those of them that nobody waits for, and how many may wait (`protocol/06 §5.3`). */
export const FETCH_LIMITS = { parallel: 8, background: 2, waiting: 500 } as const;
/** Failures that are remembered at most. */
const MAX_FAILURES = 1000;

/** What the profiles of others need. */
export interface PeerProfileOptions {
  readonly web: WebClient;
  readonly store: Pick<AccountStore, 'profile' | 'saveProfile' | 'setMeta'>;
  readonly documents: DocumentVerifier;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called after a record was saved whose profile looks different now. */
  readonly changed: (profile: Profile, record: ProfileRecord) => void;
}

function sameExceptTime(one: Profile, other: Profile): boolean {
  return JSON.stringify({ ...one, fetchedAt: 0 }) === JSON.stringify({ ...other, fetchedAt: 0 });
}

/** Profiles of other people: cached, refreshed when due, protected against being rolled back (`protocol/06 §5.4`). */
export class PeerProfiles {
  readonly #options: PeerProfileOptions;
  readonly #lanes = new Lanes<ProfileRecord>(FETCH_LIMITS);
  /** When the last try failed, by address. */
  readonly #failures = new Map<string, number>();
  /** Whose older profile the user has just asked to be taken. */
  readonly #accepting = new Set<string>();
  #stopped = false;

  constructor(options: PeerProfileOptions) {
    this.#options = options;
  }

  /**
   * The profile of somebody. On trouble with the network the cached one.
   * @throws AunError errors of {@link fetchDocument} where nothing is cached
   */
  async peer(aid: Aid, refresh: boolean): Promise<Profile> {
    const cached = await this.#options.store.profile(aid);
    if (cached !== null && !refresh && !this.#isDue(cached, ProfileAge.looked)) return toProfile(cached);
    try {
      const fetched = this.#refresh(aid, 'asked');
      if (fetched === null) throw new AunError('cancelled', 'profiles are closed');
      return toProfile(await fetched);
    } catch (thrown) {
      if (cached === null) throw thrown;
      return toProfile(cached);
    }
  }

  /**
   * Takes the document there is now although a newer one was seen: the user says so, for somebody who began their versions
   * again. It counts once, only for a document signed with the present key, and is recorded; from then on the rollback
   * protection starts at this document.
   * @throws AunError errors of {@link fetchDocument}
   */
  async acceptOlder(aid: Aid): Promise<Profile> {
    this.#accepting.add(aid);
    try {
      let record = await this.#refresh(aid, 'asked');
      // A look that was under way had weighed before it was allowed.
      if (record?.warning === 'older_than_known') record = await this.#refresh(aid, 'asked');
      if (record === null) throw new AunError('cancelled', 'profiles are closed');
      return toProfile(record);
    } finally {
      this.#accepting.delete(aid);
    }
  }

  /** Somebody was met: refreshes their profile in the background when it is due. Never throws. */
  met(aid: Aid): void {
    if (this.#stopped || this.#lanes.has(aid) || this.#failedLately(aid)) return;
    void this.#refreshIfDue(aid).catch((thrown: unknown) => {
      const { code } = toAunError(thrown);
      this.#options.logger.log('info', 'profile.background_failed', { aid, code });
    });
  }

  /** Nothing is fetched or told any more. */
  stop(): void {
    this.#stopped = true;
    this.#lanes.stop();
  }

  async #refreshIfDue(aid: Aid): Promise<void> {
    const cached = await this.#options.store.profile(aid);
    if (cached !== null && !this.#isDue(cached, ProfileAge.background)) return;
    await this.#refresh(aid, 'background');
  }

  #isDue(record: ProfileRecord, age: number): boolean {
    const limit =
      record.status === 'none'
        ? ProfileAge.missing
        : record.status === 'unchecked'
          ? ProfileAge.unchecked
          : age;
    const passed = this.#options.clock.now() - record.fetchedAt;
    // A clock that was set back makes everything due.
    return passed < 0 || passed >= limit;
  }

  #failedLately(aid: string): boolean {
    const failedAt = this.#failures.get(aid);
    if (failedAt === undefined) return false;
    const passed = this.#options.clock.now() - failedAt;
    return passed >= 0 && passed < ProfileAge.failure;
  }

  #refresh(aid: Aid, urgency: Urgency): Promise<ProfileRecord> | null {
    return this.#lanes.run(aid, urgency, async () => {
      try {
        const record = await this.#fetch(aid);
        this.#failures.delete(aid);
        return record;
      } catch (thrown) {
        this.#failures.delete(aid);
        this.#failures.set(aid, this.#options.clock.now());
        const [oldest] = this.#failures.keys();
        if (this.#failures.size > MAX_FAILURES && oldest !== undefined) this.#failures.delete(oldest);
        throw thrown;
      }
    });
  }

  async #fetch(aid: Aid): Promise<ProfileRecord> {
    const { web, store, clock } = this.#options;
    const cached = await store.profile(aid);
    const known = cached ?? emptyRecord(aid, 0);
    const fetched = await fetchDocument(web, aid, cached === null || cached.raw.length === 0 ? null : cached);
    const next = await this.#next(aid, known, fetched, clock.now());
    if (this.#stopped) return next;
    await store.saveProfile(next);
    const [before, after] = [toProfile(known), toProfile(next)];
    if (cached === null || !sameExceptTime(before, after)) this.#options.changed(after, next);
    return next;
  }

  async #next(aid: Aid, known: ProfileRecord, fetched: Fetched, fetchedAt: number): Promise<ProfileRecord> {
    const { documents } = this.#options;
    switch (fetched.kind) {
      case 'none':
        // Nobody can take a profile back (`protocol/06 §5.3`): one that was there is kept.
        return { ...known, fetchedAt };
      case 'too_large':
        return { ...known, fetchedAt, warning: 'too_large' };
      case 'unchanged':
        return { ...(await judgeAgain(documents, known)), fetchedAt, warning: null };
      case 'document':
        return this.#weigh(aid, known, fetched, fetchedAt);
    }
  }

  async #weigh(
    aid: Aid,
    known: ProfileRecord,
    document: Extract<Fetched, { kind: 'document' }>,
    fetchedAt: number,
  ): Promise<ProfileRecord> {
    if (known.raw.length > 0 && Buffer.from(known.raw).equals(document.bytes)) {
      const { etag, lastModified } = document;
      return {
        ...(await judgeAgain(this.#options.documents, known)),
        fetchedAt,
        etag,
        lastModified,
        warning: null,
      };
    }
    const judged = judge(document, await this.#options.documents.verify(aid, document.bytes));
    const decision = decide(known, judged);
    if (decision === 'take') return takeDocument(known, judged, fetchedAt);
    const mayAccept = decision === 'older_than_known' && judged.verdict.status === 'verified';
    if (mayAccept && this.#accepting.delete(aid)) {
      const next = takeDocument(startAgain(known), judged, fetchedAt);
      await this.#note(known, next);
      return next;
    }
    if (decision === 'later')
      throw new AunError('gateway_unreachable', judged.verdict.reason, { retryable: true });
    this.#options.logger.log('warn', 'profile.kept', { aid, warning: decision });
    return { ...known, fetchedAt, warning: decision };
  }

  /** An older document that was taken by the user's word leaves a trace: what was known, what took its place, and when. */
  async #note(known: ProfileRecord, next: ProfileRecord): Promise<void> {
    const { store, logger } = this.#options;
    const facts = {
      at: next.fetchedAt,
      from: {
        version: known.highestVersion,
        updatedAt: known.highestUpdatedAt,
        signedAt: known.highestSignedAt,
      },
      to: { version: next.highestVersion, updatedAt: next.highestUpdatedAt, signedAt: next.highestSignedAt },
    };
    await store.setMeta(`profile.accepted.${next.aid}`, JSON.stringify(facts));
    logger.log('warn', 'profile.older_accepted', { aid: next.aid, ...facts });
  }
}
