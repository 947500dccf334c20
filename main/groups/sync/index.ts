import { parseGroupId } from '../../../shared/aun/group-id';
import type { Conversation } from '../../../shared/model/conversation';
import type { E2eeEngine } from '../../ports/e2ee';
import type { GroupKeys } from '../../ports/groups';
import type { GroupRecord } from '../../ports/group-store';
import type { RpcCaller } from '../../ports/session';
import type { AccountStore, StoreChange } from '../../ports/store';
import { AunError, toAunError } from '../../runtime/errors';
import { isJsonObject } from '../../runtime/json-text';
import type { Disposer, Runtime } from '../../runtime/runtime';
import { createSerialQueue } from '../../runtime/serial-queue';
import { ENTERED, GroupEffects } from '../events/effects';
import { GroupLog } from '../events/log';
import { readEvent } from '../events/read';
import type { GroupEvent } from '../events/read';
import { readGroup } from '../wire';
import { Feeds } from './feeds';
import { GROUP_HEAL_MS } from './limits';
import { Listing } from './listing';
import type { Describe } from './message-rows';
import { GroupMessages } from './messages';
import { EVERYTHING } from './port';
import type { GroupFacts, GroupSync, Stale } from './port';
import { GroupReading } from './reading';
import { factsOf, GroupRecords } from './records';
import { Refreshing } from './refreshing';

export type { Describe } from './message-rows';
export type { GroupFacts, GroupSync, Stale } from './port';

/** What the sync of groups needs of its account. */
export interface GroupSyncDependencies {
  readonly aid: string;
  readonly store: AccountStore;
  /** Completes, signs, and tells errors in the terms of groups. */
  readonly rpc: RpcCaller;
  readonly e2ee: Pick<E2eeEngine, 'openGroup' | 'recognizesGroup' | 'groupPeers'>;
  readonly keys: GroupKeys;
  readonly describe: Describe;
  readonly runtime: Runtime;
  readonly isOnline: () => boolean;
  /** Our clock corrected by the gateway's, Unix ms. */
  readonly now: () => number;
  readonly publish: (change: StoreChange) => void;
  readonly progress: (rows: number | null) => void;
  /** What waits for the group in the outbox may be tried. */
  readonly wake: (group: string) => void;
  readonly changed: (record: GroupRecord) => void;
  readonly membersChanged: (group: string) => void;
  readonly logged: (group: string) => void;
  readonly messagesStored: (group: string) => void;
}

/** Refusals that may mean that we are out. */
const OUTSIDE: ReadonlySet<string> = new Set([
  'group_not_member',
  'group_dissolved',
  'group_not_found',
  'group_private',
]);
/** Copies without a number that belong into the log all the same: they end it. */
const LAST_WORDS: ReadonlySet<string> = new Set(['member_removed', 'member_left', 'dissolved']);

/** See {@link GroupSync}. */
export class GroupSyncService implements GroupSync {
  private readonly book: GroupRecords;
  private readonly reading: GroupReading;
  private readonly messages: GroupMessages;
  private readonly log: GroupLog;
  private readonly effects: GroupEffects;
  private readonly feeds: Feeds;
  private readonly refreshing: Refreshing;
  private readonly listing: Listing;
  /** News that came without a number, and keys that came, one after the other. */
  private readonly queue = createSerialQueue((thrown) => this.failed('groups.event_failed', thrown));
  private readonly healing = createSerialQueue((thrown) => this.failed('groups.not_healed', thrown));
  private readonly disposers: Disposer[] = [];
  private healTimer: Disposer | null = null;
  private stopped = false;

  constructor(private readonly deps: GroupSyncDependencies) {
    const { aid, store, rpc, e2ee, keys, describe, runtime, isOnline, now, publish } = deps;
    const { membersChanged } = deps;
    const records = new GroupRecords({ store, publish, changed: (group) => this.recordChanged(group) });
    this.book = records;
    this.reading = new GroupReading({ aid, store, records, rpc, membersChanged });
    this.messages = new GroupMessages({
      ...{ aid, store, records, rpc, e2ee, keys, describe, now, publish },
      stored: deps.messagesStored,
    });
    this.refreshing = new Refreshing({
      runtime,
      isOnline,
      read: (group, stale) => this.reading.read(group, stale),
      failed: (group, error) => {
        if (!this.refused(group, error)) this.failed('groups.not_refreshed', error);
      },
    });
    this.effects = new GroupEffects({
      ...{ aid, store, records, keys, now, membersChanged },
      refreshSoon: (group, stale) => this.refreshing.soon(group, stale),
      lost: (group, how) => this.toldOut(group, () => this.left(group, how)),
      dissolved: (group) => this.toldOut(group, () => this.dissolved(group)),
      wake: deps.wake,
      logged: deps.logged,
    });
    this.log = new GroupLog({
      ...{ records, rpc, now },
      peers: e2ee.groupPeers,
      fresh: (group, events, live) => this.effects.fresh(group, events, live),
    });
    this.feeds = new Feeds({
      ...{ runtime, isOnline, records },
      messages: this.messages,
      log: this.log,
      progress: deps.progress,
      refused: (group, error) => this.refused(group, error),
    });
    this.listing = new Listing({
      ...{ aid, rpc, runtime, isOnline, keys, records, feeds: this.feeds },
      apply: (value, facts, standing) => this.apply(value, facts, standing),
      refreshSoon: (group, stale) => this.refreshing.soon(group, stale),
      lookAfter: (group) => this.lookAfter(group),
      failed: (event, thrown) => this.failed(event, thrown),
    });
    this.disposers.push(
      keys.onKey((group, epoch) =>
        this.healing.add(async () => {
          await this.messages.heal(group, epoch);
        }),
      ),
      keys.onGivenUp((group, epoch) => this.healing.add(() => this.messages.giveUp(group, epoch))),
    );
  }

  /** Reads what is kept; to be awaited before the session starts. */
  load(): Promise<void> {
    return this.book.load();
  }

  online(): void {
    this.feeds.online();
    this.refreshing.online();
    this.listing.soon();
    this.healTimer?.();
    this.healTimer = this.deps.runtime.scheduler.every(GROUP_HEAL_MS, () => this.healAll(false));
    this.healAll(true);
  }

  offline(): void {
    this.feeds.offline();
    this.refreshing.offline();
    this.listing.offline();
    this.healTimer?.();
    this.healTimer = null;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.offline();
    for (const dispose of this.disposers.splice(0)) dispose();
    await Promise.all([
      ...[this.feeds.stop(), this.refreshing.stop(), this.listing.stop()],
      ...[this.queue.idle(), this.healing.idle()],
    ]);
    await this.book.idle();
  }

  /** Takes a gateway event by its name after `event/`; others than those of groups are ignored. */
  event(name: string, params: unknown): void {
    if (this.stopped || (name !== 'group.message_created' && name !== 'group.changed')) return;
    const id = isJsonObject(params) && typeof params['group_id'] === 'string' ? params['group_id'] : '';
    const group = parseGroupId(id);
    if (group === null) return;
    if (name === 'group.changed') this.changedPush(group, id, params);
    else if (this.record(group)?.membership === 'member') this.feeds.of(group).messages.push(params);
    // Somebody put us into a group, and the news of it was lost or is late.
    else this.listing.soon();
  }

  records(): readonly GroupRecord[] {
    return this.book.all();
  }

  record(group: string): GroupRecord | null {
    return this.book.get(group);
  }

  async change(group: string, facts: GroupFacts): Promise<GroupRecord> {
    return this.book.change(group, facts);
  }

  changeMembers<T>(group: string, step: () => Promise<T>): Promise<T> {
    return this.book.changeMembers(group, step);
  }

  /** Writes something about a group in turn with everything else that is written about it. */
  inTurn<T>(group: string, step: () => Promise<T>): Promise<T> {
    return this.book.inTurn(group, step);
  }

  async apply(
    value: unknown,
    facts: GroupFacts = {},
    standing?: Conversation['standing'],
  ): Promise<GroupRecord> {
    const wire = readGroup(value);
    if (wire === null) throw new AunError('protocol_error', 'the gateway answered with no group');
    const before = this.record(wire.group);
    const told = { ...factsOf(wire), ...facts };
    return this.book.change(
      wire.group,
      told,
      before === null ? (standing ?? 'pending') : standing,
      wire.wireId,
    );
  }

  async refresh(group: string): Promise<GroupRecord> {
    this.book.require(group);
    try {
      return await this.reading.read(group, EVERYTHING);
    } catch (thrown) {
      const error = toAunError(thrown);
      if (OUTSIDE.has(error.code)) await this.lookAfter(group);
      throw error;
    }
  }

  refreshSoon(group: string, parts: Stale): void {
    this.refreshing.soon(group, parts);
  }

  async refreshList(): Promise<void> {
    await this.listing.refresh();
  }

  async catchUp(group: string): Promise<void> {
    this.book.require(group);
    const { messages, events } = this.feeds.of(group);
    await messages.catchUp();
    await events.catchUp();
  }

  async joined(group: string): Promise<void> {
    await this.book.change(group, ENTERED, 'accepted');
    this.refreshing.soon(group, EVERYTHING);
    this.fetch(group);
  }

  async left(
    group: string,
    how: { readonly membership: 'left' | 'removed'; readonly by: string | null },
  ): Promise<GroupRecord> {
    const before = this.book.require(group);
    if (before.membership === 'left' || before.membership === 'removed') {
      // Who did it may be told only after the gateway refused us.
      return how.by === null
        ? before
        : this.book.change(group, { membership: how.membership, removedBy: how.by });
    }
    const facts = {
      membership: how.membership,
      removedBy: how.by,
      role: null,
      requests: 0,
      mutedUntil: null,
    };
    const { store, publish } = this.deps;
    const isRequest = (await store.conversation(group))?.standing === 'pending';
    const after = await this.book.change(group, facts, isRequest ? 'accepted' : undefined);
    // Nobody is asked any more about a group that was a request: it lies in the archive.
    if (isRequest) publish(await store.changeConversation(group, { archived: true }));
    await this.deps.keys.leftGroup(group, false);
    this.deps.wake(group);
    return after;
  }

  async forget(group: string): Promise<void> {
    await this.feeds.end(group);
    await this.deps.keys.leftGroup(group, true);
    await this.book.drop(group);
  }

  async heal(group: string | null): Promise<{ healed: number; remaining: number }> {
    const sum = { healed: 0, remaining: 0 };
    const groups = group === null ? this.records().map((record) => record.group) : [group];
    for (const each of groups) {
      const { healed, remaining } = await this.messages.heal(each, null, true);
      sum.healed += healed;
      sum.remaining += remaining;
    }
    return sum;
  }

  private changedPush(group: string, wireId: string, params: unknown): void {
    const event = readEvent(params);
    if (event === null) return;
    const record = this.record(group);
    if (record?.membership === 'member' && event.numbered) return this.feeds.of(group).events.push(params);
    const isOurs = event.affected.includes(this.deps.aid);
    if (record === null && !isOurs) return this.listing.soon();
    this.queue.add(() => this.outsideEvent(group, wireId, event, params));
  }

  /** An event of a group we are not in as far as we know, or a copy without a number. */
  private async outsideEvent(
    group: string,
    wireId: string,
    event: GroupEvent,
    params: unknown,
  ): Promise<void> {
    if (this.record(group) === null) {
      // Who removed us from what we do not know need not be kept.
      if (!event.numbered || event.known === 'join_rejected') return;
      await this.apply({ group_id: wireId, group: event.raw['group'] }, { membership: 'none' });
    }
    const before = this.record(group);
    await this.effects.unnumbered(group, event);
    await this.lastWord(group, event, before);
    if (!event.numbered || this.record(group)?.membership !== 'member') return;
    this.feeds.of(group).events.push(params);
    this.refreshing.soon(group, EVERYTHING);
    this.fetch(group);
  }

  /**
   * A copy without a number tells how our time in a group ended, or the group itself: the log gets it where it does not say so
   * yet. Where it was our own doing, the answer to it has changed the record before the copy comes.
   */
  private async lastWord(group: string, event: GroupEvent, before: GroupRecord | null): Promise<void> {
    if (event.numbered || !LAST_WORDS.has(event.action)) return;
    const after = this.record(group);
    const isOver = after?.membership !== 'member' || after.status === 'dissolved';
    const leftBefore = before?.membership === 'left' && event.actor === this.deps.aid;
    if (!isOver || (before?.membership !== 'member' && !leftBefore)) return;
    // What came before it is stored first. A gateway that still lets us read has it with its number.
    await this.feeds
      .of(group)
      .events.catchUp()
      .catch(() => undefined);
    const newest = { text: '', actions: [], before: null, limit: 1 };
    const [last] = (await this.deps.store.groupLog(group, newest)).entries;
    if (last?.action === event.action) return;
    // Its number is not told: it follows on those we have, also where something is missing between them.
    const seq = Math.max(this.book.require(group).events.contiguous, last?.seq ?? 0) + 1;
    await this.book.commitEvents(group, [await this.log.recordOf({ ...event, seq })], null);
    this.deps.logged(group);
  }

  /** Fetches what waits, in the background; a failure is tried again by itself. */
  private fetch(group: string): void {
    this.catchUp(group).catch((thrown: unknown) => this.failed('groups.not_fetched', thrown));
  }

  /**
   * An event says that we are out, or that the group ended. Events may be old or made up, so the gateway is asked whether it is
   * so; where it cannot be asked now, the list of the next connection tells.
   */
  private async toldOut(group: string, believed: () => Promise<unknown>): Promise<void> {
    const record = this.record(group);
    if (record?.membership !== 'member' || record.status === 'dissolved') {
      await believed();
      return;
    }
    const refusal = await this.refusalOf(record);
    if (refusal !== null && OUTSIDE.has(refusal)) await believed();
    else if (refusal === null) {
      this.deps.runtime.logger.log('warn', 'groups.end_is_not_so', { group });
      this.refreshing.soon(group, EVERYTHING);
    }
  }

  /** Asks whether we are still in a group that refuses us or is not listed any more (`protocol/05 §13.7`, §13.15). */
  private async lookAfter(group: string): Promise<void> {
    const record = this.record(group);
    if (record?.membership !== 'member' || record.status === 'dissolved') return;
    const code = await this.refusalOf(record);
    if (code === 'group_dissolved' || code === 'group_not_found') await this.dissolved(group);
    else if (code === 'group_not_member' || code === 'group_private')
      await this.left(group, { membership: 'removed', by: null });
  }

  /** Why the gateway does not take us for a member; null: it does. */
  private async refusalOf(record: GroupRecord): Promise<string | null> {
    try {
      await this.deps.rpc.call('group.get_cursor', { group_id: record.wireId });
      return null;
    } catch (thrown) {
      return toAunError(thrown).code;
    }
  }

  /** The group ended. What is still on the gateway is fetched while it lets us; keys stay for reading. */
  private async dissolved(group: string): Promise<void> {
    if (this.book.require(group).status === 'dissolved') return;
    await this.book.change(group, { status: 'dissolved', requests: 0 });
    this.feeds
      .of(group)
      .messages.catchUp()
      .catch(() => undefined);
    await this.deps.keys.leftGroup(group, false);
    this.deps.wake(group);
  }

  private refused(group: string, error: AunError): boolean {
    if (!OUTSIDE.has(error.code)) return false;
    this.queue.add(() => this.lookAfter(group));
    return true;
  }

  /** `insist`: keys that nobody had are asked for as well. */
  private healAll(insist: boolean): void {
    this.healing.add(async () => {
      for (const { group } of this.records()) await this.messages.heal(group, null, insist);
    });
  }

  private recordChanged(group: string): void {
    const record = this.record(group);
    if (record !== null) this.deps.changed(record);
  }

  private failed(event: string, thrown: unknown): void {
    const { code, message } = toAunError(thrown);
    this.deps.runtime.logger.log('info', event, { code, message });
  }
}
