import type { AunError } from '../../runtime/errors';
import type { Runtime } from '../../runtime/runtime';
import type { GroupEvent } from '../events/read';
import type { GroupLog } from '../events/log';
import type { MessageRow } from './message-rows';
import type { GroupMessages } from './messages';
import type { GroupRecords } from './records';
import { Sequence } from './sequence';

/** The two sequences of one group. */
export interface Feed {
  readonly messages: Sequence<MessageRow>;
  readonly events: Sequence<GroupEvent>;
}

/** What feeds work with. */
export interface FeedsParts {
  readonly runtime: Runtime;
  readonly isOnline: () => boolean;
  readonly records: GroupRecords;
  readonly messages: GroupMessages;
  readonly log: GroupLog;
  /** Rows fetched so far in all long catch-ups; null: none is under way. */
  readonly progress: (rows: number | null) => void;
  /** The gateway refused to give us something of a group. True: it is being looked at. */
  readonly refused: (group: string, error: AunError) => boolean;
}

/** Messages and events of every group we are in. */
export class Feeds {
  private readonly feeds = new Map<string, Feed>();
  private readonly fetched = new Map<string, number>();

  constructor(private readonly parts: FeedsParts) {}

  of(group: string): Feed {
    const known = this.feeds.get(group);
    if (known !== undefined) return known;
    const made = { messages: this.messages(group), events: this.events(group) };
    this.feeds.set(group, made);
    return made;
  }

  online(): void {
    for (const { messages, events } of this.feeds.values()) {
      messages.online();
      events.online();
    }
  }

  offline(): void {
    for (const { messages, events } of this.feeds.values()) {
      messages.offline();
      events.offline();
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.feeds.keys()].map((group) => this.end(group)));
  }

  /** Ends the work on one group. */
  async end(group: string): Promise<void> {
    const feed = this.feeds.get(group);
    if (feed === undefined) return;
    this.feeds.delete(group);
    await Promise.all([feed.messages.stop(), feed.events.stop()]);
  }

  private messages(group: string): Sequence<MessageRow> {
    const { records, messages } = this.parts;
    return new Sequence<MessageRow>({
      ...this.common(group, 'messages'),
      read: (raw) => messages.read(group, raw),
      pull: (after) => messages.pull(group, after),
      store: (rows, cursor, live) => messages.keep(group, rows, cursor, live),
      ack: (seq) => messages.ack(group, seq),
      place: (row) => messages.place(group, row),
      restart: (joined) => records.forgetNumbers(group, 'messages', joined),
      newestFirst: true,
      progress: (rows) => this.progressed(group, rows),
    });
  }

  private events(group: string): Sequence<GroupEvent> {
    const { records, log } = this.parts;
    return new Sequence<GroupEvent>({
      ...this.common(group, 'events'),
      read: (raw) => log.read(group, raw),
      pull: (after) => log.pull(group, after),
      store: (rows, cursor, live) => log.keep(group, rows, cursor, live),
      ack: (seq) => log.ack(group, seq),
      // The store knows which numbers it has.
      place: () => Promise.resolve('new' as const),
      restart: (joined) => records.forgetNumbers(group, 'events', joined),
      newestFirst: false,
      progress: () => undefined,
    });
  }

  private common(group: string, which: 'messages' | 'events') {
    const { runtime, isOnline, records, refused } = this.parts;
    return {
      runtime,
      isOnline,
      label: `${which} of ${group}`,
      cursor: () => {
        const record = records.get(group);
        return record?.membership === 'member' ? record[which] : null;
      },
      setCursor: (cursor: Parameters<GroupRecords['setCursor']>[2]) =>
        records.setCursor(group, which, cursor),
      refused: (error: AunError) => refused(group, error),
    };
  }

  private progressed(group: string, rows: number | null): void {
    const had = this.fetched.size > 0;
    if (rows === null) this.fetched.delete(group);
    else this.fetched.set(group, rows);
    if (!had && this.fetched.size === 0) return;
    const sum = [...this.fetched.values()].reduce((total, each) => total + each, 0);
    this.parts.progress(this.fetched.size === 0 ? null : sum);
  }
}
