import { z } from 'zod';
import { MAX_PAGE_BYTES } from '../config';
import { RawResult } from '../wire/frames';
import type { GroupCall } from './calls';
import { groupMethod } from './calls';
import { cursorFacts, instanceFields, ownCursor, requireLogReader } from './cursors';
import { messageText } from './objects';

const seqField = z.number().int().nonnegative();
const pullSchema = z.object({
  ...instanceFields,
  after_message_seq: seqField.optional(),
  after_seq: seqField.optional(),
  limit: z.number().int().positive().optional(),
});
const eventsSchema = z.object({
  ...instanceFields,
  after_event_seq: seqField.optional(),
  limit: z.number().int().positive().optional(),
});

/** Rows of one page, by generation (`protocol/05 §11`). */
const MOST = { a: 100, b: 50 } as const;
/** Rows are read in portions so that a page cut by size does not read large ones in vain. */
const PORTION = 20;

function limitOf({ form }: GroupCall, limit: number | undefined): number {
  return Math.min(limit ?? MOST[form], MOST[form]);
}

/** Nothing from before the join is ever given away, whatever is asked for (`protocol/05 §8.2`). */
function pull(context: GroupCall, input: z.infer<typeof pullSchema>): RawResult {
  const { group, ids } = context;
  const member = requireLogReader(context);
  const cursor = ownCursor(context, member, input);
  const limit = limitOf(context, input.limit);
  const asked = input.after_message_seq ?? input.after_seq ?? 0;
  const after = Math.max(asked, member.joinSeq, group.messageFloor);
  const { texts, last } = readPage(context, after, limit);
  const facts = JSON.stringify({
    ...ids,
    latest_message_seq: group.messageSeq,
    has_more: last < group.messageSeq,
    limit,
    ...(cursor === null ? {} : { cursor: cursorFacts(context, member, cursor, 'message') }),
    ...(group.messageFloor > 0 ? { retention_floor_message_seq: group.messageFloor } : {}),
  });
  return new RawResult(`{"messages":[${texts.join(',')}],${facts.slice(1)}`);
}

function readPage({ gateway, group, ids, form }: GroupCall, start: number, limit: number) {
  const texts: string[] = [];
  let bytes = 0;
  let last = start;
  while (texts.length < limit) {
    const portion = Math.min(PORTION, limit - texts.length);
    const rows = gateway.store.groupMessages.page(group.id, last, portion);
    for (const row of rows) {
      const text = messageText(row, ids, form);
      bytes += Buffer.byteLength(text, 'utf8') + 1;
      if (texts.length > 0 && bytes > MAX_PAGE_BYTES) return { texts, last };
      texts.push(text);
      last = row.seq;
    }
    // Numbers of rows that are gone end here too, or has_more would never become false.
    if (rows.length < portion) return { texts, last: Math.max(last, group.messageSeq) };
  }
  return { texts, last };
}

function pullEvents(context: GroupCall, input: z.infer<typeof eventsSchema>): unknown {
  const { gateway, group, ids, session, aid } = context;
  const member = requireLogReader(context);
  const cursor = ownCursor(context, member, input);
  const limit = limitOf(context, input.limit);
  const asked = input.after_event_seq ?? cursor?.eventSeq ?? 0;
  const after = Math.max(asked, member.joinEventSeq, group.eventFloor);
  const rows = gateway.store.groups.events(group.id, after, limit);
  const last = rows.length < limit ? group.eventSeq : (rows[rows.length - 1]?.eventSeq ?? after);
  const viewer = { aid, role: member.role };
  return {
    ...ids,
    events: rows.map((row) => context.groups.renderLog(group, row.body, viewer, session)),
    latest_event_seq: group.eventSeq,
    has_more: last < group.eventSeq,
    limit,
    ...(cursor === null ? {} : { cursor: cursorFacts(context, member, cursor, 'event') }),
    ...(group.eventFloor > 0 ? { retention_floor_event_seq: group.eventFloor } : {}),
  };
}

/** Reading the two logs of a group (`protocol/05 §6.5`, `§8`). */
export const pullMethods = {
  'group.pull': groupMethod('groupRead', pullSchema, pull),
  'group.pull_events': groupMethod('groupRead', eventsSchema, pullEvents),
};
