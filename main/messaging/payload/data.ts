import { z } from 'zod';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import { parseStreamAnnouncement, STREAM_KIND } from '../../../shared/aun/streams';
import { searchable } from './described';
import type { Describer, Described } from './described';
import { entriesOf, id, isObject, moment, passage, requiredLine, webAddress } from './fields';
import { fallbackText } from './fallback';
import { readableJson } from './readable-json';

/** Most options of a poll. */
const MAX_OPTIONS = 64;
const optionId = id.max(128);
const optionSchema = z.object({ id: optionId, text: requiredLine(200) });

const pollSchema = z.object({
  title: requiredLine(),
  multiple: z.boolean().default(false).catch(false),
  expires_at: moment,
});

/** A poll (`protocol/04 §9.2`): its fields stand beside `kind`, in some clients in `data`. */
const describePoll: Describer = (payload) => {
  const source = payload['options'] === undefined && isObject(payload['data']) ? payload['data'] : payload;
  const parsed = pollSchema.safeParse(source);
  if (!parsed.success) return null;
  const options = new Map<string, { id: string; text: string }>();
  for (const entry of entriesOf(source['options'], MAX_OPTIONS)) {
    const option = optionSchema.safeParse(entry);
    if (option.success && !options.has(option.data.id)) options.set(option.data.id, option.data);
  }
  if (options.size === 0) return null;
  const { title, multiple, expires_at: expiresAt } = parsed.data;
  const list = [...options.values()];
  return {
    content: { kind: 'poll', title, options: list, multiple, expiresAt },
    links: { searchText: searchable(title, ...list.map((option) => option.text)) },
  };
};

/**
 * A vote: what counts is shown by its poll. One that came in the clear counts for nothing (`protocol/04 §16`), so it is seen.
 */
const describeVote: Describer = (payload, context) => {
  const data = z.object({ poll_message_id: id }).safeParse(payload['data']);
  const chosen = isObject(payload['data']) ? payload['data']['option_ids'] : undefined;
  if (!data.success || !Array.isArray(chosen)) return null;
  const options = entriesOf(chosen, MAX_OPTIONS)
    .map((option) => optionId.safeParse(option).data)
    .filter((option) => option !== undefined);
  const poll = data.data.poll_message_id;
  const counts = context.protection !== 'none';
  return {
    content: { kind: 'vote', poll, options: [...new Set(options)] },
    links: { refersTo: counts ? { messageId: poll, as: 'vote' } : null, hidden: counts },
  };
};

/** The announcement of a stream (`protocol/04 §14.7`). In an unencrypted message it is data: nothing is read because of it. */
const describeStream: Describer = (payload, context) => {
  const announced = parseStreamAnnouncement(payload);
  if (announced === null || context.protection === 'none' || webAddress(announced.pullUrl) === null)
    return null;
  return { content: { kind: 'stream', stream: announced.stream, text: fallbackText(payload) } };
};

const KINDS: Readonly<Record<string, Describer>> = {
  poll: describePoll,
  poll_vote: describeVote,
  [STREAM_KIND]: describeStream,
};

const dataSchema = z.object({ kind: requiredLine(128), text: passage(), fallback_text: passage() });

/** `json` and `custom`: a kind known here, else the words for people with the data behind them. */
export const describeJson: Describer = (payload, context) => {
  const kind = payload['kind'];
  const known = typeof kind === 'string' && Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  return known?.(payload, context) ?? describeData(payload);
};

/** `custom`: the same kinds of an announcement are accepted here, everything else is data. */
export const describeCustom: Describer = (payload, context) =>
  (payload['kind'] === STREAM_KIND ? describeStream(payload, context) : null) ?? describeData(payload);

function describeData(payload: JsonObject): Described | null {
  const parsed = dataSchema.safeParse(payload);
  if (!parsed.success) return null;
  const text = parsed.data.text || parsed.data.fallback_text || fallbackText(payload);
  return {
    content: { kind: 'data', name: parsed.data.kind, text, json: readableJson(payload['data'] ?? payload) },
    links: { searchText: text },
  };
}
