import type { GroupMembership, GroupRole, JoinMode } from '../../../shared/model/group';
import { AunError } from '../../runtime/errors';
import type { KeyBook } from './key-book';
import { LOOK_AGE } from './limits';
import type { KeyGateway } from './gateway';
import type { KeyStore } from './types';
import type { EpochState, Keyholder } from './wire';

/** What the database says of a group, as far as keys are concerned. */
export interface GroupFacts {
  readonly wireId: string;
  readonly membership: GroupMembership;
  readonly dissolved: boolean;
  readonly role: GroupRole | null;
  /** Whether its messages are encrypted in a way that this version speaks. */
  readonly supported: boolean;
  /** Committed epoch as last heard. */
  readonly committed: number;
  readonly joinMode: JoinMode | null;
}

/** A group as the gateway showed it at one moment. */
export interface Look {
  readonly state: EpochState;
  readonly members: readonly Keyholder[];
  /** Ourselves among them, or null. */
  readonly own: Keyholder | null;
  /** {@link KeyBook.moment} before the gateway was asked. */
  readonly moment: number;
  /** Monotonic clock, ms. */
  readonly at: number;
}

interface Running {
  readonly promise: Promise<Look>;
  readonly generation: number;
}

/** How we see each group: what the database knows, and the last look at the gateway, which several callers share. */
export class Ledger {
  readonly #facts = new Map<string, GroupFacts>();
  readonly #looks = new Map<string, Look>();
  readonly #running = new Map<string, Running>();
  readonly #modes = new Map<string, { readonly mode: JoinMode; readonly at: number }>();
  readonly #generations = new Map<string, number>();

  constructor(
    private readonly parts: {
      readonly aid: string;
      readonly store: KeyStore;
      readonly book: KeyBook;
      readonly gateway: KeyGateway;
      readonly monotonic: () => number;
    },
  ) {}

  facts(group: string): GroupFacts | null {
    return this.#facts.get(group) ?? null;
  }

  groups(): readonly string[] {
    return [...this.#facts.keys()];
  }

  wireId(group: string): string {
    return this.#facts.get(group)?.wireId ?? group;
  }

  /** Reads what the database knows of a group; null when it knows nothing. */
  async refresh(group: string): Promise<GroupFacts | null> {
    const record = await this.parts.store.group(group);
    if (record === null) return this.facts(group);
    const facts: GroupFacts = {
      wireId: record.wireId,
      membership: record.membership,
      dissolved: record.status === 'dissolved',
      role: record.role,
      supported: record.protocol === '' || record.protocol === 'group_e2ee',
      committed: record.committedEpoch,
      joinMode: record.joinMode,
    };
    this.#facts.set(group, facts);
    return facts;
  }

  forget(group: string): void {
    this.#facts.delete(group);
    this.#looks.delete(group);
    this.#modes.delete(group);
    this.invalidate(group);
  }

  lastLook(group: string): Look | null {
    return this.#looks.get(group) ?? null;
  }

  /** What was seen of a group says nothing about now any more. */
  invalidate(group: string): void {
    this.#generations.set(group, this.#generation(group) + 1);
    this.#modes.delete(group);
  }

  /**
   * Looks at a group, or takes the last look if it is young enough. Concurrent callers share one question.
   * @throws AunError gateway errors
   */
  async look(group: string, options: { readonly maxAge: number } = { maxAge: LOOK_AGE }): Promise<Look> {
    const generation = this.#generation(group);
    const last = this.#looks.get(group);
    const age = last === undefined ? Number.POSITIVE_INFINITY : this.parts.monotonic() - last.at;
    if (last !== undefined && age < options.maxAge && this.#fresh.get(last) === generation) return last;
    const running = this.#running.get(group);
    if (options.maxAge > 0 && running?.generation === generation) return running.promise;
    const promise = this.#ask(group, generation);
    this.#running.set(group, { promise, generation });
    try {
      return await promise;
    } finally {
      if (this.#running.get(group)?.promise === promise) this.#running.delete(group);
    }
  }

  /** How one gets in; asked at most once a minute and after every sign of a change. */
  async joinMode(group: string): Promise<JoinMode> {
    const known = this.#modes.get(group);
    if (known !== undefined && this.parts.monotonic() - known.at < 60_000) return known.mode;
    const mode = await this.parts.gateway.joinMode(this.wireId(group));
    this.#modes.set(group, { mode, at: this.parts.monotonic() });
    return mode;
  }

  /** The join mode without asking anybody, or null. */
  knownJoinMode(group: string): JoinMode | null {
    return this.#modes.get(group)?.mode ?? this.facts(group)?.joinMode ?? null;
  }

  /** Which generation a look belongs to: a sign of a change ends it. */
  readonly #fresh = new WeakMap<Look, number>();

  #generation(group: string): number {
    return this.#generations.get(group) ?? 0;
  }

  async #ask(group: string, generation: number): Promise<Look> {
    const { aid, book, gateway, monotonic } = this.parts;
    if (this.facts(group) === null) await this.refresh(group);
    const wireId = this.wireId(group);
    const moment = book.moment();
    const at = monotonic();
    const [state, members] = await Promise.all([gateway.epoch(wireId), gateway.members(wireId)]);
    const own = members.find((member) => member.aid === aid) ?? null;
    if (own === null) throw new AunError('group_not_member', `we are no member of ${group}`);
    const look: Look = { state, members, own, moment, at };
    this.#fresh.set(look, generation);
    this.#looks.set(group, look);
    return look;
  }
}
