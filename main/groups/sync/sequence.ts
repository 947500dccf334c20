import type { GroupCursor } from '../../ports/group-store';
import { toAunError } from '../../runtime/errors';
import type { AunError } from '../../runtime/errors';
import type { Disposer, Runtime } from '../../runtime/runtime';
import { createSerialQueue } from '../../runtime/serial-queue';
import type { PullWire } from '../wire';
import {
  GROUP_ACK_MS,
  GROUP_PAGE,
  GROUP_RESET_MS,
  GROUP_RETRY_MS,
  LONG_BACKLOG,
  MAX_GROUP_RESETS,
  MAX_WAITING_PUSHES,
  PROBE_PAUSES_MS,
} from './limits';

/** A numbered row of a group. `empty`: only news that there is such a row (`protocol/05 §7.4` notice). */
export interface Numbered {
  readonly seq: number;
  readonly empty: boolean;
}

/** What a sequence works with. */
export interface SequenceParts<Row extends Numbered> {
  readonly runtime: Runtime;
  /** Of which group and what, for the log. */
  readonly label: string;
  readonly isOnline: () => boolean;
  /** Where it stands on disk; null when the group is not kept any more or we are not in it. */
  readonly cursor: () => GroupCursor | null;
  readonly read: (raw: unknown) => Row | null;
  readonly pull: (after: number) => Promise<PullWire>;
  /** Stores rows, and the cursor unless null, in one transaction. `live`: they came by push. */
  readonly store: (rows: readonly Row[], cursor: GroupCursor | null, live: boolean) => Promise<void>;
  readonly setCursor: (cursor: GroupCursor) => Promise<void>;
  /** Confirms a number to the gateway; answers what it has confirmed then, or null when it did not say. */
  readonly ack: (seq: number) => Promise<number | null>;
  /** What a number that is not above the cursor means. */
  readonly place: (row: Row) => Promise<'new' | 'repeat' | 'reused'>;
  /** Numbers start anew after `joined`; what is stored stays. */
  readonly restart: (joined: number) => Promise<void>;
  /** The newest page may be stored before what comes before it. */
  readonly newestFirst: boolean;
  /** Rows fetched since the beginning of a long catch-up; null at its end. */
  readonly progress: (rows: number | null) => void;
  /** The gateway refused: maybe we are not in the group any more. True: it is dealt with, nothing is tried again. */
  readonly refused: (error: AunError) => boolean;
}

/**
 * Fetches one numbered sequence of a group, messages or events (`protocol/05 §8`): stores first, acknowledges then; pulls until
 * nothing is left; a hole that a full pull did not fill is gone for good; tolerates repeats, numbers that start again and
 * changed places of joining. All work on the cursor runs in one serial queue.
 */
export class Sequence<Row extends Numbered> {
  private readonly queue = createSerialQueue((thrown) => this.failed(toAunError(thrown)));
  private pushes: Row[] = [];
  private ackTimer: Disposer | null = null;
  private retryTimer: Disposer | null = null;
  private connection = 0;
  private caughtUpOn = -1;
  private resets: readonly number[] = [];
  private emptyProbes = 0;
  private stopped = false;

  constructor(private readonly parts: SequenceParts<Row>) {}

  /** A new connection: nothing follows on what is held until everything was fetched once. */
  online(): void {
    this.connection += 1;
    this.emptyProbes = 0;
  }

  offline(): void {
    this.ackTimer?.();
    this.ackTimer = null;
    this.retryTimer?.();
    this.retryTimer = null;
  }

  stop(): Promise<void> {
    this.stopped = true;
    this.offline();
    return this.queue.idle();
  }

  /** Whether everything was fetched on this connection and nothing above `latest` is missing. */
  has(latest: number | null): boolean {
    const cursor = this.parts.cursor();
    return (
      cursor !== null && this.caughtUpOn === this.connection && latest !== null && cursor.contiguous >= latest
    );
  }

  /** Takes a push. */
  push(raw: unknown): void {
    const row = this.parts.read(raw);
    if (row === null || this.stopped) return;
    // More than this is a flood; what is left out is pulled.
    if (this.pushes.length < MAX_WAITING_PUSHES) this.pushes.push(row);
    if (this.pushes.length === 1) this.queue.add(() => this.drain());
  }

  /** Fetches everything that waits on the gateway. @throws AunError gateway errors, after another try was planned */
  catchUp(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.queue.add(() => this.fetchAll().then(resolve, reject));
    });
  }

  private async drain(): Promise<void> {
    const batch = this.pushes.splice(0, GROUP_PAGE);
    if (this.pushes.length > 0) this.queue.add(() => this.drain());
    const cursor = this.parts.cursor();
    if (cursor === null) return;
    let shown: { readonly restarted: boolean; readonly missing: boolean };
    try {
      shown = await this.keepPushed(batch, cursor);
    } catch (thrown) {
      this.retryIn(GROUP_RETRY_MS);
      throw thrown;
    }
    if (shown.restarted && this.mayRestart()) await this.startAnew(null);
    else if (shown.missing) await this.probe();
    else this.planAck();
  }

  /** Stores what was pushed and says what it shows: that numbers began anew, that something before it is missing. */
  private async keepPushed(
    batch: readonly Row[],
    cursor: GroupCursor,
  ): Promise<{ readonly restarted: boolean; readonly missing: boolean }> {
    let { contiguous } = cursor;
    let missing = false;
    let restarted = false;
    const fresh: Row[] = [];
    for (const row of batch) {
      if (row.empty) {
        missing ||= row.seq > contiguous;
        continue;
      }
      const place = row.seq <= contiguous ? await this.parts.place(row) : 'new';
      if (place === 'reused') restarted = true;
      if (place !== 'repeat') fresh.push(row);
      if (this.caughtUpOn !== this.connection) missing ||= row.seq > contiguous;
      else if (row.seq === contiguous + 1) contiguous = row.seq;
      else if (row.seq > contiguous + 1) missing = true;
    }
    if (fresh.length > 0) await this.parts.store(fresh, { ...cursor, contiguous }, true);
    return { restarted, missing };
  }

  /** Asks for what is missing; a gateway that announces rows it does not have is asked less and less often. */
  private async probe(): Promise<void> {
    const pause = PROBE_PAUSES_MS[Math.min(this.emptyProbes, PROBE_PAUSES_MS.length - 1)] ?? 0;
    if (pause > 0) return this.retryIn(pause);
    const before = this.parts.cursor()?.contiguous ?? 0;
    await this.fetchAll();
    this.emptyProbes = (this.parts.cursor()?.contiguous ?? 0) > before ? 0 : this.emptyProbes + 1;
  }

  private async fetchAll(): Promise<void> {
    if (this.stopped || !this.parts.isOnline() || this.parts.cursor() === null) return;
    this.retryTimer?.();
    this.retryTimer = null;
    const { connection } = this;
    try {
      if (await this.pages()) this.caughtUpOn = connection;
    } catch (thrown) {
      const error = toAunError(thrown);
      if (!this.parts.refused(error)) this.retryIn(GROUP_RETRY_MS);
      throw error;
    } finally {
      this.parts.progress(null);
    }
    this.planAck();
  }

  /** Pulls page after page. False: it ended because the group is not ours any more. */
  private async pages(): Promise<boolean> {
    const start = this.parts.cursor();
    if (start === null) return false;
    const held = start.contiguous;
    // The first page begins with the row that is held last: another one in its place shows numbers that started again.
    let next = this.parts.pull(held > start.joined ? held - 1 : held);
    let known = held;
    let received = 0;
    for (;;) {
      const page = await next;
      const cursor = this.parts.cursor();
      if (cursor === null) return false;
      const all = this.rowsOf(page);
      if ((await this.isElsewhere(page, all, cursor, held)) && this.mayRestart()) {
        await this.startAnew(page.cursor.joined);
        return true;
      }
      const rows = all.filter((row) => row.seq > known);
      const goesOn = rows.length > 0 && page.hasMore;
      const isStart = known === held;
      known = rows.at(-1)?.seq ?? known;
      if (goesOn && isStart) await this.fetchTail(page.latest ?? 0, known);
      if (goesOn) {
        next = this.parts.pull(known);
        // A failed prefetch is looked at in the next round; without this it would count as unhandled meanwhile.
        next.catch(() => undefined);
      }
      await this.keep(rows, placeAfter(page, cursor, known, goesOn), cursor);
      received += rows.length;
      if (received >= GROUP_PAGE) this.parts.progress(received);
      if (!goesOn) return true;
      this.planAck();
    }
  }

  private async keep(rows: readonly Row[], place: GroupCursor, before: GroupCursor): Promise<void> {
    if (rows.length > 0) return this.parts.store(rows, place, false);
    const isSame =
      place.contiguous === before.contiguous &&
      place.joined === before.joined &&
      place.acknowledged === before.acknowledged;
    if (!isSame) await this.parts.setCursor(place);
  }

  /** The newest rows first: what somebody looks for after days away. The rest follows in order. */
  private async fetchTail(latest: number, known: number): Promise<void> {
    if (!this.parts.newestFirst || latest - known <= LONG_BACKLOG) return;
    const rows = this.rowsOf(await this.parts.pull(latest - GROUP_PAGE)).filter((row) => row.seq > known);
    if (rows.length > 0) await this.parts.store(rows, null, false);
  }

  /** Rows of a page by their numbers, each number once. */
  private rowsOf(page: PullWire): Row[] {
    const rows = new Map<number, Row>();
    for (const raw of page.rows) {
      const row = this.parts.read(raw);
      if (row !== null && !row.empty) rows.set(row.seq, row);
    }
    return [...rows.values()].sort((left, right) => left.seq - right.seq);
  }

  /** Whether the gateway's numbers are not those we went by: it lost its state, or we left and came back meanwhile. */
  private async isElsewhere(
    page: PullWire,
    rows: readonly Row[],
    cursor: GroupCursor,
    held: number,
  ): Promise<boolean> {
    if (page.latest !== null && page.latest < held) return true;
    const { joined } = page.cursor;
    const isNew = held === 0 && cursor.acknowledged === 0 && cursor.joined === 0;
    if (joined !== null && joined !== cursor.joined && !isNew) return true;
    const again = rows.find((row) => row.seq === held);
    return again !== undefined && (await this.parts.place(again)) === 'reused';
  }

  private mayRestart(): boolean {
    const now = this.parts.runtime.clock.monotonic();
    return this.resets.filter((at) => now - at < GROUP_RESET_MS).length < MAX_GROUP_RESETS;
  }

  /** Begins again after the place of joining; what is stored stays. */
  private async startAnew(joined: number | null): Promise<void> {
    const { runtime, label } = this.parts;
    runtime.logger.log('warn', 'groups.numbers_restarted', { label });
    this.resets = [...this.resets, runtime.clock.monotonic()].slice(-MAX_GROUP_RESETS);
    await this.parts.restart(joined ?? 0);
    await this.pages();
  }

  private retryIn(pause: number): void {
    if (this.stopped) return;
    this.retryTimer?.();
    this.retryTimer = this.parts.runtime.scheduler.after(pause, () => {
      this.retryTimer = null;
      this.queue.add(() => this.fetchAll());
    });
  }

  private planAck(): void {
    const cursor = this.parts.cursor();
    if (this.ackTimer !== null || this.stopped || cursor === null) return;
    if (cursor.contiguous <= cursor.acknowledged || cursor.contiguous <= cursor.joined) return;
    this.ackTimer = this.parts.runtime.scheduler.after(GROUP_ACK_MS, () => {
      this.ackTimer = null;
      this.acknowledge().catch((thrown: unknown) => {
        const error = toAunError(thrown);
        this.failed(error);
        // A number that the gateway does not know any more: the next look finds out.
        if (!this.parts.refused(error)) this.retryIn(GROUP_RETRY_MS);
      });
    });
  }

  private async acknowledge(): Promise<void> {
    const cursor = this.parts.cursor();
    if (!this.parts.isOnline() || this.stopped || cursor === null) return;
    const { contiguous } = cursor;
    const confirmed = Math.min(contiguous, (await this.parts.ack(contiguous)) ?? contiguous);
    this.queue.add(async () => {
      const now = this.parts.cursor();
      if (now === null || confirmed <= now.acknowledged || confirmed > now.contiguous) return;
      await this.parts.setCursor({ ...now, acknowledged: confirmed });
      if (now.contiguous > confirmed) this.planAck();
    });
  }

  private failed(error: AunError): void {
    const { code, message } = error;
    this.parts.runtime.logger.log('info', 'groups.not_fetched', { label: this.parts.label, code, message });
  }
}

/**
 * Where a sequence stands after a page. After the last one everything up to what the gateway confirmed, purged or kept from us
 * is stored or gone for good: it has no more of it.
 */
function placeAfter(page: PullWire, cursor: GroupCursor, known: number, goesOn: boolean): GroupCursor {
  const joined = page.cursor.joined ?? cursor.joined;
  // Numbers that were never given out are not gone.
  const given = page.latest ?? 0;
  const gone = Math.min(Math.max(page.floor ?? 0, page.cursor.current ?? 0), given);
  const floor = goesOn ? 0 : Math.max(gone, joined);
  return {
    joined,
    contiguous: Math.max(cursor.contiguous, known, floor),
    // A gateway that forgot what we confirmed is told again.
    acknowledged: Math.min(cursor.acknowledged, page.cursor.current ?? cursor.acknowledged),
  };
}
