import { parseGroupId } from '../../../shared/aun/group-id';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import type { E2eeEngine } from '../../ports/e2ee';
import type { GroupKeys } from '../../ports/groups';
import type { GroupCursor } from '../../ports/group-store';
import type { GroupOpenResult } from '../../ports/group-e2ee';
import type { RpcCaller } from '../../ports/session';
import type { AccountStore, StoreChange } from '../../ports/store';
import { isJsonObject } from '../../runtime/json-text';
import { readCursor, readPull } from '../wire';
import type { PullWire } from '../wire';
import { GROUP_HEAL_BATCH, GROUP_PAGE } from './limits';
import { envelopeRecord, identityOf, otherRecord, readMessageRow, recallOf } from './message-rows';
import type { Describe, MessageRow, RowContext } from './message-rows';
import type { GroupRecords } from './records';

/** What the messages of groups work with. */
export interface GroupMessagesParts {
  readonly aid: string;
  readonly store: Pick<
    AccountStore,
    'groupHealing' | 'groupMember' | 'groupSeqOwner' | 'heal' | 'known' | 'message' | 'recall'
  >;
  readonly records: GroupRecords;
  readonly rpc: RpcCaller;
  readonly e2ee: Pick<E2eeEngine, 'openGroup' | 'recognizesGroup'>;
  readonly keys: Pick<GroupKeys, 'epochs' | 'missing' | 'secret'>;
  readonly describe: Describe;
  readonly now: () => number;
  readonly publish: (change: StoreChange) => void;
  /** Messages are on disk. */
  readonly stored: (group: string) => void;
}

/** Fetches, opens and keeps the messages of groups (`protocol/05 §6.5`, §8; `protocol/02 §8.3`). */
export class GroupMessages {
  constructor(private readonly parts: GroupMessagesParts) {}

  /** Reads a row; one that names another group is none of this one's messages. */
  read(group: string, raw: unknown): MessageRow | null {
    const row = readMessageRow(raw, (each) => this.parts.e2ee.recognizesGroup(each));
    const named = row?.wire?.wireId ?? '';
    const isElsewhere = row !== null && named !== '' && parseGroupId(named) !== group;
    return isElsewhere ? { ...row, kind: 'malformed' } : row;
  }

  async pull(group: string, after: number): Promise<PullWire> {
    const { wireId } = this.parts.records.require(group);
    const params = { group_id: wireId, after_message_seq: Math.max(0, after), limit: GROUP_PAGE };
    return readPull(await this.parts.rpc.call('group.pull', params), 'messages');
  }

  async ack(group: string, seq: number): Promise<number | null> {
    const { wireId } = this.parts.records.require(group);
    const answer = await this.parts.rpc.call('group.ack_messages', { group_id: wireId, msg_seq: seq });
    return readCursor(isJsonObject(answer) ? answer['cursor'] : null).current;
  }

  /** What a number means that is held already: a repeat, a late filler of a hole, or a counter that started again. */
  async place(group: string, row: MessageRow): Promise<'new' | 'repeat' | 'reused'> {
    const owner = await this.parts.store.groupSeqOwner(group, row.seq);
    if (owner === null) return 'new';
    const { sender, messageId } = identityOf(row);
    const recall = row.kind === 'recall' ? recallOf(row) : null;
    const ids = [messageId, ...(recall?.messageIds ?? [])];
    if (!ids.includes(owner.messageId) || owner.sender !== sender) return 'reused';
    return row.kind === 'recall' ? 'new' : 'repeat';
  }

  /** Opens rows and stores them with the cursor; asks for keys that are missing afterwards. */
  async keep(
    group: string,
    rows: readonly MessageRow[],
    cursor: GroupCursor | null,
    live: boolean,
  ): Promise<void> {
    const { records, publish, store } = this.parts;
    const opened = await this.open(group, rows, live);
    const context = await this.contextOf(group, opened.values());
    const stored = rows.flatMap((row) => {
      const result = opened.get(row);
      if (result !== undefined) return [envelopeRecord(row, result, context)];
      // Left out of opening: it is stored in readable form already, only its number is news.
      if (row.kind === 'envelope') return [envelopeRecord(row, NOT_OPENED, context)];
      const record = otherRecord(row, context);
      return record === null ? [] : [record];
    });
    const recalls = rows.flatMap((row) => (row.kind === 'recall' ? (recallOf(row) ?? []) : []));
    // The cursor passes a recall only once it is carried out: what a crash cuts off here comes again with the next pull.
    await records.commitMessages(group, stored, recalls.length > 0 ? null : cursor);
    for (const recall of recalls) publish(await store.recall(recall.sender, recall.messageIds, group));
    if (recalls.length > 0 && cursor !== null) await records.setCursor(group, 'messages', cursor);
    this.askForKeys(group, opened);
    this.parts.stored(group);
  }

  /**
   * Tries unreadable messages again: of one epoch, or all. Goes on while it helps. Keys that are missing are asked for; those
   * that nobody had only where `insist`.
   */
  async heal(
    group: string,
    epoch: number | null,
    insist = false,
  ): Promise<{ healed: number; remaining: number }> {
    let healed = 0;
    for (;;) {
      const items = await this.parts.store.groupHealing(group, epoch, GROUP_HEAL_BATCH);
      const batch = await this.healBatch(group, items, { insist });
      healed += batch;
      if (batch === 0 || items.length < GROUP_HEAL_BATCH) return { healed, remaining: items.length - batch };
    }
  }

  /** The key of an epoch is not looked for any more: its messages are said to stay closed. One that comes opens them all the same. */
  async giveUp(group: string, epoch: number): Promise<void> {
    const done = new Set<number>();
    for (;;) {
      // What was tried most seldom comes first: each batch is another one until all were.
      const batch = await this.parts.store.groupHealing(group, epoch, GROUP_HEAL_BATCH);
      const items = batch.filter(({ id }) => !done.has(id));
      if (items.length === 0) return;
      for (const { id } of items) done.add(id);
      await this.healBatch(group, items, { over: true });
    }
  }

  private async healBatch(
    group: string,
    items: readonly { id: number; rawJson: string }[],
    { insist = false, over = false }: { readonly insist?: boolean; readonly over?: boolean },
  ): Promise<number> {
    const rows = items.flatMap((item) => {
      const row = this.read(group, JSON.parse(item.rawJson));
      return row?.wire?.raw === undefined ? [] : [{ id: item.id, row, raw: row.wire.raw }];
    });
    if (rows.length === 0) return 0;
    const results = await this.parts.e2ee.openGroup(
      group,
      rows.map(({ raw }) => raw),
      (epoch) => this.parts.keys.secret(group, epoch),
      { anew: true },
    );
    const context = await this.contextOf(group, results);
    const wanted = new Map<MessageRow, GroupOpenResult>();
    let healed = 0;
    for (const [index, { id, row }] of rows.entries()) {
      const opened = results[index];
      if (opened === undefined) continue;
      const result = await this.givenUp(group, id, this.undecided(group, opened), over);
      if (result.ok) healed += 1;
      if (insist || (!result.ok && result.reason === 'group_key_missing')) wanted.set(row, opened);
      this.parts.publish(await this.parts.store.heal(id, envelopeRecord(row, result, context)));
    }
    this.askForKeys(group, wanted);
    if (healed > 0) this.parts.stored(group);
    return healed;
  }

  /** What a doubtful key does not open may open with the right one. */
  private undecided(group: string, opened: GroupOpenResult): GroupOpenResult {
    if (opened.ok || !WANTS_KEY.has(opened.reason)) return opened;
    const held = this.parts.keys.epochs(group).find(({ epoch }) => epoch === opened.epoch);
    return held === undefined || held.chainDoubt === null ? opened : { ...opened, mayHeal: true };
  }

  /** What was said once to stay closed is not taken back without the key; and nobody gives keys to those who are out. */
  private async givenUp(
    group: string,
    id: number,
    opened: GroupOpenResult,
    over: boolean,
  ): Promise<GroupOpenResult> {
    if (opened.ok || opened.reason !== 'group_key_missing' || opened.epoch === null) return opened;
    const record = this.parts.records.get(group);
    if (!over && record?.membership === 'member' && record.status !== 'dissolved') {
      const before = (await this.parts.store.message(id))?.content;
      if (before?.kind !== 'undecryptable' || before.reason !== 'group_key_unavailable') return opened;
    }
    return { ...opened, reason: 'group_key_unavailable', mayHeal: false };
  }

  private async open(
    group: string,
    rows: readonly MessageRow[],
    live: boolean,
  ): Promise<Map<MessageRow, GroupOpenResult>> {
    const envelopes = rows.flatMap((row) =>
      row.kind === 'envelope' && row.wire !== null ? [{ row, raw: row.wire.raw }] : [],
    );
    const isKnown = live
      ? []
      : await this.parts.store.known(
          envelopes.map(({ row }) => identityOf(row)),
          group,
        );
    const fresh = envelopes.filter((_envelope, index) => isKnown[index] !== true);
    const results = await this.parts.e2ee.openGroup(
      group,
      fresh.map(({ raw }) => raw),
      (epoch) => this.parts.keys.secret(group, epoch),
    );
    return new Map(
      fresh.flatMap(({ row }, index) => {
        const result = results[index];
        return result === undefined ? [] : [[row, this.undecided(group, result)] as const];
      }),
    );
  }

  private askForKeys(group: string, opened: ReadonlyMap<MessageRow, GroupOpenResult>): void {
    if (this.parts.records.get(group)?.membership !== 'member') return;
    const asked = new Set<number>();
    for (const [row, result] of opened) {
      if (result.ok || result.epoch === null || !WANTS_KEY.has(result.reason)) continue;
      if (asked.has(result.epoch)) continue;
      asked.add(result.epoch);
      this.parts.keys.missing(group, result.epoch, identityOf(row).sender);
    }
  }

  /** Who may name everybody is asked for those who do (`protocol/05 §5.4`). */
  private async contextOf(group: string, opened: Iterable<GroupOpenResult>): Promise<RowContext> {
    const { records, store, aid, describe, now } = this.parts;
    const owner = records.get(group)?.owner ?? null;
    const callers = new Set<string>();
    for (const result of opened) if (result.ok && namesAll(result.payload)) callers.add(result.from);
    const leading = new Set<string>();
    for (const caller of callers) {
      const role = caller === owner ? 'owner' : (await store.groupMember(group, caller))?.role;
      if (role === 'owner' || role === 'admin') leading.add(caller);
    }
    return { group, aid, now: now(), describe, mayNameAll: (sender) => leading.has(sender) };
  }
}

/** What another key may mend: one that only its bearer's word binds can be the wrong one. */
const WANTS_KEY: ReadonlySet<string> = new Set([
  'group_key_missing',
  'decryption_failed',
  'metadata_invalid',
]);

const NOT_OPENED: GroupOpenResult = {
  ok: false,
  reason: 'malformed_envelope',
  detail: '',
  mayHeal: false,
  epoch: null,
};

function namesAll(payload: JsonObject): boolean {
  const mentions = payload['mentions'];
  return Array.isArray(mentions) && mentions.some((entry) => isJsonObject(entry) && entry['scope'] === 'all');
}
