import { parsePeerAid } from '../../shared/aun/aid';
import { ackEventSchema, pullResultSchema, recalledEventSchema } from '../../shared/aun/wire';
import { z } from 'zod';
import type { E2eeEngine, OpenResult } from '../ports/e2ee';
import type { NewGroupControl } from '../ports/group-store';
import type { RpcCaller } from '../ports/session';
import type { AccountStore, InboundRecord, InboxCursor, StoreChange } from '../ports/store';
import { toAunError } from '../runtime/errors';
import type { AunError } from '../runtime/errors';
import type { Disposer, Runtime } from '../runtime/runtime';
import { groupControlOf } from './group-controls';
import { createHealer } from './healing';
import type { Healer } from './healing';
import {
  envelopeRecord,
  UNKNOWN_SENDER,
  malformedRecord,
  plainRecord,
  readRow,
  recalledRecord,
} from './inbound-record';
import type { ReadRow } from './inbound-record';
import { ACK_DELAY_MS, CATCH_UP_RETRY_MS, MAX_RESETS, PULL_PAGE, RESET_PAUSE_MS } from './limits';
import { createSerialQueue } from '../runtime/serial-queue';
import { Told } from './told';
import type { ToldRecalls } from './told';

/** What the inbox needs of its account. */
export interface InboxDependencies {
  readonly aid: string;
  readonly deviceId: string;
  readonly slotId: string;
  readonly store: AccountStore;
  readonly rpc: RpcCaller;
  readonly e2ee: E2eeEngine;
  readonly runtime: Runtime;
  readonly isOnline: () => boolean;
  /** Our clock corrected by the gateway's, Unix ms. */
  readonly now: () => number;
  /** Tells the window what changed; called after the change is on disk. */
  readonly publish: (change: StoreChange) => void;
  /** Catch-up progress: rows stored so far, null when done. */
  readonly progress: (rows: number | null) => void;
  /** The gateway started its sequence numbers again (`protocol/04 §5.8` rule 8). */
  readonly onServerReset: () => void;
  /** Group key messages are on disk and wait to be handled. */
  readonly controlsStored: () => void;
  /** Something could not be fetched or stored; nothing was acknowledged and it is tried again. */
  readonly onFailure: (error: AunError) => void;
}

const ackResultSchema = z.object({ ack_seq: z.number().int().optional() });

/**
 * Receives the messages of one account (`protocol/04 §5.8`): stores first, acknowledges then; pulls until a page is
 * empty; treats a hole that a full pull did not fill as permanent; tolerates repeats, re-used numbers and a gateway
 * that lost its state. All work on the cursor runs in one serial queue.
 */
export class Inbox {
  private readonly queue = createSerialQueue((error) => this.fail(error));
  private readonly healer: Healer;
  private cursor: InboxCursor = { contiguous: 0, acknowledged: 0 };
  private readonly pushes: unknown[] = [];
  private readonly told = new Told();
  private looking = false;
  private ackTimer: Disposer | null = null;
  private retryTimer: Disposer | null = null;
  private repeatsLikely = false;
  private lastResetAt = Number.NEGATIVE_INFINITY;
  private resetSinceOnline = false;
  /** Counts connections, and the one on which everything was fetched: only then a push can follow on what is held. */
  private connection = 0;
  private caughtUpOn = -1;
  /** Monotonic ms of the last ones, oldest first. */
  private resets: readonly number[] = [];
  private stopped = false;

  constructor(private readonly deps: InboxDependencies) {
    this.healer = createHealer(deps);
  }

  /** Reads the cursor from disk; to be awaited before the session starts. */
  async load(): Promise<void> {
    this.cursor = await this.deps.store.cursor();
  }

  /** The session got online: fetches everything that waits on the gateway. */
  online(): void {
    this.resetSinceOnline = false;
    this.connection += 1;
    this.queue.add(() => this.catchUp());
    this.healer.online();
  }

  offline(): void {
    this.ackTimer?.();
    this.ackTimer = null;
    this.retryTimer?.();
    this.retryTimer = null;
    this.healer.offline();
  }

  stop(): Promise<void> {
    this.stopped = true;
    this.offline();
    return this.queue.idle();
  }

  /** Tries unreadable messages again. */
  heal(conversation: string | null): Promise<{ healed: number; remaining: number }> {
    return this.healer.run(conversation);
  }

  /** Takes a gateway event by its name after `event/`. Unknown names are ignored. */
  event(name: string, params: unknown): void {
    if (name === 'message.received') this.received(params);
    else if (name === 'message.ack') this.acknowledged(params);
    else if (name === 'message.recalled') this.recalled(params);
    else this.deps.runtime.logger.log('debug', 'inbox.event.ignored', { name: name.slice(0, 80) });
  }

  private received(params: unknown): void {
    const target = z
      .looseObject({ device_id: z.string().optional(), slot_id: z.string().optional() })
      .safeParse(params);
    if (target.success) {
      const { device_id: device, slot_id: slot } = target.data;
      if (device !== undefined && device !== '' && device !== this.deps.deviceId) return;
      if (slot !== undefined && slot !== '' && slot !== this.deps.slotId) return;
    }
    this.pushes.push(params);
    this.lookSoon();
  }

  /** What arrives while a batch is being opened forms the next batch. */
  private lookSoon(): void {
    if (this.looking) return;
    this.looking = true;
    this.queue.add(() => this.look());
  }

  private async look(): Promise<void> {
    this.looking = false;
    const batch = this.pushes.splice(0, PULL_PAGE);
    const isLast = this.pushes.length === 0;
    if (!isLast) this.lookSoon();
    // Taken with the batch: what a recall is about may be in the next one, like a recall that is told from now on.
    const recalls = isLast ? this.told.takeRecalls() : null;
    try {
      if (batch.length > 0) await this.storePushes(batch);
    } catch (error) {
      this.retryLater();
      throw error;
    } finally {
      for (const { peer, device, seq } of this.told.takeAcks())
        this.deps.publish(await this.deps.store.applyAck(peer, device, seq));
      if (recalls !== null) await this.carryOut(recalls);
    }
  }

  private async storePushes(batch: readonly unknown[]): Promise<void> {
    const rows = batch.map((raw) => readRow(raw, (row) => this.deps.e2ee.recognizes(row)));
    let contiguous = this.cursor.contiguous;
    let gap = false;
    let restarted = false;
    const fresh: ReadRow[] = [];
    for (const row of rows) {
      if (row.kind === 'malformed') {
        // A push is a hint: if there is such a row on the gateway, a pull brings it with its number.
        gap ||= row.seq !== null && row.seq > contiguous;
        continue;
      }
      const place = row.seq !== null && row.seq <= contiguous ? await this.placeOf(row, row.seq) : 'new';
      if (place === 'reused') restarted = true;
      if (place !== 'repeat') fresh.push(row);
      // Numbers may have started again unseen, and one of them may lie among those that are held.
      if (this.caughtUpOn !== this.connection) gap ||= row.seq !== null && row.seq > contiguous;
      else if (row.seq === contiguous + 1) contiguous = row.seq;
      else if (row.seq !== null && row.seq > contiguous + 1) gap = true;
    }
    if (fresh.length > 0) await this.store(fresh, { ...this.cursor, contiguous });
    if (restarted) await this.reset();
    else if (gap) await this.catchUp();
    else this.scheduleAck();
  }

  /** What a number below the cursor means: a repeat, a late filler of a hole, or a counter that started again. */
  private async placeOf(row: ReadRow, seq: number): Promise<'new' | 'repeat' | 'reused'> {
    if (!('row' in row)) return 'new';
    const owner = await this.deps.store.seqOwner(seq);
    if (owner === null) return 'new';
    const recall = row.kind === 'recall';
    const ids = recall ? [row.row.message_id, ...row.messageIds] : [row.row.message_id];
    if (ids.includes(owner.messageId) && owner.sender === senderOf(row.row.from))
      return recall ? 'new' : 'repeat';
    return this.resetIsDue() ? 'reused' : 'new';
  }

  /**
   * Right after a restart of the counters more of the same is expected; a gateway that plays with numbers must not make us
   * fetch everything again and again. Each connection has one look at the beginning.
   */
  private resetIsDue(): boolean {
    const sinceReset = this.deps.runtime.clock.monotonic() - this.lastResetAt;
    return !this.resetSinceOnline || sinceReset >= RESET_PAUSE_MS;
  }

  /** What a gateway confirms is believed sooner, but not without end: one that never confirms right would have us in a circle. */
  private mayResetAgain(): boolean {
    const now = this.deps.runtime.clock.monotonic();
    return this.resets.filter((at) => now - at < RESET_PAUSE_MS).length < MAX_RESETS;
  }

  private async reset(): Promise<void> {
    this.deps.runtime.logger.log('warn', 'inbox.server_reset', { contiguous: this.cursor.contiguous });
    this.lastResetAt = this.deps.runtime.clock.monotonic();
    this.resets = [...this.resets, this.lastResetAt].slice(-MAX_RESETS);
    this.resetSinceOnline = true;
    this.cursor = { contiguous: 0, acknowledged: 0 };
    await this.deps.store.setCursor(this.cursor);
    this.deps.onServerReset();
    // Everything the gateway still holds comes again. Asking the database first would otherwise only make the opening of
    // one page wait for the storing of the page before.
    this.repeatsLikely = true;
    await this.catchUp();
    this.repeatsLikely = false;
  }

  /**
   * Pulls pages until an empty one. The next page is fetched while this one is opened and the last one is stored. The first
   * page begins with the row we hold last: another one in its place shows counters that started again, which numbers alone
   * would hide from a client that had confirmed nothing yet.
   */
  private async catchUp(): Promise<void> {
    if (this.stopped || !this.deps.isOnline()) return;
    const { connection } = this;
    const confirmed = this.cursor.acknowledged;
    const held = this.cursor.contiguous;
    let after = Math.max(0, held - 1);
    let first = held > 0;
    let received = 0;
    let committing: Promise<void> = Promise.resolve();
    let next = this.pull(after);
    try {
      for (;;) {
        const page = await next;
        if (page.server_ack_seq !== undefined && page.server_ack_seq < confirmed) {
          if (this.mayResetAgain()) {
            await committing;
            return await this.reset();
          }
          this.retryLater(RESET_PAUSE_MS);
        }
        const all = page.messages.map((raw) => readRow(raw, (row) => this.deps.e2ee.recognizes(row)));
        if (first && (await this.startedAnew(all, page, held))) return await this.reset();
        const rows = first ? all.filter((row) => row.seq !== held) : all;
        if (first) after = held;
        first = false;
        const last = rows.reduce((highest, row) => Math.max(highest, row.seq ?? 0), 0);
        if (rows.length === 0 || last <= after) {
          await committing;
          if (rows.length > 0) await this.store(rows, this.cursor);
          await this.skipTo(Math.max(page.server_ack_seq ?? 0, page.retention_floor_seq));
          this.caughtUpOn = connection;
          break;
        }
        after = last;
        next = this.pull(after);
        // A failed prefetch is looked at in the next round; without this it would count as unhandled meanwhile.
        next.catch(() => undefined);
        const records = await this.open(rows);
        await committing;
        const cursor = { ...this.cursor, contiguous: Math.max(this.cursor.contiguous, last) };
        committing = this.commit(records, cursor);
        committing.catch(() => undefined);
        received += rows.length;
        if (received >= PULL_PAGE) this.deps.progress(received);
        this.scheduleAck();
      }
    } catch (error) {
      await committing.catch(() => undefined);
      this.deps.progress(null);
      this.retryLater();
      throw error;
    }
    this.deps.progress(null);
    this.scheduleAck();
  }

  /** Whether the row that the gateway has under the last number we hold is another one than ours, or should be there and is not. */
  private async startedAnew(
    rows: readonly ReadRow[],
    page: z.infer<typeof pullResultSchema>,
    held: number,
  ): Promise<boolean> {
    const row = rows.find((each) => each.seq === held);
    if (row === undefined) {
      const gone = Math.max(page.server_ack_seq ?? 0, page.retention_floor_seq);
      return held > gone && this.resetIsDue();
    }
    return (await this.placeOf(row, held)) === 'reused';
  }

  private async pull(after: number): Promise<z.infer<typeof pullResultSchema>> {
    const result = await this.deps.rpc.call('message.pull', {
      after_seq: after,
      limit: PULL_PAGE,
      device_id: this.deps.deviceId,
      slot_id: this.deps.slotId,
    });
    return pullResultSchema.parse(result);
  }

  /** What could not be fetched or stored now (a full disk, a busy gateway) is still on the gateway: asks again. */
  private retryLater(pause = CATCH_UP_RETRY_MS): void {
    this.retryTimer?.();
    this.retryTimer = this.deps.runtime.scheduler.after(pause, () => this.queue.add(() => this.catchUp()));
  }

  /** Rows up to `seq` are gone from the gateway for good: waits for them no longer (`protocol/04 §5.6`). */
  private async skipTo(seq: number): Promise<void> {
    if (!Number.isSafeInteger(seq) || seq <= this.cursor.contiguous) return;
    this.cursor = { ...this.cursor, contiguous: seq };
    await this.deps.store.setCursor(this.cursor);
  }

  private async store(rows: readonly ReadRow[], cursor: InboxCursor): Promise<void> {
    await this.commit(await this.open(rows), cursor);
  }

  private async commit(records: Opened, cursor: InboxCursor): Promise<void> {
    const { store, publish } = this.deps;
    // The cursor passes a recall only once it is carried out: what a crash cuts off here comes again with the next pull.
    const recalls = records.recalls.length > 0;
    publish(await store.commitInbound(records.stored, recalls ? null : cursor, records.controls));
    if (records.controls.length > 0) this.deps.controlsStored();
    for (const recall of records.recalls) publish(await store.recall(recall.sender, recall.messageIds));
    if (recalls) await store.setCursor(cursor);
    this.cursor = {
      contiguous: Math.max(this.cursor.contiguous, cursor.contiguous),
      acknowledged: this.cursor.acknowledged,
    };
  }

  private async open(rows: readonly ReadRow[]): Promise<Opened> {
    const envelopes = rows.filter((row): row is EnvelopeRow => row.kind === 'envelope');
    const fresh = this.repeatsLikely ? await this.withoutKnown(envelopes) : envelopes;
    const opened = await this.deps.e2ee.open(fresh.map((row) => ({ row: row.raw })));
    const results = new Map(fresh.map((row, index) => [row, opened[index]]));
    const now = this.deps.now();
    const stored: InboundRecord[] = [];
    const recalls: Recall[] = [];
    const controls: NewGroupControl[] = [];
    for (const row of rows) {
      if (row.kind === 'envelope') {
        const result = results.get(row) ?? NOT_OPENED;
        const control = groupControlOf(
          result,
          this.deps.aid,
          row.row.timestamp > 0 ? row.row.timestamp : now,
        );
        if (control === null) stored.push(envelopeRecord(row, result, this.deps.aid, now));
        else controls.push(control);
      } else if (row.kind === 'plain') stored.push(plainRecord(row, this.deps.aid, now));
      else if (row.kind === 'malformed') stored.push(malformedRecord(row.seq, row.raw, this.deps.aid, now));
      else if (row.kind === 'recall') {
        // The blanked row keeps its own id; a message we never had is shown as recalled, one we had is blanked.
        if (row.messageIds.includes(row.row.message_id))
          stored.push(recalledRecord(row, row.row.message_id, this.deps.aid, now));
        recalls.push({ sender: senderOf(row.row.from), messageIds: row.messageIds });
      }
    }
    return { stored, recalls, controls };
  }

  /** Leaves out what is stored in readable form already: it needs no second opening. */
  private async withoutKnown(envelopes: readonly EnvelopeRow[]): Promise<EnvelopeRow[]> {
    const known = await this.deps.store.known(
      envelopes.map((row) => ({ sender: senderOf(row.row.from), messageId: row.row.message_id })),
    );
    return envelopes.filter((_row, index) => known[index] !== true);
  }

  private scheduleAck(delay = ACK_DELAY_MS): void {
    if (this.ackTimer !== null || this.stopped || this.cursor.contiguous <= this.cursor.acknowledged) return;
    this.ackTimer = this.deps.runtime.scheduler.after(delay, () => {
      this.ackTimer = null;
      void this.acknowledge();
    });
  }

  private async acknowledge(): Promise<void> {
    const seq = this.cursor.contiguous;
    if (!this.deps.isOnline() || seq <= this.cursor.acknowledged) return;
    try {
      const result = ackResultSchema.parse(
        await this.deps.rpc.call('message.ack', {
          seq,
          device_id: this.deps.deviceId,
          slot_id: this.deps.slotId,
        }),
      );
      const acknowledged = Math.min(seq, result.ack_seq ?? seq);
      this.queue.add(async () => {
        // The gateway never confirms more than it gave out: with fewer numbers than we hold it started again.
        if (acknowledged < seq && seq <= this.cursor.contiguous)
          return this.mayResetAgain() ? this.reset() : this.scheduleAck(RESET_PAUSE_MS);
        if (acknowledged <= this.cursor.acknowledged) return;
        this.cursor = { ...this.cursor, acknowledged };
        await this.deps.store.setCursor(this.cursor);
      });
    } catch (error) {
      this.fail(error);
    }
  }

  private acknowledged(params: unknown): void {
    const event = ackEventSchema.safeParse(params);
    if (!event.success) return this.fail(event.error);
    const { to, device_id: device, ack_seq: seq } = event.data;
    this.told.ack(to, device, seq);
    this.lookSoon();
  }

  private recalled(params: unknown): void {
    const event = recalledEventSchema.safeParse(params);
    if (!event.success) return this.fail(event.error);
    const { from, message_ids: ids, seq } = event.data;
    this.told.recall(senderOf(from), ids, seq);
    this.lookSoon();
  }

  private async carryOut({ messages, numbers }: ToldRecalls): Promise<void> {
    for (const [sender, ids] of messages) this.deps.publish(await this.deps.store.recall(sender, ids));
    for (const seq of numbers) if (seq === this.cursor.contiguous + 1) await this.skipTo(seq);
    if (numbers.some((seq) => seq > this.cursor.contiguous)) await this.catchUp();
  }

  private fail(error: unknown): void {
    const known = toAunError(error);
    this.deps.onFailure(known);
    this.deps.runtime.logger.log('warn', 'inbox.failed', { code: known.code, message: known.message });
  }
}

/** Stands for a message that is stored in readable form already: only the number of its row is news. */
const NOT_OPENED: OpenResult = { ok: false, reason: 'malformed_envelope', detail: '', mayHeal: false };

/** The name under which messages of a sender are stored, however the gateway wrote it. */
const senderOf = (from: string): string => parsePeerAid(from) ?? UNKNOWN_SENDER;

type EnvelopeRow = Extract<ReadRow, { kind: 'envelope' }>;

interface Recall {
  readonly sender: string;
  readonly messageIds: readonly string[];
}

/** What rows come to: messages, recalls, and keys of groups. */
interface Opened {
  readonly stored: readonly InboundRecord[];
  readonly recalls: readonly Recall[];
  readonly controls: readonly NewGroupControl[];
}
