import type { GroupKeyRecord } from '../../ports/group-store';
import { AunError } from '../../runtime/errors';
import { isCommittedKey, isLive, stalenessOf } from './authority';
import { pause } from './context';
import type { KeysContext } from './context';
import type { Keeper } from './keeper';
import { isSettled } from './key-book';
import type { Look } from './ledger';
import { ANSWER_WAIT, LOOK_AGE, POLL_PERIOD } from './limits';
import type { Recovery } from './recovery';
import { settlePending } from './rotation';
import type { Rotator } from './rotation';

/** Finds the key to seal with (`protocol/02 §9` steps 2 to 5). */
export class SendingKeys {
  constructor(
    private readonly context: KeysContext,
    private readonly parts: {
      readonly keeper: Keeper;
      readonly recovery: Recovery;
      readonly rotator: Rotator;
    },
  ) {}

  /**
   * The committed key, which must be the one the gateway's rotation made, of an epoch that fits the members. `strict`: the gateway
   * just refused the epoch, so what is in flight is waited for.
   * @throws AunError `group_securing` (retryable), gateway errors
   */
  async find(group: string, strict: boolean): Promise<GroupKeyRecord> {
    const { deps, ledger } = this.context;
    if (!deps.isOnline()) throw securing(group, 'not connected');
    let look = await ledger.look(group, { maxAge: strict ? 0 : LOOK_AGE });
    if (strict) look = await this.#untilChanged(group, look);
    await this.#settle(group, look);
    if (stalenessOf(look.state, look.members).stale) look = await this.#refreshed(group, look);
    this.#require(group, look);
    const held = this.#usable(group, look);
    return held ?? (await this.#fetched(group));
  }

  /** Waits for a change of key that is under way. */
  async #untilChanged(group: string, seen: Look): Promise<Look> {
    const { deps, ledger } = this.context;
    const { clock } = deps.runtime;
    const start = clock.monotonic();
    let look = seen;
    while (isLive(look.state.pending, deps.now()) && clock.monotonic() - start < ANSWER_WAIT) {
      await pause(this.context, POLL_PERIOD);
      look = await ledger.look(group, { maxAge: 0 });
    }
    return look;
  }

  /** Has the key changed to fit the members, if that is ours to do, or waits for who does it. */
  async #refreshed(group: string, seen: Look): Promise<Look> {
    const { ledger } = this.context;
    const { keeper } = this.parts;
    if (keeper.isOverdue(group) && !stalenessOf(seen.state, seen.members).arrivals) return seen;
    const turn = keeper.look(group, { membersMayLead: true, waited: false });
    await Promise.race([turn, pause(this.context, ANSWER_WAIT)]);
    let look = await ledger.look(group, { maxAge: 0 });
    if (stalenessOf(look.state, look.members).stale) look = await this.#untilChanged(group, look);
    await this.#settle(group, look);
    return look;
  }

  #require(group: string, look: Look): void {
    const { state, own } = look;
    if (state.committed === 0) throw securing(group, 'there is no key yet');
    // A gateway that goes back to an older epoch would have us seal with a key that people know who are gone.
    if (state.committed < this.context.book.committed(group))
      throw securing(group, 'the gateway went back to an older epoch');
    if (own !== null && own.floor > state.committed)
      throw securing(group, 'the key of our time is not made yet');
    const { stale, arrivals } = stalenessOf(state, look.members);
    if (!stale || (!arrivals && this.parts.keeper.isOverdue(group))) return;
    throw securing(group, 'the committed key does not fit the members');
  }

  #usable(group: string, look: Look): GroupKeyRecord | null {
    const held = this.context.book.get(group, look.state.committed);
    return isSettled(held) && isCommittedKey(look.state, group, held) ? held : null;
  }

  async #fetched(group: string): Promise<GroupKeyRecord> {
    const { ledger } = this.context;
    const before = await ledger.look(group);
    const search = this.parts.recovery.fetch(group, before.state.committed);
    await Promise.race([search, pause(this.context, ANSWER_WAIT)]);
    const look = await ledger.look(group);
    await this.#settle(group, look);
    this.#require(group, look);
    const held = this.#usable(group, look);
    if (held === null) throw securing(group, 'the committed key is not here');
    return held;
  }

  #settle(group: string, look: Look): Promise<void> {
    return settlePending(this.context, group, look, (id) => this.parts.rotator.isOurs(group, id));
  }
}

function securing(group: string, why: string): AunError {
  return new AunError('group_securing', `${group}: ${why}`, { retryable: true });
}
