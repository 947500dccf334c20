import { create } from 'zustand';
import type { BridgeEvent, CommandResult, EventData } from '../../shared/bridge/contract';
import { invoke, reportError, toCommandError, type CommandError } from './bridge';

/** State of a streaming reply as this window reads it. */
export type StreamPhase = CommandResult<'stream.watch'>['state'];

/** A streaming reply as the window has it. */
export interface LiveStream {
  readonly text: string;
  readonly state: StreamPhase;
  readonly error: CommandError | null;
  /** The user pressed Stop: coming back into view does not start it again. */
  readonly halted: boolean;
}

interface StreamsState {
  /** By {@link streamKey}. */
  readonly streams: Readonly<Record<string, LiveStream>>;
  /** Reads along from now on. Every call is undone by one call of {@link release}. */
  hold(account: string, id: number): void;
  /** The view is gone; a moment later, unless it came back, nothing is read any more. */
  release(account: string, id: number): void;
  /** Stops at the user's wish. What was read stays. */
  halt(account: string, id: number): void;
  /** Reads along again after a stop or a failure. */
  resume(account: string, id: number): void;
  applyBatch(batch: readonly BridgeEvent[]): void;
}

/** A stream that left the screen is read this much longer, in ms: scrolling by is no reason to begin anew. */
const lingering = 3000;
/** The view is told at most this often, in ms: 30 times in a second. */
const paintEvery = 33;
/** Streams whose text is kept after they left the screen. */
const keptStreams = 12;

/** Key of a stream: the id of the message that announced it, within one identity. */
export function streamKey(account: string, id: number): string {
  return `${account} ${id}`;
}

/** A piece goes to its place; null where text before it is missing. */
export function placePiece(held: string, at: number, text: string): string | null {
  return at > held.length ? null : held.slice(0, at) + text;
}

const fresh: LiveStream = { text: '', state: 'waiting', error: null, halted: false };
type StreamChange = EventData<'stream.changed'>;

export const useStreamsStore = create<StreamsState>()((set, get) => {
  const holders = new Map<string, number>();
  const leaving = new Map<string, ReturnType<typeof setTimeout>>();
  /** Changes that came while `stream.watch` was on its way. */
  const early = new Map<string, StreamChange[]>();
  let waiting: StreamChange[] = [];
  let paint: ReturnType<typeof setTimeout> | undefined;

  const put = (key: string, change: Partial<LiveStream>): void =>
    set((state) => {
      const { [key]: before = fresh, ...rest } = state.streams;
      const others: Record<string, LiveStream> = rest;
      const quiet = Object.keys(others).filter((other) => !holders.has(other));
      for (const other of quiet.slice(0, Math.max(0, quiet.length - keptStreams)))
        Reflect.deleteProperty(others, other);
      return { streams: { ...others, [key]: { ...before, ...change } } };
    });

  const watch = async (account: string, id: number): Promise<void> => {
    const key = streamKey(account, id);
    if (early.has(key)) return;
    early.set(key, []);
    try {
      const start = await invoke('stream.watch', { account, id });
      let { text, state } = start;
      for (const change of early.get(key) ?? []) {
        text = placePiece(text, change.at, change.text) ?? text;
        state = change.state;
      }
      put(key, { text, state, error: null });
    } catch (reason) {
      put(key, { state: 'failed', error: toCommandError(reason) });
    } finally {
      early.delete(key);
    }
  };

  const apply = (changes: readonly StreamChange[]): void => {
    const streams = { ...get().streams };
    for (const change of changes) {
      const key = streamKey(change.account, change.id);
      const held = streams[key];
      if (held === undefined) continue;
      const text = placePiece(held.text, change.at, change.text);
      if (text === null) void watch(change.account, change.id);
      else streams[key] = { ...held, text, state: change.state };
    }
    set({ streams });
  };

  const flush = (): void => {
    clearTimeout(paint);
    paint = undefined;
    const changes = waiting;
    waiting = [];
    if (changes.length > 0) apply(changes);
  };

  const unwatch = (account: string, id: number): void => {
    invoke('stream.unwatch', { account, id }).catch(reportError);
  };

  return {
    streams: {},
    hold: (account, id) => {
      const key = streamKey(account, id);
      holders.set(key, (holders.get(key) ?? 0) + 1);
      const timer = leaving.get(key);
      clearTimeout(timer);
      leaving.delete(key);
      const held = get().streams[key];
      // Still read because it has just been here.
      const running = held?.state === 'live' || held?.state === 'waiting';
      if (held?.halted === true || (timer !== undefined && running) || (holders.get(key) ?? 0) > 1) return;
      put(key, {});
      void watch(account, id);
    },
    release: (account, id) => {
      const key = streamKey(account, id);
      const left = (holders.get(key) ?? 1) - 1;
      if (left > 0) {
        holders.set(key, left);
        return;
      }
      holders.delete(key);
      clearTimeout(leaving.get(key));
      const stop = (): void => {
        leaving.delete(key);
        const { state, halted } = get().streams[key] ?? fresh;
        if (!halted && (state === 'live' || state === 'waiting')) unwatch(account, id);
      };
      leaving.set(key, setTimeout(stop, lingering));
    },
    halt: (account, id) => {
      flush();
      put(streamKey(account, id), { halted: true, state: 'stopped' });
      unwatch(account, id);
    },
    resume: (account, id) => {
      put(streamKey(account, id), { halted: false, state: 'waiting', error: null });
      void watch(account, id);
    },
    applyBatch: (batch) => {
      for (const { event, data } of batch) {
        if (event !== 'stream.changed') continue;
        const ahead = early.get(streamKey(data.account, data.id));
        if (ahead === undefined) waiting.push(data);
        else ahead.push(data);
      }
      if (waiting.length > 0) paint ??= setTimeout(flush, paintEvery);
    },
  };
});

/** A streaming reply; null before anything is known of it. */
export function useStream(account: string, id: number): LiveStream | null {
  return useStreamsStore((state) => state.streams[streamKey(account, id)] ?? null);
}
