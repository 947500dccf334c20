import { z } from 'zod';
import { cleanLine, cleanText, cutText } from '../../../shared/aun/agent-md-text';
import type { JsonObject } from '../../../shared/aun/canonical-json';

/** Longest body of a text in UTF-16 units: more than one payload can carry. */
export const MAX_BODY = 1_048_576;
/** Longest other passage: a caption, a transcript, the words of a card. */
export const MAX_PASSAGE = 100_000;
/** Longest line that is a name or a title. */
export const MAX_LINE = 300;
/** Longest id that is taken from a payload; message ids are at most as long. */
export const MAX_ID = 256;
/** The last moment a date can hold, Unix ms. */
const LAST_MOMENT = 8_640_000_000_000_000;

/** Whether a value from a payload is an object with named members. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first `limit` entries of something that ought to be a list. */
export function entriesOf(value: unknown, limit: number): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, limit) : [];
}

/** Text of several lines as it was written, cut; anything else is empty. */
export const passage = (max = MAX_PASSAGE) =>
  z
    .string()
    .transform((value) => cutText(value, max))
    .default('')
    .catch('');

/** A name, title or label: one line without anything invisible, cut; anything else is empty. */
export const line = (max = MAX_LINE) =>
  z
    .string()
    .transform((value) => cutText(cleanLine(cutText(value, max * 4)), max))
    .default('')
    .catch('');

/** Like {@link line}, but it has to be there and to hold something. */
export const requiredLine = (max = MAX_LINE) =>
  z
    .string()
    .transform((value) => cutText(cleanLine(cutText(value, max * 4)), max))
    .refine((value) => value !== '');

/** Lines without anything invisible, cut; anything else is empty. */
export const cleanPassage = (max = MAX_PASSAGE) =>
  z
    .string()
    .transform((value) => cleanText(cutText(value, max)))
    .default('')
    .catch('');

/** An id that has to be there: not empty, of bounded length, without control characters. */
export const id = z
  .string()
  .min(1)
  .max(MAX_ID)
  .refine((value) => !/\p{Cc}/u.test(value));

/** An id that may be missing; a broken one counts as missing. */
export const optionalId = id.nullable().default(null).catch(null);

/** `plain` unless it says `markdown`. */
export const textFormat = z.enum(['plain', 'markdown']).default('plain').catch('plain');

/** A moment in Unix ms, or null. */
export const moment = z
  .number()
  .positive()
  .max(LAST_MOMENT)
  .transform((value) => Math.round(value))
  .nullable()
  .default(null)
  .catch(null);

/** A width or a height in pixels, or null. */
export const pixels = z
  .number()
  .min(1)
  .max(100_000)
  .transform((value) => Math.round(value))
  .nullable()
  .default(null)
  .catch(null);

/** A span in ms: at most a day, or null. */
export const duration = z.number().min(0).max(86_400_000).nullable().default(null).catch(null);

/** A whole number that counts something, or null. */
export const count = z
  .number()
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER)
  .nullable()
  .default(null)
  .catch(null);

/** A share between 0 and 1, or null. */
export const share = z
  .number()
  .transform((value) => Math.min(1, Math.max(0, value)))
  .nullable()
  .default(null)
  .catch(null);

export { webAddress } from '../../../shared/aun/web-address';
