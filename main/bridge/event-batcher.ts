import type { BridgeEvent, EventData } from '../../shared/bridge/contract';
import type { Disposer, Scheduler } from '../runtime/runtime';
import type { Emit } from '../ports/events';

type StreamPiece = EventData<'stream.changed'>;

/** Shortest time between two batches of one window, in ms (design §4). */
export const BATCH_PERIOD_MS = 16;

/** Collects events and hands them on in batches. */
export interface EventBatcher {
  readonly push: Emit;
  /** Hands on what is waiting now. */
  flush(): void;
  dispose(): void;
}

function keyOf(event: BridgeEvent): string | null {
  switch (event.event) {
    case 'account.changed':
      return `account:${event.data.account}`;
    case 'conversation.changed':
      return `conversation:${event.data.account}`;
    case 'message.changed':
      return `message:${event.data.account}:${event.data.conversation}`;
    case 'contact.changed':
      return `contact:${event.data.account}:${event.data.contact.aid}`;
    case 'profile.changed':
      return `profile:${event.data.account}:${event.data.profile.aid}`;
    case 'transfer.progress':
      return `transfer:${event.data.account}:${event.data.attachment}`;
    case 'stream.changed':
      return `stream:${event.data.account}:${event.data.id}`;
    case 'typing.changed':
      return `typing:${event.data.account}:${event.data.conversation}:${event.data.who}`;
    case 'group.changed':
      return `group:${event.data.account}:${event.data.group.group}`;
    case 'group.members':
      return `members:${event.data.account}:${event.data.group}`;
    case 'group.logged':
      return `logged:${event.data.account}:${event.data.group}`;
    case 'presence.changed':
      return `presence:${event.data.account}`;
    case 'backup.progress':
      return `backup:${event.data.progress.job}`;
    case 'account.order':
    case 'link.opened':
    case 'network.changed':
    case 'settings.changed':
    case 'vault.changed':
      return event.event;
    default:
      return null;
  }
}

function mergeById<T>(older: readonly T[], newer: readonly T[], id: (item: T) => string | number): T[] {
  const merged = new Map(older.map((item) => [id(item), item]));
  for (const item of newer) {
    merged.delete(id(item));
    merged.set(id(item), item);
  }
  return [...merged.values()];
}

/** Two events of one key as one, or null where both have to be heard. */
function merge(older: BridgeEvent, newer: BridgeEvent): BridgeEvent | null {
  if (older.event === 'conversation.changed' && newer.event === 'conversation.changed') {
    const conversations = mergeById(
      older.data.conversations,
      newer.data.conversations,
      (item) => item.conversation,
    );
    return { event: 'conversation.changed', data: { account: newer.data.account, conversations } };
  }
  if (older.event === 'message.changed' && newer.event === 'message.changed') {
    const messages = mergeById(older.data.messages, newer.data.messages, (item) => item.id);
    return { event: 'message.changed', data: { ...newer.data, messages } };
  }
  if (older.event === 'stream.changed' && newer.event === 'stream.changed') {
    const data = joined(older.data, newer.data);
    return data === null ? null : { event: 'stream.changed', data };
  }
  return newer;
}

/** Two pieces of one stream as one: the newer one takes the place of what was there; null where a gap is between them. */
function joined(older: StreamPiece, newer: StreamPiece): StreamPiece | null {
  const kept = newer.at - older.at;
  if (kept < 0) return newer;
  if (kept > older.text.length) return null;
  return { ...newer, at: older.at, text: older.text.slice(0, kept) + newer.text };
}

/**
 * Coalesces events by key and delivers at most one batch every {@link BATCH_PERIOD_MS}. The first event after a quiet
 * time goes out in the same turn of the event loop, so that a single keystroke's echo is not delayed. An event without
 * a key (such as a removal) is a barrier: nothing is merged across it, so order is kept.
 */
export function createEventBatcher(
  deliver: (batch: readonly BridgeEvent[]) => void,
  scheduler: Scheduler,
  monotonic: () => number,
): EventBatcher {
  let waiting: BridgeEvent[] = [];
  let positions = new Map<string, number>();
  let timer: Disposer | null = null;
  let lastDelivery = Number.NEGATIVE_INFINITY;

  function flush(): void {
    timer?.();
    timer = null;
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    positions = new Map();
    lastDelivery = monotonic();
    deliver(batch);
  }

  return {
    push(event) {
      const key = keyOf(event);
      const position = key === null ? undefined : positions.get(key);
      const older = position === undefined ? undefined : waiting[position];
      const merged = older === undefined ? null : merge(older, event);
      if (position !== undefined && merged !== null) waiting[position] = merged;
      else {
        if (key === null) positions.clear();
        else positions.set(key, waiting.length);
        waiting.push(event);
      }
      if (timer === null) {
        const pause = Math.max(0, lastDelivery + BATCH_PERIOD_MS - monotonic());
        timer = scheduler.after(pause, flush);
      }
    },
    flush,
    dispose() {
      timer?.();
      timer = null;
      waiting = [];
    },
  };
}
