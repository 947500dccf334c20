import type { GroupKeys } from '../../ports/groups';
import { Backfill } from './backfill';
import type { KeysContext } from './context';
import { note } from './context';
import { Controls } from './controls';
import { failureOf } from './failures';
import { KeyGateway } from './gateway';
import { Keeper } from './keeper';
import { KeyBook } from './key-book';
import { Keyless } from './keyless';
import { Ledger } from './ledger';
import { Recovery } from './recovery';
import { OwnRequests, RequestAnswerer } from './requests';
import { Rotator } from './rotation';
import { SendingKeys } from './sending';
import { KeyStates } from './state';
import type { GroupKeysDeps } from './types';

export type { GroupKeysDeps, KeyStore } from './types';

/** Groups looked at side by side after a connect. */
const LOOKS_AT_ONCE = 3;

/** Makes the key service of one account (`protocol/02 §8.7` to §12). */
export function createGroupKeys(deps: GroupKeysDeps): GroupKeys & {
  /** Resolves when everything that runs now has ended; for orderly shutdown and tests. */
  idle(): Promise<void>;
} {
  let stopped = false;
  const { store, runtime } = deps;
  const monotonic = (): number => runtime.clock.monotonic();
  const book = new KeyBook(store);
  const gateway = new KeyGateway(deps);
  const ledger = new Ledger({ aid: deps.aid, store, book, gateway, monotonic });
  const stateListeners = new Set<(group: string) => void>();
  const context: KeysContext = {
    deps,
    book,
    gateway,
    ledger,
    keyless: new Keyless(deps),
    alive: () => !stopped,
    touched: (group) => {
      if (stopped || !states.hasChanged(group)) return;
      for (const listener of [...stateListeners]) listener(group);
    },
  };
  const requests = new OwnRequests(context);
  const recovery = new Recovery(context, requests);
  const rotator = new Rotator(context);
  const backfill = new Backfill(context);
  const keeper = new Keeper(context, { rotator, recovery, backfill });
  const sending = new SendingKeys(context, { keeper, recovery, rotator });
  const states: KeyStates = new KeyStates(context, {
    keeper: () => keeper,
    recovery: () => recovery,
    rotator: () => rotator,
  });
  const controls = new Controls(context, {
    requests,
    answerer: new RequestAnswerer(context, requests),
    stored: (group) => keeper.keyCame(group),
  });
  book.onKey((group) => context.touched(group));

  /** Groups in which something may wait for us: keys that are not settled or missing, and those that we lead. */
  function needsLook(group: string): boolean {
    const facts = ledger.facts(group);
    if (facts?.membership !== 'member' || facts.dissolved || !facts.supported) return false;
    const leading = facts.role === 'owner' || facts.role === 'admin';
    return leading || book.pending(group).length > 0 || book.committed(group) < Math.max(1, facts.committed);
  }

  async function lookAround(): Promise<void> {
    // Groups may have come, gone or changed while nobody told us.
    for (const { group } of await store.groups()) {
      await ledger.refresh(group);
      context.touched(group);
    }
    const waiting = ledger.groups().filter(needsLook);
    const work = async (): Promise<void> => {
      for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
        if (stopped || !deps.isOnline()) return;
        await keeper.look(group);
      }
    };
    await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, work));
  }

  /** Reads what the database knows of a group now, and tells its state when that is another one. */
  function discover(group: string): void {
    ledger
      .refresh(group)
      .then((facts) => {
        if (facts !== null) context.touched(group);
      })
      .catch((thrown: unknown) => note(context, 'group_key.unknown_group', group, failureOf(thrown)));
  }

  return {
    async load() {
      for (const { group } of await store.groups()) {
        await book.load(group);
        await ledger.refresh(group);
      }
    },
    online() {
      for (const group of ledger.groups()) ledger.invalidate(group);
      controls.handle();
      recovery.online();
      lookAround().catch((thrown: unknown) => note(context, 'group_key.look_failed', '', failureOf(thrown)));
    },
    offline() {
      controls.offline();
      recovery.offline();
      keeper.offline();
    },
    async stop() {
      stopped = true;
      controls.offline();
      recovery.stop();
      keeper.stop();
      stateListeners.clear();
    },
    created: (group) => keeper.created(group),
    membershipChanged(change) {
      keeper.changed(change);
      // The state of a group we just came into is told before anything is known of its keys.
      discover(change.group);
    },
    hold: (group) => keeper.hold(group),
    settled: (group) => keeper.settled(group),
    sendingKey: (group, strict) => sending.find(group, strict),
    secret: (group, epoch) => book.get(group, epoch)?.secret ?? null,
    missing: (group, epoch, sender) => recovery.missing(group, epoch, sender),
    onKey: (listener) => book.onKey(listener),
    onGivenUp: (listener) => recovery.onGivenUp(listener),
    onState(listener) {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    handleControls: () => controls.handle(),
    state(group) {
      if (ledger.facts(group) === null) discover(group);
      return states.of(group);
    },
    epochs: (group) => book.epochs(group),
    async repair(group) {
      ledger.invalidate(group);
      await ledger.refresh(group);
      await keeper.look(group, { membersMayLead: true, waited: true });
      await backfill.handOn(group, context.keyless.of(group));
      const { committed } = (await ledger.look(group)).state;
      if (committed > book.committed(group)) await recovery.fetch(group, committed);
      context.touched(group);
    },
    async leftGroup(group, wipe) {
      keeper.forget(group);
      recovery.forget(group);
      ledger.forget(group);
      context.keyless.forget(group);
      states.forget(group);
      if (wipe) await book.wipe(group);
      await ledger.refresh(group);
      context.touched(group);
    },
    async idle() {
      await controls.idle();
      await keeper.idle();
      await recovery.settled();
    },
  };
}
