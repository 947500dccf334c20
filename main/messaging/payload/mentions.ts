import { z } from 'zod';
import { parsePeerAid } from '../../../shared/aun/aid';
import type { Mention } from '../../../shared/model/message';
import { entriesOf } from './fields';

/** Most mentions that are highlighted. */
const MAX_MENTIONS = 100;
/** Most entries that are looked at. */
const MAX_ENTRIES = 10_000;

const position = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional().catch(undefined);
const entrySchema = z.object({
  aid: z.string().max(320).optional().catch(undefined),
  scope: z.string().max(16).optional().catch(undefined),
  display: z.string().max(512).optional().catch(undefined),
  offset: position,
  length: position,
});

/** What the `mentions` of a payload come to. */
export interface Mentions {
  /** In the order of the text, without overlaps. */
  readonly marks: Mention[];
  readonly namesMe: boolean;
}

/**
 * Reads `mentions` (`protocol/04 §9.1`): positions count UTF-16 units, and a name is highlighted only where the text really says
 * what the mention displays, so that nobody's name is put on other words. Everybody at once is named only by those who may: others' is drawn and no more.
 */
export function readMentions(value: unknown, text: string, ownAid: string, mayNameAll = true): Mentions {
  const marks: Mention[] = [];
  let namesMe = false;
  for (const entry of entriesOf(value, MAX_ENTRIES)) {
    const parsed = entrySchema.safeParse(entry);
    if (!parsed.success) continue;
    const { scope, display, offset, length } = parsed.data;
    const aid = scope === 'all' ? null : parsePeerAid(parsed.data.aid ?? '');
    if (aid === null && scope !== 'all') continue;
    namesMe ||= aid === null ? mayNameAll : aid === ownAid;
    if (display === undefined || display === '' || offset === undefined || length !== display.length)
      continue;
    if (marks.length >= MAX_MENTIONS || !text.startsWith(display, offset)) continue;
    marks.push({ aid, start: offset, end: offset + length });
  }
  return { marks: withoutOverlaps(marks), namesMe };
}

function withoutOverlaps(marks: Mention[]): Mention[] {
  const result: Mention[] = [];
  for (const mark of marks.sort((left, right) => left.start - right.start)) {
    const last = result.at(-1);
    if (last === undefined || mark.start >= last.end) result.push(mark);
  }
  return result;
}
