import type { X509Certificate } from 'node:crypto';
import { isDict, numberOf, textOf } from '../json';
import type { Dict } from '../json';
import { requireContext } from '../outbox';
import { stateHashOf } from './crypto';
import type { GroupDeps } from './deps';
import { epochOfGroup, membersIn } from './deps';
import type { GroupOpenContext } from './envelope';
import { GroupEvents } from './events';
import { GroupInbox } from './inbox';
import type { EpochKey } from './key-book';
import { GroupOutbox } from './outbox';
import { Recovery } from './recovery';
import { Rotations } from './rotation';
import { RotationTriggers } from './triggers';

/** Groups of generation V1 as the SDK for Node has them: what it does around calls, events and control messages. */
export class Groups {
  readonly #deps: GroupDeps;
  readonly rotations: Rotations;
  readonly recovery: Recovery;
  readonly inbox: GroupInbox;
  readonly events: GroupEvents;
  readonly #outbox: GroupOutbox;
  readonly #triggers: RotationTriggers;

  constructor(deps: GroupDeps) {
    this.#deps = deps;
    const certificate = (aid: string): X509Certificate | null =>
      aid === deps.ownAid ? deps.identity().certificate : deps.peers.cached(aid);
    const openContext = (): GroupOpenContext => ({
      secret: (group, epoch) => deps.book.secret(group, epoch),
      senderCertificate: certificate,
    });
    this.rotations = new Rotations(deps);
    this.#triggers = new RotationTriggers(deps, this.rotations);
    this.recovery = new Recovery(
      deps,
      {
        keyArrived: (group) => void this.inbox.retry(group),
        isKnown: (group) => this.inbox.isKnown(group),
        touch: (group) => this.inbox.touch(group),
      },
      certificate,
    );
    this.inbox = new GroupInbox(deps, this.recovery, openContext);
    this.events = new GroupEvents(deps, (event) => {
      this.#onMembership(event);
    });
    this.#outbox = new GroupOutbox({
      deps,
      rotations: this.rotations,
      recovery: this.recovery,
      openContext,
      touch: (group) => this.inbox.touch(group),
    });
  }

  /** Any `group.*` call with what the SDK adds to it. */
  async call(method: string, params: Dict): Promise<Dict> {
    const group = textOf(params['group_id']);
    if (group !== '') this.inbox.note(group);
    switch (method) {
      case 'group.send':
        return this.#outbox.send(params);
      case 'group.pull':
        return this.inbox.pull(params);
      case 'group.pull_events':
        return this.events.pull(params);
      case 'group.thought.put':
        return this.#outbox.thoughtPut(params, requireContext(params, method));
      case 'group.thought.get':
        requireContext(params, method);
        return this.#outbox.openThoughts(await this.#deps.call(method, params));
      case 'group.create':
        return this.#create(params);
      default: {
        const result = await this.#deps.call(method, params);
        await this.#triggers.afterCall(method, params, result);
        return result;
      }
    }
  }

  async #create(params: Dict): Promise<Dict> {
    const result = await this.#deps.call('group.create', params);
    const group = isDict(result['group']) ? textOf(result['group']['group_id']) : '';
    if (group !== '') {
      this.inbox.note(group);
      await this.rotations.create(group);
    }
    return result;
  }

  /** An event of the `group` module; false when it is none that this client listens to. */
  onEvent(name: string, params: Dict): boolean {
    const handle = this.#handlerOf(name);
    if (handle === null) return false;
    const group = textOf(params['group_id']);
    if (group !== '') this.inbox.note(group);
    handle(params).catch((error: unknown) => {
      if (!this.#deps.stopped.aborted) this.#deps.emit('connection.error', { error });
    });
    return true;
  }

  #handlerOf(name: string): ((params: Dict) => Promise<void>) | null {
    switch (name) {
      case 'group.message_created':
        return (params) => this.inbox.onPush(params);
      case 'group.changed':
        return (params) => this.events.onPush(params);
      case 'group.state_committed':
        return (params) => this.events.onState(params);
      default:
        return null;
    }
  }

  #onMembership(event: Dict): void {
    const group = textOf(event['group_id']);
    if (event['action'] === 'dissolved') {
      this.#deps.book.forget(group);
      this.inbox.forget(group);
      this.events.forget(group);
      return;
    }
    this.#triggers.onEvent(event);
  }

  /** The current key of a group, or null. */
  keys(group: string): EpochKey | null {
    return this.#deps.book.current(group);
  }

  /** Loses every key of a group, as a data folder that was lost does. */
  forgetKeys(group: string): void {
    this.#deps.book.forget(group);
  }

  /** Puts the membership there is on record as the next state; no SDK does this by itself (protocol/02 §14). */
  async commitState(group: string): Promise<Dict> {
    const stored = await this.#deps.call('group.get_state', { group_id: group });
    const members = (await membersIn(this.#deps, group)).map(({ aid, role }) => ({ aid, role }));
    const { epoch } = await epochOfGroup(this.#deps, group);
    const version = numberOf(stored['state_version']) + 1;
    const previous = textOf(stored['state_hash']);
    return this.#deps.call('group.commit_state', {
      group_id: group,
      state_version: version,
      state_hash: stateHashOf({ groupId: group, version, keyEpoch: epoch, members, policy: {}, previous }),
      prev_state_hash: previous,
      key_epoch: epoch,
      membership_snapshot: JSON.stringify(members),
      policy_snapshot: '{}',
    });
  }

  /** Ends everything that waits. */
  stop(): void {
    this.rotations.stop();
  }
}
