import type { GroupAction } from '../../../shared/model/group';
import type { GroupPeers } from '../../ports/group-e2ee';
import type { GroupCursor, GroupEventRecord } from '../../ports/group-store';
import type { RpcCaller } from '../../ports/session';
import { isJsonObject } from '../../runtime/json-text';
import { GROUP_PAGE } from '../sync/limits';
import type { GroupRecords } from '../sync/records';
import { readCursor, readPull } from '../wire';
import type { PullWire } from '../wire';
import { readEvent } from './read';
import type { GroupEvent } from './read';
import { judgeSignature } from './signature';

/** Actions that are in the log and not between the messages: they are news for those who moderate. */
const LOG_ONLY: ReadonlySet<GroupAction | null> = new Set<GroupAction | null>([
  'join_requested',
  'join_rejected',
  'invite_code_created',
  'invite_code_revoked',
  'resource_updated',
  'resource_request_created',
  'resource_request_approved',
  'resource_request_rejected',
]);

/** An event that is on disk for the first time. */
export interface FreshEvent {
  readonly event: GroupEvent;
  readonly record: GroupEventRecord;
}

/** What the log works with. */
export interface GroupLogParts {
  readonly records: GroupRecords;
  readonly rpc: RpcCaller;
  readonly peers: Pick<GroupPeers, 'certificate' | 'certificateNamed'>;
  readonly now: () => number;
  /** New events are on disk, in order. `live`: they came by push. */
  readonly fresh: (group: string, events: readonly FreshEvent[], live: boolean) => Promise<void>;
}

/** The moderation log of groups (`protocol/05 §8.3`, §13.16): fetched, judged, stored, passed on once. */
export class GroupLog {
  constructor(private readonly parts: GroupLogParts) {}

  read(group: string, raw: unknown): GroupEvent | null {
    const event = readEvent(raw, group);
    return event?.numbered === true ? event : null;
  }

  async pull(group: string, after: number): Promise<PullWire> {
    const { wireId } = this.parts.records.require(group);
    const params = { group_id: wireId, after_event_seq: Math.max(0, after), limit: GROUP_PAGE };
    return readPull(await this.parts.rpc.call('group.pull_events', params), 'events');
  }

  async ack(group: string, seq: number): Promise<number | null> {
    const { wireId } = this.parts.records.require(group);
    const answer = await this.parts.rpc.call('group.ack_events', { group_id: wireId, event_seq: seq });
    return readCursor(isJsonObject(answer) ? answer['cursor'] : null).current;
  }

  /** Stores events with the cursor and passes on those that are new. */
  async keep(
    group: string,
    events: readonly GroupEvent[],
    cursor: GroupCursor | null,
    live: boolean,
  ): Promise<void> {
    const shown = events.filter((event) => !event.isMessage);
    const records = await Promise.all(shown.map((event) => this.recordOf(event)));
    const isFresh = new Set(await this.parts.records.commitEvents(group, records, cursor));
    const fresh = shown.flatMap((event, index) => {
      const record = records[index];
      return record !== undefined && isFresh.delete(event.seq) ? [{ event, record }] : [];
    });
    if (fresh.length > 0) await this.parts.fresh(group, fresh, live);
  }

  /** An event as the log keeps it. */
  async recordOf(event: GroupEvent): Promise<GroupEventRecord> {
    const { seq, action, known, actor, target, values } = event;
    const signature = await judgeSignature(event, this.parts.peers);
    const at = event.at ?? this.parts.now();
    return {
      entry: { seq, at, action, actor, target, values: { ...values }, signature },
      line: known === null || !LOG_ONLY.has(known),
      action: known,
    };
  }
}
