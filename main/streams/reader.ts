import { parseStreamAnnouncement } from '../../shared/aun/streams';
import type { Emit } from '../ports/events';
import type { StoreReader } from '../ports/store';
import type { Transfers } from '../ports/transfers';
import { AunError } from '../runtime/errors';
import type { Runtime } from '../runtime/runtime';
import { Reading } from './reading';
import type { StreamState } from './reading';
import { Ticker } from './ticker';

/** Texts of readings that are over, kept for who looks again: so many of them, and so many characters together. */
const KEPT_READINGS = 50;
const KEPT_CHARACTERS = 8 * 1024 * 1024;
/** Streams that are read at once; watching one more ends the one that was watched first. */
const MAX_OPEN = 16;

/** What the reader of streams needs of its account. */
export interface StreamReaderDependencies {
  /** Own AID. */
  readonly account: string;
  readonly store: Pick<StoreReader, 'message' | 'payload'>;
  readonly transfers: Transfers;
  readonly runtime: Runtime;
  /** Whether a conversation may make us connect anywhere: an accepted one. */
  readonly isAllowed: (conversation: string) => boolean | Promise<boolean>;
  readonly emit: Emit;
}

/** What is there of a stream. */
export interface StreamSnapshot {
  readonly text: string;
  readonly state: StreamState;
}

/** Reads streaming replies that the user has before them (`protocol/04 §14.4`–§14.7). */
export interface StreamReader {
  /**
   * Reads along from now on and returns what is there; whoever watches the same message shares one connection.
   * @throws AunError `unknown_message`
   */
  watch(id: number): Promise<StreamSnapshot>;
  /** Stops reading along, for everybody who watches; what was read stays. */
  unwatch(id: number): void;
  /** Stops reading along everything of a conversation, as {@link unwatch} does. */
  leave(conversation: string): void;
  /** The network is back: what waits reads on at once. */
  online(): void;
  /** The network is gone, or the user went offline: nothing connects until {@link online}. */
  offline(): void;
  /** Ends every reading and forgets every text. */
  stop(): void;
}

interface Entry {
  readonly conversation: string;
  readonly reading: Reading;
  readonly ticker: Ticker;
}

/** Makes the reader of one account. Nothing of a stream is ever written to disk. */
export function createStreamReader(deps: StreamReaderDependencies): StreamReader {
  const { account, store, runtime } = deps;
  /** In the order in which they were watched last. */
  const entries = new Map<number, Entry>();
  const starting = new Map<number, Promise<StreamSnapshot>>();
  let connected = true;
  let stopped = false;

  function open(id: number, conversation: string, reading: (changed: () => void) => Reading): Entry {
    let told = 0;
    let toldState: StreamState | null = null;
    const made = reading(() => ticker.touch());
    const ticker = new Ticker(runtime, () => {
      const { text, state } = made;
      if (text.length === told && state === toldState) return;
      const at = told;
      told = text.length;
      toldState = state;
      deps.emit({
        event: 'stream.changed',
        data: { account, id, at, text: text.slice(at), state },
      });
    });
    return { conversation, reading: made, ticker };
  }

  function drop(id: number): void {
    const entry = entries.get(id);
    entries.delete(id);
    entry?.ticker.stop();
    entry?.reading.stop();
  }

  /** Keeps memory and connections within bounds, the oldest go first. */
  function tidy(): void {
    let reading = 0;
    let characters = 0;
    let kept = 0;
    for (const [id, entry] of [...entries].reverse()) {
      if (entry.reading.isOver) {
        characters += entry.reading.text.length;
        kept += 1;
        if (kept > KEPT_READINGS || characters > KEPT_CHARACTERS) drop(id);
      } else {
        reading += 1;
        if (reading > MAX_OPEN) entry.reading.stop();
      }
    }
  }

  async function start(id: number): Promise<StreamSnapshot> {
    const message = await store.message(id);
    if (message?.content.kind !== 'stream')
      throw new AunError('unknown_message', 'this message announces no stream');
    // The encrypted message is the answer; what the server showed before it is of no use any more.
    if (message.finalId !== null) {
      drop(id);
      return { text: '', state: 'ended' };
    }
    // Asked each time: who was blocked meanwhile makes us connect nowhere any more.
    if (!(await deps.isAllowed(message.conversation))) {
      entries.get(id)?.reading.stop();
      return { text: entries.get(id)?.reading.text ?? '', state: 'stopped' };
    }
    let entry = entries.get(id);
    if (entry === undefined) {
      const payload = await store.payload(id);
      const reference = payload === null ? null : parseStreamAnnouncement(JSON.parse(payload));
      if (reference === null) return { text: '', state: 'failed' };
      const { transfers } = deps;
      entry = open(
        id,
        message.conversation,
        (changed) => new Reading({ reference, aid: account, transfers, runtime, changed }),
      );
    }
    if (stopped) return { text: '', state: 'stopped' };
    entries.delete(id);
    entries.set(id, entry);
    if (connected) entry.reading.resume();
    else entry.reading.suspend();
    tidy();
    return { text: entry.reading.text, state: entry.reading.state };
  }

  return {
    watch(id) {
      const running = starting.get(id);
      if (running !== undefined) return running;
      const begun = start(id).finally(() => starting.delete(id));
      starting.set(id, begun);
      return begun;
    },
    unwatch(id) {
      const running = starting.get(id);
      if (running === undefined) entries.get(id)?.reading.stop();
      else running.then(() => entries.get(id)?.reading.stop()).catch(() => undefined);
    },
    leave(conversation) {
      const stop = (id: number): void => {
        const entry = entries.get(id);
        if (entry?.conversation === conversation) entry.reading.stop();
      };
      for (const id of entries.keys()) stop(id);
      // One that was allowed a moment ago may only be about to connect.
      for (const [id, running] of starting) running.then(() => stop(id)).catch(() => undefined);
    },
    online() {
      connected = true;
      for (const { reading } of entries.values()) if (reading.state === 'waiting') reading.resume();
    },
    offline() {
      connected = false;
      for (const { reading } of entries.values()) reading.suspend();
    },
    stop() {
      stopped = true;
      for (const id of [...entries.keys()]) drop(id);
    },
  };
}
