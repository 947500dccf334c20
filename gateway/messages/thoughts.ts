import type { JsonObject } from '../../shared/aun/canonical-json';
import type { GatewayClock } from '../runtime';

/** One stored thought; `context` and `payload` are returned exactly as they came. */
export interface Thought {
  readonly id: string;
  readonly context: JsonObject;
  readonly payload: unknown;
  readonly encrypted: boolean;
  readonly type: string | null;
  readonly createdAt: number;
  readonly bytes: number;
}

/** All thoughts of one author towards one peer under one context. */
export interface ThoughtHead {
  readonly context: JsonObject;
  readonly items: readonly Thought[];
  readonly updatedAt: number;
}

interface MutableHead {
  readonly context: JsonObject;
  items: Thought[];
  updatedAt: number;
}

/** Limits of one head (`protocol/04 §3.6`). */
export const THOUGHT_HEAD_BYTES = 256 * 1024;
const MAX_ITEMS = 200;
const MAX_CONVERSATIONS = 10_000;

/** Side notes in memory: not sequenced, not pushed, gone after a restart. */
export class ThoughtBoard {
  readonly #conversations = new Map<string, Map<string, MutableHead>>();
  readonly #clock: GatewayClock;

  constructor(clock: GatewayClock) {
    this.#clock = clock;
  }

  /**
   * Appends a thought, or replaces the one with the same id in its head. Of each conversation the `heads` most recently
   * used heads stay; within a head the oldest items make room.
   */
  put(
    conversation: string,
    contextKey: string,
    thought: Omit<Thought, 'createdAt'>,
    heads: number,
  ): ThoughtHead {
    const now = this.#clock.now();
    const known = this.#conversations.get(conversation) ?? new Map<string, MutableHead>();
    const head = known.get(contextKey) ?? { context: thought.context, items: [], updatedAt: now };
    const index = head.items.findIndex((item) => item.id === thought.id);
    const item: Thought = { ...thought, createdAt: head.items[index]?.createdAt ?? now };
    if (index < 0) head.items.push(item);
    else head.items[index] = item;
    head.updatedAt = now;
    let bytes = head.items.reduce((sum, each) => sum + each.bytes, 0);
    while (head.items.length > 1 && (head.items.length > MAX_ITEMS || bytes > THOUGHT_HEAD_BYTES)) {
      bytes -= head.items.shift()?.bytes ?? 0;
    }
    // Maps keep insertion order: taking an entry out and putting it back makes it the newest.
    known.delete(contextKey);
    known.set(contextKey, head);
    dropOldest(known, heads);
    this.#conversations.delete(conversation);
    this.#conversations.set(conversation, known);
    dropOldest(this.#conversations, MAX_CONVERSATIONS);
    return head;
  }

  get(conversation: string, contextKey: string): ThoughtHead | null {
    return this.#conversations.get(conversation)?.get(contextKey) ?? null;
  }
}

function dropOldest<Value>(map: Map<string, Value>, keep: number): void {
  for (const key of map.keys()) {
    if (map.size <= keep) return;
    map.delete(key);
  }
}
