import { dictsOf, isDict, numberOf, textOf } from '../json';
import type { Dict } from '../json';
import { OrderedPublisher } from '../ordered-publisher';
import { SeqTracker } from '../seq-tracker';
import type { GroupDeps } from './deps';
import { GroupReplayGuard, epochOf, isGroupCiphertext, openGroup } from './envelope';
import type { GroupOpenContext } from './envelope';
import type { Recovery } from './recovery';

/** Gap fills take one page of this size and never a second one. */
const GAP_PAGE = 50;
const LAZY_PAGE = 200;
const QUEUE_LIMIT = 100;
const GIVE_UP_MS = 30_000;

interface GroupStream {
  tracker: SeqTracker;
  publisher: OrderedPublisher<Dict>;
  /** Rows that could not be opened yet, oldest first. */
  queue: Dict[];
}

type Outcome = { kind: 'opened'; row: Dict } | { kind: 'failed' } | { kind: 'replayed' };

/** Messages of groups on the push and the pull path (protocol/02 §9.1, protocol/05 §8.4). */
export class GroupInbox {
  readonly #deps: GroupDeps;
  readonly #recovery: Recovery;
  readonly #openContext: () => GroupOpenContext;
  readonly #streams = new Map<string, GroupStream>();
  readonly #guard = new GroupReplayGuard();
  readonly #filling = new Set<string>();
  readonly #touched = new Set<string>();

  constructor(deps: GroupDeps, recovery: Recovery, openContext: () => GroupOpenContext) {
    this.#deps = deps;
    this.#recovery = recovery;
    this.#openContext = openContext;
  }

  /** Highest number of a group without a hole before it. */
  contiguous(group: string): number {
    return this.#streams.get(group)?.tracker.contiguous ?? 0;
  }

  /** Marks what is in a group as received without looking at it, once in a session (protocol/05 §8.4). */
  async touch(group: string): Promise<void> {
    if (this.#touched.has(group)) return;
    this.#touched.add(group);
    const { tracker } = this.#stream(group);
    const params = { group_id: group, after_message_seq: tracker.contiguous, limit: LAZY_PAGE };
    const reply = await this.#deps.bareCall('group.pull', params).catch(() => null);
    tracker.onPullResult(dictsOf(reply?.['messages']).map((row) => numberOf(row['seq'])));
  }

  /** One `event/group.message_created`: the whole message, or a notice to fetch it. */
  async onPush(row: Dict): Promise<void> {
    const group = textOf(row['group_id']);
    const { payload } = row;
    if (!isDict(payload) || Object.keys(payload).length === 0) {
      if (typeof payload !== 'string' || payload === '') return this.fillGap(group);
    }
    const outcome = await this.#open(row);
    if (outcome.kind !== 'opened') {
      this.#deps.emit('group.message_undecryptable', undecryptable(row, 'group secret unavailable'));
      this.#enqueue(group, row);
      void this.#recover(group, row);
      return;
    }
    this.#arrived(group, outcome.row);
  }

  /** `group.pull` of the application: one page; what cannot be opened is left out without a word. */
  async pull(params: Dict): Promise<Dict> {
    const group = textOf(params['group_id']);
    const reply = await this.#deps.call('group.pull', params);
    const rows = dictsOf(reply['messages']);
    const messages: Dict[] = [];
    for (const row of rows) {
      let outcome = await this.#open(row);
      if (outcome.kind === 'failed') {
        // One row after the other, each for up to five seconds, before the newest is shown.
        if (await this.#recoverEpoch(group, row)) outcome = await this.#open(row);
      }
      if (outcome.kind === 'opened') messages.push(outcome.row);
      else if (outcome.kind === 'failed') this.#enqueue(group, row);
    }
    const { tracker } = this.#stream(group);
    tracker.onPullResult(messages.map((row) => numberOf(row['seq'])));
    const cursor = isDict(reply['cursor']) ? numberOf(reply['cursor']['current_seq']) : 0;
    tracker.force(cursor);
    if (tracker.contiguous > 0 && rows.length > 0) this.#acknowledge(group);
    return { ...reply, messages };
  }

  /** One page after the last number without a hole; its rows are published as events. */
  async fillGap(group: string): Promise<void> {
    const stream = this.#stream(group);
    const key = `${group}:${String(stream.tracker.contiguous)}`;
    if (this.#filling.has(key)) return;
    this.#filling.add(key);
    try {
      const after = stream.tracker.contiguous;
      const { messages } = await this.pull({ group_id: group, after_message_seq: after, limit: GAP_PAGE });
      const shown = dictsOf(messages);
      for (const message of shown) {
        stream.publisher.publish(numberOf(message['seq']), message, () => stream.tracker.contiguous);
      }
      // A hole that only the cursor closed leaves what waits behind it where it is.
      if (shown.length > 0) stream.publisher.drain(stream.tracker.contiguous);
      stream.publisher.prune(stream.tracker.contiguous);
    } catch (error) {
      this.#deps.emit('gap_fill.failed', { error });
    } finally {
      this.#filling.delete(key);
    }
  }

  /** A key has come: everything that waits in the group is tried again. */
  async retry(group: string): Promise<void> {
    const stream = this.#streams.get(group);
    if (stream === undefined) return;
    for (const row of [...stream.queue]) {
      const outcome = await this.#open(row);
      if (outcome.kind !== 'opened') continue;
      stream.queue = stream.queue.filter((each) => each !== row);
      this.#arrived(group, outcome.row);
    }
  }

  forget(group: string): void {
    this.#streams.delete(group);
    this.#touched.delete(group);
  }

  /** Whether the session has had to do with the group. */
  isKnown(group: string): boolean {
    return this.#streams.has(group);
  }

  /** From now on the session has had to do with the group. */
  note(group: string): void {
    this.#stream(group);
  }

  #arrived(group: string, row: Dict): void {
    const { tracker, publisher } = this.#stream(group);
    const seq = numberOf(row['seq']);
    if (seq <= 0) {
      this.#deps.emit('group.message_created', row);
      return;
    }
    if (tracker.onMessageSeq(seq)) void this.fillGap(group);
    publisher.publish(seq, row, () => tracker.contiguous);
    if (tracker.contiguous > 0) this.#acknowledge(group);
  }

  async #open(row: Dict): Promise<Outcome> {
    if (!isGroupCiphertext(row)) return { kind: 'opened', row: labelled(row, row['payload']) };
    if (this.#guard.has(row)) return { kind: 'replayed' };
    const sender = textOf(row['sender_aid']) || textOf(row['from']);
    if (sender !== this.#deps.ownAid) await this.#deps.peers.ensureSender(sender, '');
    const opened = openGroup(row, this.#openContext());
    if (opened.kind === 'failed') return { kind: 'failed' };
    // Another copy of the row may have been opened while the certificate was fetched.
    if (this.#guard.has(row)) return { kind: 'replayed' };
    this.#guard.add(row);
    return { kind: 'opened', row: { ...labelled(row, opened.payload), e2ee: opened.e2ee } };
  }

  async #recover(group: string, row: Dict): Promise<void> {
    if (await this.#recoverEpoch(group, row)) await this.retry(group);
  }

  #recoverEpoch(group: string, row: Dict): Promise<boolean> {
    const epoch = epochOf(row);
    if (epoch === 0) return Promise.resolve(false);
    return this.#recovery.recover(group, epoch, textOf(row['sender_aid']) || textOf(row['from']));
  }

  #enqueue(group: string, row: Dict): void {
    const stream = this.#stream(group);
    const seq = numberOf(row['seq']);
    if (stream.queue.some((each) => numberOf(each['seq']) === seq)) return;
    stream.queue.push(row);
    if (stream.queue.length > QUEUE_LIMIT) stream.queue.shift();
    this.#deps.timing.after(GIVE_UP_MS, () => void this.#giveUp(group, row));
  }

  /** The last try; after it the number counts as received whatever came of it. */
  async #giveUp(group: string, row: Dict): Promise<void> {
    const stream = this.#streams.get(group);
    if (stream?.queue.includes(row) !== true || this.#deps.stopped.aborted) return;
    stream.queue = stream.queue.filter((each) => each !== row);
    const outcome = await this.#open(row);
    if (outcome.kind === 'opened') {
      this.#arrived(group, outcome.row);
      return;
    }
    stream.tracker.force(numberOf(row['seq']));
    stream.publisher.drain(stream.tracker.contiguous);
    this.#acknowledge(group);
    this.#deps.emit('group.message_undecryptable', undecryptable(row, 'epoch recovery failed'));
  }

  #acknowledge(group: string): void {
    const params = { group_id: group, msg_seq: this.contiguous(group) };
    this.#deps.saveCursor(`group:${group}`, params.msg_seq);
    this.#deps.call('group.ack_messages', params).catch((error: unknown) => {
      this.#deps.emit('ack.failed', { error });
    });
  }

  #stream(group: string): GroupStream {
    const known = this.#streams.get(group);
    if (known !== undefined) return known;
    const fresh: GroupStream = {
      tracker: new SeqTracker(() => this.#deps.timing.now()),
      publisher: new OrderedPublisher((row) => {
        this.#deps.emit('group.message_created', row);
      }),
      queue: [],
    };
    fresh.tracker.restore(this.#deps.loadCursor(`group:${group}`));
    this.#streams.set(group, fresh);
    return fresh;
  }
}

/** The dispatch label stands in the message and in its payload; unknown ones count as broadcast (protocol/05 §5.4). */
function labelled(row: Dict, payload: unknown): Dict {
  const mode = row['dispatch_mode'] === 'mention' ? 'mention' : 'broadcast';
  return {
    ...row,
    dispatch_mode: mode,
    payload: isDict(payload) ? { ...payload, dispatch_mode: mode } : payload,
  };
}

function undecryptable(row: Dict, reason: string): Dict {
  const copied = ['message_id', 'group_id', 'seq', 'timestamp'];
  return {
    ...Object.fromEntries(copied.filter((key) => row[key] !== undefined).map((key) => [key, row[key]])),
    from: row['sender_aid'] ?? row['from'],
    _decrypt_error: reason,
  };
}
