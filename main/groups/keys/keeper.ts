import type { MembershipChange } from '../../ports/groups';
import type { Disposer } from '../../runtime/runtime';
import { isCommittedKey, isLive, stalenessOf } from './authority';
import type { Backfill } from './backfill';
import { isSettled } from './key-book';
import { note, pause, spread } from './context';
import type { KeysContext } from './context';
import { failureOf, isOutside } from './failures';
import { isOpenMode } from './gateway';
import { leads, turnOf } from './leader';
import type { Turn } from './leader';
import type { Look } from './ledger';
import {
  ANSWER_WAIT,
  CANDIDATE_SPREAD,
  CANDIDATE_WAIT,
  CREATION_PAUSES,
  DEPARTURE_GRACE,
  JOINER_WAIT,
  RETRIES_AT_ONCE,
  RETRY_MOST,
  RETRY_SPREAD,
  RETRY_WAIT,
  SETTLE_CROWD,
  SETTLE_PAUSES,
} from './limits';
import type { Recovery } from './recovery';
import { insist, settlePending } from './rotation';
import type { RotationOutcome, Rotator } from './rotation';
import { Occasions, occasionOf, reactionTo } from './triggers';

/** How a look at a group may act. */
interface LookOptions {
  /** Members who lead nothing may change the key, where the join mode lets them. */
  readonly membersMayLead: boolean;
  /** We waited for those before us in line. */
  readonly waited: boolean;
}

interface Watch {
  timer: Disposer | null;
  dueAt: number;
  options: LookOptions;
  running: Promise<void> | null;
  again: LookOptions | null;
  /** How many hold looks off, and what was put off meanwhile. */
  holds: number;
  heldBack: LookOptions | null;
  /** How often we looked since something was last as it should be. */
  looks: number;
  /** Since when members are missing whom the committed key still knows, monotonic ms; null: none is. */
  departedSince: number | null;
  mismatches: number;
  /** How often something was tried again in vain since it last went well. */
  failures: number;
}

const CALM: LookOptions = { membersMayLead: false, waited: false };

/**
 * Keeps the key of each group fitting its members. Everything is decided by a look at the gateway, so that a hint that came
 * twice, late or never does no harm: hints only say when to look.
 */
export class Keeper {
  readonly #watches = new Map<string, Watch>();
  readonly #occasions: Occasions;

  constructor(
    private readonly context: KeysContext,
    private readonly parts: {
      readonly rotator: Rotator;
      readonly recovery: Recovery;
      readonly backfill: Backfill;
    },
  ) {
    this.#occasions = new Occasions(() => this.#monotonic());
  }

  /** Makes the first key of a group (`protocol/02 §11.3`); tries again by itself when it could not be made now. */
  async created(group: string): Promise<void> {
    await this.context.ledger.refresh(group);
    const made = await insist(this.context, CREATION_PAUSES, async () => {
      const { kind } = await this.parts.rotator.rotate(group, 'create_group');
      return kind === 'committed' || kind === 'not_needed';
    });
    if (!made)
      this.#lookLater(group, spread(this.context, RETRY_WAIT, RETRY_SPREAD), { ...CALM, waited: true });
    else await this.look(group, CALM);
  }

  /** Members changed. */
  changed(change: MembershipChange): void {
    const { group } = change;
    const { deps, ledger } = this.context;
    ledger.invalidate(group);
    this.context.touched(group);
    [this.#watch(group).looks, this.#watch(group).failures] = [0, 0];
    const occasion = occasionOf(change);
    if (!this.#occasions.isNew(occasion)) return;
    const { lookAfter, membersMayLead, backfill } = reactionTo(change, deps.aid);
    if (backfill.length > 0) void this.parts.backfill.give(group, backfill, occasion);
    if (lookAfter === 0) void this.look(group, { membersMayLead, waited: false });
    else if (lookAfter !== null) this.#lookLater(group, lookAfter, { membersMayLead, waited: false });
  }

  /** A key came: what waited for it may go on. */
  keyCame(group: string): void {
    this.#watch(group).looks = 0;
    void this.look(group);
  }

  /** Looks at a group now and does what is ours to do. Never fails; resolves when it is done or put off. */
  look(group: string, options: LookOptions = CALM): Promise<void> {
    const watch = this.#watch(group);
    if (watch.holds > 0) {
      watch.heldBack = watch.heldBack === null ? options : joined(watch.heldBack, options);
      return watch.running ?? Promise.resolve();
    }
    if (watch.running !== null) {
      watch.again = watch.again === null ? options : joined(watch.again, options);
      return watch.running;
    }
    watch.timer?.();
    watch.timer = null;
    const running = this.#looks(group, watch, options).finally(() => {
      watch.running = null;
    });
    watch.running = running;
    return running;
  }

  /** Puts looks off until the disposer is called: see `GroupKeys.hold`. */
  hold(group: string): Disposer {
    const watch = this.#watch(group);
    watch.holds += 1;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      watch.holds -= 1;
      const { heldBack } = watch;
      if (watch.holds > 0 || heldBack === null) return;
      watch.heldBack = null;
      if (this.#watches.get(group) === watch) void this.look(group, heldBack);
    };
  }

  /** Resolves when what runs for a group has ended, after {@link ANSWER_WAIT} at the latest. */
  async settled(group: string): Promise<void> {
    const running = this.#watches.get(group)?.running ?? null;
    if (running !== null) await Promise.race([running, pause(this.context, ANSWER_WAIT)]);
  }

  /** Whether members left some time ago and the key they know is still the committed one. */
  isOverdue(group: string): boolean {
    const since = this.#watches.get(group)?.departedSince ?? null;
    return since !== null && this.#monotonic() - since >= DEPARTURE_GRACE;
  }

  /** Whether we looked several times already and things are still not as they should be. */
  isLongWait(group: string): boolean {
    return (this.#watches.get(group)?.looks ?? 0) >= SETTLE_PAUSES.length;
  }

  /** Nobody of us is connected: what was planned is planned anew when we are. */
  offline(): void {
    for (const watch of this.#watches.values()) {
      watch.timer?.();
      watch.timer = null;
      watch.failures = 0;
    }
  }

  forget(group: string): void {
    const watch = this.#watches.get(group);
    watch?.timer?.();
    this.#watches.delete(group);
  }

  stop(): void {
    this.offline();
  }

  /** Resolves when everything that runs has ended. */
  async idle(): Promise<void> {
    await Promise.all([...this.#watches.values()].flatMap(({ running }) => running ?? []));
  }

  async #looks(group: string, watch: Watch, options: LookOptions): Promise<void> {
    for (let next: LookOptions | null = options; next !== null; next = watch.again) {
      watch.again = null;
      if (!this.#isActive()) return;
      try {
        await this.#lookOnce(group, watch, next);
      } catch (thrown) {
        watch.failures += 1;
        const error = failureOf(thrown);
        note(this.context, 'group_key.look_failed', group, error);
        const wait = spread(this.context, RETRY_WAIT, RETRY_SPREAD);
        if (!isOutside(error)) this.#lookLater(group, patient(wait, watch), next);
      }
      this.context.touched(group);
    }
  }

  async #lookOnce(group: string, watch: Watch, options: LookOptions): Promise<void> {
    const { keyless, ledger } = this.context;
    const facts = await ledger.refresh(group);
    if (facts !== null && (!facts.supported || facts.dissolved)) return;
    await keyless.load(group);
    const look = await ledger.look(group, { maxAge: 0 });
    await settlePending(this.context, group, look, (id) => this.parts.rotator.isOurs(group, id));
    const { stale, arrivals } = stalenessOf(look.state, look.members);
    watch.departedSince = stale && !arrivals ? (watch.departedSince ?? this.#monotonic()) : null;
    if (stale) await this.#takeTurn(group, watch, look, options);
    else {
      watch.mismatches = 0;
      watch.failures = 0;
      await this.parts.rotator.withdraw(group, look);
    }
    if (!this.#isActive()) return;
    const left = await ledger.look(group);
    await this.#fetchOwn(group, watch, left);
  }

  /** The committed key does not fit the members: is it ours to change? */
  async #takeTurn(group: string, watch: Watch, look: Look, options: LookOptions): Promise<void> {
    const turn = await this.#turn(group, look, options);
    if (turn === 'never') {
      // Whoever changes the key sends it to us; this look only notices that nobody did.
      const wait = Math.min(RETRY_MOST, DEPARTURE_GRACE * 2 ** Math.min(watch.looks, 8));
      watch.looks += options.waited ? 1 : 0;
      this.#lookLater(group, wait, { ...options, waited: true });
      return;
    }
    if (turn === 'later' && !options.waited) {
      const hasKey = this.context.book.get(group, look.state.committed) !== null;
      const wait = hasKey || look.own === null || leads(look.own) ? CANDIDATE_WAIT : JOINER_WAIT;
      this.#lookLater(group, spread(this.context, wait, CANDIDATE_SPREAD), { ...options, waited: true });
      return;
    }
    const reason = look.state.committed === 0 ? 'create_group' : 'membership_changed';
    const outcome = await this.parts.rotator.rotate(group, reason);
    if (outcome.kind === 'committed') [watch.mismatches, watch.failures] = [0, 0];
    if (outcome.kind !== 'retry') return;
    this.#lookLater(group, this.#retryWait(watch, outcome), { ...options, waited: true });
  }

  /** Members that changed while a key was on its way are usual: the first times it is tried again almost at once. */
  #retryWait(watch: Watch, outcome: Extract<RotationOutcome, { kind: 'retry' }>): number {
    // Whoever holds it says until when.
    if (outcome.reason === 'rotation_pending') return outcome.afterMs;
    watch.failures += 1;
    if (outcome.reason !== 'expected_members_mismatch') return patient(outcome.afterMs, watch);
    watch.mismatches += 1;
    return watch.mismatches <= 2 ? spread(this.context, 200, 400) : patient(outcome.afterMs, watch);
  }

  async #turn(group: string, look: Look, options: LookOptions): Promise<Turn> {
    const { book, deps, ledger } = this.context;
    const { state, members, own } = look;
    if (own === null) return 'never';
    const leading = leads(own);
    const allowed = leading || (options.membersMayLead && isOpenMode(await ledger.joinMode(group)));
    if (!allowed) return 'never';
    const held = state.committed === 0 ? null : book.get(group, state.committed);
    return turnOf(deps.aid, members, {
      membersMayLead: !leading || options.membersMayLead,
      hasKey: state.committed === 0 || held !== null,
    });
  }

  /** Our own key: is the committed one here, or on its way? */
  async #fetchOwn(group: string, watch: Watch, look: Look): Promise<void> {
    const { book, deps } = this.context;
    const { state, own } = look;
    if (own === null) return;
    await settlePending(this.context, group, look, (id) => this.parts.rotator.isOurs(group, id));
    const held = book.get(group, state.committed);
    const ready = isSettled(held) && isCommittedKey(state, group, held);
    const entitled = state.committed > 0 && own.floor <= state.committed;
    if (entitled && !ready) this.parts.recovery.missing(group, state.committed, null);
    const waiting =
      book.pending(group).length > 0 || isLive(state.pending, deps.now()) || (!entitled && !ready);
    if (!waiting) {
      watch.looks = 0;
      return;
    }
    const wait = SETTLE_PAUSES[Math.min(watch.looks, SETTLE_PAUSES.length - 1)] ?? RETRY_WAIT;
    watch.looks += 1;
    const crowd = 1 + look.members.length / SETTLE_CROWD;
    this.#lookLater(group, spread(this.context, wait * crowd, wait), { ...CALM, membersMayLead: true });
  }

  /** Plans a look; an earlier one that is planned stays, and takes the wishes of this one with it. */
  #lookLater(group: string, wait: number, options: LookOptions): void {
    const watch = this.#watch(group);
    if (!this.#isActive()) return;
    const dueAt = this.#monotonic() + wait;
    const earlier = watch.timer !== null && watch.dueAt <= dueAt;
    const membersMayLead = options.membersMayLead || (watch.timer !== null && watch.options.membersMayLead);
    watch.options = { membersMayLead, waited: earlier ? watch.options.waited : options.waited };
    if (earlier) return;
    watch.timer?.();
    watch.dueAt = dueAt;
    watch.timer = this.context.deps.runtime.scheduler.after(wait, () => {
      watch.timer = null;
      if (this.#watches.get(group) === watch) void this.look(group, watch.options);
    });
  }

  #watch(group: string): Watch {
    const known = this.#watches.get(group);
    if (known !== undefined) return known;
    const watch: Watch = {
      timer: null,
      dueAt: 0,
      options: CALM,
      running: null,
      again: null,
      holds: 0,
      heldBack: null,
      looks: 0,
      departedSince: null,
      mismatches: 0,
      failures: 0,
    };
    this.#watches.set(group, watch);
    return watch;
  }

  #isActive(): boolean {
    return this.context.alive() && this.context.deps.isOnline();
  }

  #monotonic(): number {
    return this.context.deps.runtime.clock.monotonic();
  }
}

/** A wait that grows with each failure after the first few: what a gateway goes on refusing is asked for less and less often. */
function patient(wait: number, { failures }: Watch): number {
  return Math.min(RETRY_MOST, wait * 2 ** Math.min(10, Math.max(0, failures - RETRIES_AT_ONCE)));
}

/** Wishes of two looks that become one. */
function joined(one: LookOptions, other: LookOptions): LookOptions {
  return {
    membersMayLead: one.membersMayLead || other.membersMayLead,
    waited: one.waited || other.waited,
  };
}
