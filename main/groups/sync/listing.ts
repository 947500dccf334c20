import type { Conversation } from '../../../shared/model/conversation';
import type { GroupKeys } from '../../ports/groups';
import type { GroupRecord } from '../../ports/group-store';
import type { RpcCaller } from '../../ports/session';
import { inParallel } from '../../runtime/in-parallel';
import type { Disposer, Runtime } from '../../runtime/runtime';
import { ENTERED } from '../events/effects';
import { readGroup } from '../wire';
import type { Feeds } from './feeds';
import { GROUP_RETRY_MS, GROUPS_AT_ONCE } from './limits';
import { readOwnGroups } from './list';
import type { OwnGroups } from './list';
import { EVERYTHING } from './port';
import type { GroupFacts, Stale } from './port';
import type { GroupRecords } from './records';

/** What the list of our groups works with. */
export interface ListingParts {
  readonly aid: string;
  readonly rpc: RpcCaller;
  readonly runtime: Runtime;
  readonly isOnline: () => boolean;
  readonly keys: Pick<GroupKeys, 'membershipChanged'>;
  readonly records: GroupRecords;
  readonly feeds: Pick<Feeds, 'of'>;
  /** Lays down a group object; see `GroupSync.apply`. */
  readonly apply: (
    value: unknown,
    facts?: GroupFacts,
    standing?: Conversation['standing'],
  ) => Promise<GroupRecord>;
  readonly refreshSoon: (group: string, stale: Stale) => void;
  /** A group that should be in the list is not: asks whether we are still in it. */
  readonly lookAfter: (group: string) => Promise<void>;
  readonly failed: (event: string, thrown: unknown) => void;
}

/** A group of the list and what may be new in it. */
interface Listed {
  readonly group: string;
  /** The more, the sooner it is fetched. */
  readonly news: number;
  readonly isNew: boolean;
  readonly eventSeq: number | null;
}

/** Keeps true which groups we are in, by the gateway's list of them, and fetches what is new in them (`protocol/05 §13.17`). */
export class Listing {
  private running: Promise<void> | null = null;
  private again = false;
  private timer: Disposer | null = null;
  private stopped = false;

  constructor(private readonly parts: ListingParts) {}

  /** Reads the list in the background; a failure is tried again by itself. */
  soon(): void {
    if (!this.parts.isOnline() || this.stopped) return;
    if (this.running !== null) {
      this.again = true;
      return;
    }
    this.refresh().catch((thrown: unknown) => {
      this.parts.failed('groups.not_listed', thrown);
      if (this.timer === null) this.in(GROUP_RETRY_MS);
    });
  }

  /** Reads the list now, or waits for the reading that runs. @throws gateway errors */
  async refresh(): Promise<void> {
    this.running ??= this.read().finally(() => {
      this.running = null;
      if (!this.again) return;
      // Whoever asked meanwhile may know of something, or have a connection, that this reading did not.
      this.again = false;
      this.in(GROUP_RETRY_MS / 10);
    });
    await this.running;
  }

  offline(): void {
    this.timer?.();
    this.timer = null;
  }

  /** Resolves when nothing is being read. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.offline();
    await this.running?.catch(() => undefined);
  }

  private in(pause: number): void {
    this.timer?.();
    this.timer = null;
    if (this.stopped) return;
    this.timer = this.parts.runtime.scheduler.after(pause, () => {
      this.timer = null;
      this.soon();
    });
  }

  private async read(): Promise<void> {
    const { records, rpc, lookAfter } = this.parts;
    const own = await readOwnGroups(rpc);
    const fetch: Listed[] = [];
    for (const { wire, raw } of own.groups) {
      const before = records.get(wire.group);
      const isNew = before?.membership !== 'member';
      await this.listed(wire.group, raw, before);
      const behind = wire.messageSeq === null ? 1 : wire.messageSeq - (before?.messages.contiguous ?? 0);
      const news = behind === 0 || wire.status === 'dissolved' ? 0 : (wire.updatedAt ?? 0) + 1;
      fetch.push({ group: wire.group, news, isNew, eventSeq: wire.eventSeq });
    }
    for (const group of this.missingFrom(own)) await lookAfter(group);
    fetch.sort((left, right) => right.news - left.news);
    await inParallel(GROUPS_AT_ONCE, fetch, (each) => this.fetch(each));
  }

  /** A group of the list: we are in it. Whoever put us there is told by its events. */
  private async listed(group: string, raw: unknown, before: GroupRecord | null): Promise<void> {
    const { aid, apply, keys, refreshSoon } = this.parts;
    if (before?.membership === 'member') {
      await apply(raw);
      return;
    }
    const wire = readGroup(raw);
    const isOurs = wire?.role === 'owner' || before?.membership === 'pending';
    await apply(raw, { ...ENTERED, status: wire?.status ?? 'active' }, isOurs ? 'accepted' : 'pending');
    refreshSoon(group, EVERYTHING);
    const own = { changed: [aid], oldEpoch: null, eventSeq: null, own: false };
    keys.membershipChanged({ group, action: 'joined', ...own });
  }

  private missingFrom(own: OwnGroups): string[] {
    const listed = new Set<string>(own.groups.map(({ wire }) => wire.group));
    return this.parts.records
      .all()
      .flatMap(({ group, membership, status }) =>
        membership === 'member' && status !== 'dissolved' && !listed.has(group) ? [group] : [],
      );
  }

  private async fetch(listed: Listed): Promise<void> {
    const { feeds, records } = this.parts;
    const { messages, events } = feeds.of(listed.group);
    const quietly = (work: Promise<void>): Promise<void> => work.catch(() => undefined);
    // Who put us into a new group is known from its events, and its messages are asked for as a request then.
    if (listed.isNew) await quietly(events.catchUp());
    await quietly(messages.catchUp());
    const held = records.get(listed.group)?.events.contiguous ?? 0;
    if (!listed.isNew && (listed.eventSeq === null || listed.eventSeq !== held))
      await quietly(events.catchUp());
  }
}
