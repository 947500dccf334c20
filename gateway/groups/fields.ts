import { z } from 'zod';
import { parsePeerAid } from '../../shared/aun/aid';
import { jsonObject } from '../wire/frames';

/** Somebody's AID, folded to lower case. */
export const aidField = z.string().transform((text, context): string => {
  const aid = parsePeerAid(text);
  if (aid !== null) return aid;
  context.addIssue({ code: 'custom', message: 'not an AID' });
  return z.NEVER;
});

export const nameField = z.string().trim().min(1).max(64);
export const descriptionField = z.string().max(1000);
export const reasonField = z.string().max(255);
export const avatarField = z.string().max(2048);
/** The old word for private is still accepted (`protocol/05 §2.1`). */
export const visibilityField = z
  .enum(['public', 'private', 'invite_only'])
  .transform((value) => (value === 'public' ? 'public' : 'private'));
/** V1 clients know another spelling of `invite_only` (`protocol/05 §4.1`). */
export const joinModeField = z
  .enum(['open', 'approval', 'invite_only', 'invite_code', 'closed'])
  .transform((value) => (value === 'invite_code' ? 'invite_only' : value));
export const memberTypeField = z.enum(['human', 'ai']);
export const attachmentsField = z
  .array(z.unknown())
  .max(64)
  .refine((value) => JSON.stringify(value).length <= 16_384);
export const metadataField = jsonObject.refine(
  (value) => Buffer.byteLength(JSON.stringify(value), 'utf8') <= 16_384,
);
export const patternsField = z.array(z.string().max(256).refine(compiles)).max(50);

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').flags === 'u';
  } catch {
    return false;
  }
}

const count = z.number().int();

/** Pages begin at 1; `limit` is another name for `size` (`protocol/05 §6.0`). */
export const pageFields = {
  page: count.positive().default(1),
  size: count.positive().optional(),
  limit: count.positive().optional(),
};

const DEFAULT_SIZE = 50;
const MAX_SIZE = 200;

/** The rows of one page with what the reply says about it. */
export function pageOf<Row>(
  rows: readonly Row[],
  input: { page: number; size?: number | undefined; limit?: number | undefined },
  limits: { usual: number; most: number } = { usual: DEFAULT_SIZE, most: MAX_SIZE },
): { rows: Row[]; facts: { total: number; page: number; size: number } } {
  const size = Math.min(input.size ?? input.limit ?? limits.usual, limits.most);
  const start = (input.page - 1) * size;
  return {
    rows: rows.slice(start, start + size),
    facts: { total: rows.length, page: input.page, size },
  };
}

/** Times of callers are seconds or milliseconds (`protocol/05 §2`); 0 stays 0. */
export function toMilliseconds(time: number): number {
  return time > 0 && time < 100_000_000_000 ? Math.round(time * 1000) : Math.round(time);
}
