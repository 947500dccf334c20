import { z } from 'zod';
import { errorCodeSchema } from '../bridge/errors';

/**
 * Where the bytes of an attachment are. `remote`: only on the storage server; `waiting` and `uploading`: own, on its way;
 * `loading`: being fetched; `here`: checked and on this disk, encrypted; `gone`: the server has it no more.
 */
export const attachmentStateSchema = z.enum([
  'remote',
  'loading',
  'here',
  'waiting',
  'uploading',
  'failed',
  'gone',
]);
export type AttachmentState = z.infer<typeof attachmentStateSchema>;

/** One attachment as the window shows it. Sizes are bytes of the real file; name and type are claims, made harmless. */
export const attachmentSchema = z.object({
  id: z.number().int().describe("Id within the account's database."),
  role: z.enum(['main', 'picture']).describe('`picture`: illustrates a link or a card'),
  name: z.string(),
  type: z.string().describe('media type in lower case'),
  size: z.number().int(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  durationMs: z.number().nullable(),
  encrypted: z.boolean().describe('end to end; false: the storage server can read it'),
  dangerous: z.boolean().describe('of a type that can run'),
  state: attachmentStateSchema,
  problem: errorCodeSchema.nullable(),
  media: z
    .string()
    .nullable()
    .describe('address the window may show it from; null unless it is here and of a type that only shows'),
  thumbnail: z.string().nullable().describe('address of its small picture, or null'),
});
export type Attachment = z.infer<typeof attachmentSchema>;
