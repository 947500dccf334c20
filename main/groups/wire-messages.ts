import { z } from 'zod';
import { parsePeerAid } from '../../shared/aun/aid';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { anything, count, plain, time, wireCount, wireDispatch } from './wire-values';

const messageFields = z.object({
  group_id: z.string().max(512).catch(''),
  seq: z.number().int().positive().max(Number.MAX_SAFE_INTEGER),
  message_id: z.string().max(256).catch(''),
  sender_aid: z.string().max(300).catch(''),
  from: z.string().max(300).catch(''),
  type: z.string().max(128).catch(''),
  message_type: z.string().max(128).catch(''),
  encrypted: anything,
  payload: anything,
  dispatch_mode: anything,
  timestamp: time,
  created_at: time,
});

/** A stored message of a group (`protocol/05 §2.3`), as pushed or pulled. */
export interface GroupMessageWire {
  readonly wireId: string;
  readonly seq: number;
  /** Empty when the gateway named none. */
  readonly messageId: string;
  /** As claimed by the gateway, or null when it named nobody or two different people. */
  readonly sender: string | null;
  readonly type: string;
  readonly encrypted: boolean;
  /** Null for a notice without content; a text of raw callers comes as `{type: 'text', text}`. */
  readonly payload: JsonObject | null;
  readonly dispatchMode: 'broadcast' | 'mention' | null;
  /** Sender's clock, Unix ms. */
  readonly timestamp: number | null;
  /** Gateway's clock, Unix ms. */
  readonly createdAt: number | null;
  /** The row as received, for opening it. */
  readonly raw: JsonObject;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function payloadOf(value: unknown): JsonObject | null {
  if (typeof value === 'string' && value !== '') return { type: 'text', text: value };
  return isObject(value) && Object.keys(value).length > 0 ? value : null;
}

/** Reads a message row or push; null without a number. */
export function readGroupMessage(value: unknown): GroupMessageWire | null {
  const parsed = messageFields.safeParse(value);
  if (!parsed.success || !isObject(value)) return null;
  const row = parsed.data;
  const first = parsePeerAid(row.sender_aid === '' ? row.from : row.sender_aid);
  const second = parsePeerAid(row.from === '' ? row.sender_aid : row.from);
  return {
    wireId: row.group_id,
    seq: row.seq,
    messageId: row.message_id,
    sender: first === second ? first : null,
    type: row.message_type === '' ? row.type : row.message_type,
    encrypted: row.encrypted === true,
    payload: payloadOf(row.payload),
    dispatchMode: wireDispatch(row.dispatch_mode),
    timestamp: row.timestamp,
    createdAt: row.created_at,
    raw: value,
  };
}

const cursorFields = z.object({ current_seq: count, join_seq: count, latest_seq: count });

/** A cursor as the gateway keeps it for this device (`protocol/05 §8.2`). Null members were not told. */
export interface CursorWire {
  readonly current: number | null;
  readonly joined: number | null;
  readonly latest: number | null;
}

/** Reads a cursor: an object, or the bare number that acks answer. */
export function readCursor(value: unknown): CursorWire {
  const parsed = cursorFields.safeParse(value);
  if (!parsed.success) return { current: wireCount(value), joined: null, latest: null };
  return {
    current: parsed.data.current_seq,
    joined: parsed.data.join_seq,
    latest: parsed.data.latest_seq,
  };
}

/** A page of messages or events (`protocol/05 §6.5`). */
export interface PullWire {
  readonly rows: readonly unknown[];
  readonly latest: number | null;
  readonly hasMore: boolean;
  readonly cursor: CursorWire;
  /** Everything up to here was purged by the gateway (`protocol/05 §8.2`). */
  readonly floor: number | null;
}

/** Reads the answer of `group.pull` or `group.pull_events`. */
export function readPull(value: unknown, of: 'messages' | 'events'): PullWire {
  const answer = plain.safeParse(value).data ?? {};
  const name = of === 'messages' ? 'message' : 'event';
  const rows = answer[of] ?? answer['items'];
  const cursor = plain.safeParse(answer['cursor']).data ?? {};
  return {
    rows: Array.isArray(rows) ? rows : [],
    latest: wireCount(answer[`latest_${name}_seq`]),
    hasMore: answer['has_more'] === true,
    cursor: readCursor(answer['cursor']),
    floor:
      wireCount(answer[`retention_floor_${name}_seq`]) ??
      wireCount(cursor[`retention_floor_${name}_seq`]) ??
      wireCount(cursor['retention_floor_seq']),
  };
}

/** A list of an answer: the first of the given names that is one, and the total it names. */
export function readList(
  value: unknown,
  ...names: readonly string[]
): { readonly items: readonly unknown[]; readonly total: number } {
  const answer = plain.safeParse(value).data ?? {};
  for (const name of [...names, 'items']) {
    const items = answer[name];
    if (Array.isArray(items))
      return { items, total: Math.max(wireCount(answer['total']) ?? 0, 0) || items.length };
  }
  return { items: [], total: 0 };
}
