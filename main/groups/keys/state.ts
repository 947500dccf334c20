import type { GroupKeyState } from '../../../shared/model/group';
import { isCommittedKey, stalenessOf } from './authority';
import type { KeysContext } from './context';
import { isOpenMode } from './gateway';
import type { Keeper } from './keeper';
import { isSettled } from './key-book';
import type { GroupFacts } from './ledger';
import type { Recovery } from './recovery';
import type { Rotator } from './rotation';

const NOTHING: GroupKeyState = {
  state: 'none',
  epoch: 0,
  refreshPending: false,
  withoutKeys: [],
  serverHolds: false,
};

/** What the user is told about the keys of groups. */
export class KeyStates {
  readonly #told = new Map<string, string>();

  constructor(
    private readonly context: KeysContext,
    private readonly parts: {
      readonly keeper: () => Keeper;
      readonly recovery: () => Recovery;
      readonly rotator: () => Rotator;
    },
  ) {}

  /** Where the keys of a group stand, as far as is known without asking. */
  of(group: string): GroupKeyState {
    const { ledger, keyless } = this.context;
    const facts = ledger.facts(group);
    if (facts?.membership !== 'member' || facts.dissolved) return NOTHING;
    if (!facts.supported) return { ...NOTHING, state: 'unsupported' };
    const look = ledger.lastLook(group);
    const members = look === null ? null : new Set(look.members.map(({ aid }) => aid));
    const mode = ledger.knownJoinMode(group);
    return {
      ...this.#standing(group, facts),
      epoch: this.#committed(group, facts),
      withoutKeys: keyless.of(group).filter((aid) => members?.has(aid) ?? true),
      serverHolds: mode !== null && isOpenMode(mode),
    };
  }

  /** Whether the state is another one than when this was last asked. */
  hasChanged(group: string): boolean {
    const now = JSON.stringify(this.of(group));
    if (this.#told.get(group) === now) return false;
    this.#told.set(group, now);
    return true;
  }

  forget(group: string): void {
    this.#told.delete(group);
  }

  #committed(group: string, facts: GroupFacts): number {
    return Math.max(this.context.ledger.lastLook(group)?.state.committed ?? 0, facts.committed);
  }

  #standing(group: string, facts: GroupFacts): Pick<GroupKeyState, 'state' | 'refreshPending'> {
    const { book, ledger } = this.context;
    const [keeper, recovery, rotator] = [this.parts.keeper(), this.parts.recovery(), this.parts.rotator()];
    const look = ledger.lastLook(group);
    const committed = this.#committed(group, facts);
    const waiting = keeper.isLongWait(group) ? 'waiting' : 'securing';
    const held = book.get(group, committed);
    if (
      !isSettled(held) ||
      (look?.state.committed === committed && !isCommittedKey(look.state, group, held))
    ) {
      const standing = committed === 0 ? null : recovery.standing(group, committed);
      return { state: standing === 'alone' ? 'waiting' : waiting, refreshPending: false };
    }
    if (look?.own != null && look.own.floor > committed) return { state: waiting, refreshPending: false };
    if (rotator.isRunning(group)) return { state: 'securing', refreshPending: keeper.isOverdue(group) };
    const { stale, arrivals } = look === null ? NOT_STALE : stalenessOf(look.state, look.members);
    if (!stale) return { state: 'secured', refreshPending: false };
    if (!arrivals && keeper.isOverdue(group)) return { state: 'secured', refreshPending: true };
    return { state: waiting, refreshPending: false };
  }
}

const NOT_STALE = { stale: false, arrivals: false };
