import type { Disposer } from '../../runtime/runtime';
import { isLive } from './authority';
import { note } from './context';
import type { KeysContext } from './context';
import { fetchFromServer } from './escrow';
import { failureOf, isOutside, isPassing } from './failures';
import { isOpenMode } from './gateway';
import { isUnbound } from './key-book';
import type { Look } from './ledger';
import { ANSWER_WAIT, ASKED_AT_ONCE, RECOVERY_PAUSES, RECOVERY_ROUNDS } from './limits';
import type { OwnRequests } from './requests';

/** Epochs of one group that are looked for at the same time; more are nonsense somebody made up. */
const JOBS_MOST = 64;

/** How the search for a key goes on. `later`: everybody who is there was asked so lately that they would not answer. */
type Round = 'found' | 'nobody' | 'asked' | 'later' | 'pointless';

interface Job {
  readonly group: string;
  readonly epoch: number;
  readonly senders: Set<string>;
  rounds: number;
  /** Milliseconds until somebody who is there may be asked again; null: not what the search waits for. */
  again: number | null;
  /** Nobody who could give it was there in the last round. */
  alone: boolean;
  timer: Disposer | null;
  running: Promise<void> | null;
}

/**
 * Looks for keys that are missing (`protocol/02 §10.3`): with the server first where it holds keys, then with members who are online.
 * One round a group at a time, the newest epoch first. The committed key is looked for as long as we are in the group, older ones
 * for some rounds.
 */
export class Recovery {
  readonly #jobs = new Map<string, Job>();
  readonly #busy = new Map<string, Promise<void>>();
  readonly #listeners = new Set<(group: string, epoch: number) => void>();
  #online = false;

  constructor(
    private readonly context: KeysContext,
    private readonly requests: OwnRequests,
  ) {
    context.book.onKey((group, epoch) => this.#arrived(group, epoch));
  }

  /** Looks for a key from now on; a search that runs already gets another person to ask. */
  missing(group: string, epoch: number, sender: string | null): void {
    if (!Number.isInteger(epoch) || epoch < 1 || !this.#wanted(group, epoch)) return;
    const key = keyOf(group, epoch);
    const known = this.#jobs.get(key);
    if (known !== undefined) {
      if (sender !== null && known.senders.size < 8) known.senders.add(sender);
      return;
    }
    if (this.#of(group).length >= JOBS_MOST) return;
    const senders = new Set(sender === null ? [] : [sender]);
    const job: Job = {
      group,
      epoch,
      senders,
      rounds: 0,
      again: null,
      alone: false,
      timer: null,
      running: null,
    };
    this.#jobs.set(key, job);
    this.context.touched(group);
    this.#start(job);
  }

  /** Looks for a key and resolves when it is here or the first round is over. */
  async fetch(group: string, epoch: number): Promise<boolean> {
    this.missing(group, epoch, null);
    const job = this.#jobs.get(keyOf(group, epoch));
    if (job?.running === null) this.#start(job);
    await job?.running;
    return !this.#wanted(group, epoch);
  }

  /** Whether a key is looked for: `alone` when nobody who could give it was there. */
  standing(group: string, epoch: number): 'searching' | 'alone' | null {
    const job = this.#jobs.get(keyOf(group, epoch));
    if (job === undefined) return null;
    return job.alone ? 'alone' : 'searching';
  }

  /** Called when a key is looked for no longer although it is not here: nobody had it in all rounds, or nobody may give it. */
  onGivenUp(listener: (group: string, epoch: number) => void): Disposer {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  online(): void {
    this.#online = true;
    for (const job of this.#jobs.values()) {
      job.rounds = 0;
      this.#start(job);
    }
  }

  offline(): void {
    this.#online = false;
    for (const job of this.#jobs.values()) this.#rest(job);
  }

  /** Ends every search of a group. */
  forget(group: string): void {
    for (const job of this.#of(group)) this.#end(job);
  }

  stop(): void {
    this.#online = false;
    for (const job of [...this.#jobs.values()]) this.#end(job);
    this.#listeners.clear();
  }

  /** Resolves when the rounds that run now are over. */
  async settled(): Promise<void> {
    await Promise.all([...this.#jobs.values()].flatMap(({ running }) => running ?? []));
  }

  #of(group: string): Job[] {
    return [...this.#jobs.values()].filter((job) => job.group === group);
  }

  /** A key that only its bearer's word binds may be the wrong one: a message that does not open asks for another. */
  #wanted(group: string, epoch: number): boolean {
    const held = this.context.book.get(group, epoch);
    return held === null || isUnbound(held);
  }

  #arrived(group: string, epoch: number): void {
    const job = this.#jobs.get(keyOf(group, epoch));
    if (job !== undefined) this.#end(job);
  }

  #end(job: Job): void {
    this.#rest(job);
    this.#jobs.delete(keyOf(job.group, job.epoch));
    this.context.touched(job.group);
  }

  #giveUp(job: Job): void {
    this.#end(job);
    for (const listener of [...this.#listeners]) listener(job.group, job.epoch);
  }

  #rest(job: Job): void {
    job.timer?.();
    job.timer = null;
  }

  #start(job: Job): void {
    this.#rest(job);
    if (!this.#online || !this.context.alive() || job.running !== null) return;
    const before = this.#busy.get(job.group) ?? Promise.resolve();
    const mine = before.then(() => this.#round(job));
    this.#busy.set(job.group, mine);
    job.running = mine.finally(() => {
      job.running = null;
      if (this.#busy.get(job.group) === mine) this.#busy.delete(job.group);
      this.#next(job);
    });
  }

  #isAlive(job: Job): boolean {
    return this.#online && this.context.alive() && this.#jobs.get(keyOf(job.group, job.epoch)) === job;
  }

  async #round(job: Job): Promise<void> {
    if (!this.#isAlive(job)) return;
    let round: Round;
    try {
      round = await this.#search(job);
    } catch (thrown) {
      const error = failureOf(thrown);
      note(this.context, 'group_key.search_failed', job.group, error);
      round = isOutside(error) ? 'pointless' : 'nobody';
    }
    if (!this.#isAlive(job)) return;
    if (round === 'found') return this.#end(job);
    if (round === 'pointless') return this.#giveUp(job);
    // A round in which nobody could be asked yet brings no longer pause.
    if (round !== 'later') {
      job.rounds += 1;
      job.again = null;
    }
    job.alone = round === 'nobody';
    this.context.touched(job.group);
  }

  #next(job: Job): void {
    if (!this.#isAlive(job)) return;
    const committed = this.context.ledger.lastLook(job.group)?.state.committed ?? 0;
    if (job.epoch < committed && job.rounds >= RECOVERY_ROUNDS) return this.#giveUp(job);
    const pause = RECOVERY_PAUSES[Math.min(job.rounds, RECOVERY_PAUSES.length) - 1] ?? RECOVERY_PAUSES[0];
    const wait = job.again ?? pause * (0.85 + 0.3 * this.context.deps.runtime.random.unit());
    job.timer = this.context.deps.runtime.scheduler.after(Math.round(wait), () => this.#start(job));
  }

  async #search(job: Job): Promise<Round> {
    const { book, deps, ledger } = this.context;
    const { group, epoch } = job;
    const isAhead = ({ state: { committed, pending } }: Look): boolean =>
      epoch > committed && !(isLive(pending, deps.now()) && pending.target === epoch);
    let look = await ledger.look(group);
    // A number above the last look is one that was given out since, or made up.
    if (isAhead(look)) look = await ledger.look(group, { maxAge: 0 });
    if (isAhead(look)) return 'pointless';
    const { own } = look;
    // What was written before we came is not for us, and nobody would give it.
    if (own !== null && epoch < own.floor) return 'pointless';
    const before = book.get(group, epoch);
    const isHere = (): boolean => {
      const held = book.get(group, epoch);
      return held !== null && held !== before;
    };
    if (
      isOpenMode(await ledger.joinMode(group)) &&
      (await fetchFromServer(this.context, group, epoch)) &&
      isHere()
    )
      return 'found';
    const asked = await this.#ask(job, look);
    if (asked !== 'asked') return isHere() ? 'found' : asked;
    await this.#answerOf(group, epoch, isHere);
    return isHere() ? 'found' : 'asked';
  }

  /** Asks those who are there, best first (`protocol/02 §10.3` steps 2 to 4). */
  async #ask(job: Job, look: Look): Promise<'asked' | 'later' | 'nobody'> {
    const { deps, gateway, ledger } = this.context;
    const { group, epoch } = job;
    const members = new Set(look.members.map(({ aid }) => aid));
    const [first, second, ...rest] = look.state.candidates;
    const named = [first, second, ...job.senders, ...rest, ...members];
    const candidates = [...new Set(named)].filter(
      (aid): aid is string => aid !== undefined && aid !== deps.aid && members.has(aid),
    );
    const online = await gateway.online(ledger.wireId(group));
    const there = online === null ? candidates : candidates.filter((aid) => online.has(aid));
    // Another device of ours may be the only one who is there; it is asked through a note to ourselves.
    const order = there.length > 0 ? there : [deps.aid];
    let asked = 0;
    let again = Infinity;
    for (const aid of order) {
      if (asked >= ASKED_AT_ONCE) break;
      const wait = this.requests.waitFor(group, epoch, aid);
      if (wait > 0) {
        again = Math.min(again, wait);
        continue;
      }
      try {
        await this.requests.ask(group, epoch, aid);
        asked += 1;
      } catch (thrown) {
        const error = failureOf(thrown);
        if (isPassing(error)) throw error;
        note(this.context, 'group_key.cannot_ask', group, error);
      }
    }
    if (there.length === 0) return 'nobody';
    if (asked > 0) return 'asked';
    if (again === Infinity) return 'nobody';
    job.again = again;
    return 'later';
  }

  async #answerOf(group: string, epoch: number, isHere: () => boolean): Promise<void> {
    const { book, deps } = this.context;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        cancel();
        unlisten();
        resolve();
      };
      const cancel = deps.runtime.scheduler.after(ANSWER_WAIT, () => end());
      const unlisten = book.onKey((of, number) => {
        if (of === group && number === epoch) end();
      });
      if (isHere()) end();
    });
  }
}

function keyOf(group: string, epoch: number): string {
  return `${group} ${epoch}`;
}
