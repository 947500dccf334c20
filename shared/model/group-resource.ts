import { z } from 'zod';

/**
 * What a shared file of a group is. `other`: a type that this client does not know; it is named and never opened. Folders hold
 * nothing by themselves, they are names.
 */
export const groupFileKindSchema = z.enum(['file', 'folder', 'link', 'other']);

const title = z.string().describe('its title, or the last part of its path');
const place = z.string().describe('its path, made harmless');
const otherKind = z.string().describe('name of the type where `kind` is `other`, else empty');
const forEveryone = z.boolean().describe('also for people outside the group');
const aid = z.string().nullable();

/**
 * A shared file of a group (`protocol/06 §4.1`): a name that the group gives to an object in somebody's storage. It is not
 * end-to-end encrypted: title, path and bytes are read by the network. Every text is one harmless, bounded line; times are Unix ms.
 */
export const groupFileSchema = z.object({
  path: z.string().describe('names it in commands; never shown'),
  title,
  place,
  kind: groupFileKindSchema,
  otherKind,
  fileName: z.string().describe('harmless name under which it is saved'),
  type: z.string().describe('media type in lower case, as claimed'),
  size: z.number().int().nullable().describe('bytes, as claimed'),
  dangerous: z.boolean().describe('of a type that can run'),
  sealed: z
    .boolean()
    .describe('says of itself that it was encrypted before it came here; what is saved stays so'),
  opens: z.enum(['save', 'link', 'nothing']).describe('what can be done with it'),
  url: z.string().nullable().describe('where a link leads'),
  host: z.string().nullable().describe('real host of that, punycode visible'),
  addedBy: aid,
  addedByTitle: z.string(),
  addedAt: z.number().nullable(),
  changedAt: z.number().nullable(),
  forEveryone,
  tags: z.array(z.string()),
});
export type GroupFile = z.infer<typeof groupFileSchema>;

/** A member's wish that a file be shared, which the owner decides on. */
export const groupFileRequestSchema = z.object({
  request: z.string().describe('names it in commands'),
  aid: z.string().describe('who asks'),
  personTitle: z.string(),
  personKind: z.enum(['human', 'agent', 'unknown']),
  title,
  place,
  kind: groupFileKindSchema,
  otherKind,
  forEveryone,
  askedAt: z.number().nullable(),
});
export type GroupFileRequest = z.infer<typeof groupFileRequestSchema>;
