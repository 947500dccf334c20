import { commands, type BridgeEvent, type CommandName } from '../../shared/bridge/contract';
import { useGroupsStore } from '../stores/groups-store';
import { main } from './fake-data';
import { listeners, scene, type Handlers } from './fake-engine';
import { fakeGroupResources, resetSharedFiles } from './fake-group-resources';
import { fakeGroups } from './fake-groups';
import { fakeGroupStates } from './fake-groups-data';
import { addSampleGroups } from './fake-groups-samples';
import { fakePeople } from './fake-people';

/**
 * The fake engine for tests of groups: a bridge that answers `group.*` and what is known of people, checks both directions against
 * the contract, and feeds the store of groups. Development only.
 */
export interface FakeGroupsWindow {
  /** Identity whose groups these are. */
  readonly account: string;
  /** Names of the commands that were sent, in order, with what came along. */
  readonly sent: { readonly command: string; readonly params: unknown }[];
  /** Waits for the answers that are still on their way, so that none comes into the stores of the next test. */
  close(): Promise<void>;
}

const others: Partial<Handlers> = {
  'app.reportError': () => ({}),
  'app.openLink': () => ({ opened: true }),
  'attachment.list': () => ({ messages: [], more: false }),
  'presence.watch': () => ({ online: {} }),
};

/** Puts the fake engine in place with the example groups; `flags` choose the scene, such as `as-member`. */
export function openFakeGroups(...flags: readonly string[]): FakeGroupsWindow {
  scene.clear();
  for (const flag of flags) scene.add(flag);
  addSampleGroups();
  const handlers: Partial<Handlers> = { ...others, ...fakePeople, ...fakeGroups, ...fakeGroupResources };
  const sent: { command: string; params: unknown }[] = [];
  const unanswered = new Set<Promise<unknown>>();
  const answer = async (command: CommandName, params: unknown): Promise<unknown> => {
    const shape = commands[command];
    const handler = handlers[command] as ((input: unknown) => unknown) | undefined;
    if (handler === undefined) throw new Error(`the fake engine knows no ${command}`);
    const parsed: unknown = shape.params.parse(params);
    sent.push({ command, params: parsed });
    return shape.result.parse(await handler(parsed));
  };
  const invoke = (command: CommandName, params: unknown): Promise<unknown> => {
    const answered = answer(command, params);
    unanswered.add(answered);
    const done = (): boolean => unanswered.delete(answered);
    void answered.then(done, done);
    return answered;
  };
  // What an earlier test is still being told about its groups is not news here.
  const isNews = ({ event, data }: BridgeEvent): boolean =>
    event !== 'group.changed' ||
    fakeGroupStates.get(`${data.account} ${data.group.group}`)?.group === data.group;
  const feed = (batch: readonly BridgeEvent[]): void =>
    useGroupsStore.getState().applyBatch(batch.filter(isNews));
  listeners.add(feed);
  useGroupsStore.setState(useGroupsStore.getInitialState(), true);
  const parley = {
    invoke,
    onEvents: (listener: (batch: readonly BridgeEvent[]) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  Object.defineProperty(window, 'parley', { value: parley, configurable: true });
  return {
    account: main,
    sent,
    close: async () => {
      listeners.delete(feed);
      scene.clear();
      await Promise.allSettled(unanswered);
      fakeGroupStates.clear();
      resetSharedFiles();
    },
  };
}
