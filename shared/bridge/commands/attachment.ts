import { z } from 'zod';
import { attachmentSchema } from '../../model/attachment';
import { conversationIdSchema } from '../../model/conversation';
import { messageSchema } from '../../model/message';
import { account, handle, nothing } from '../command-shape';
import type { CommandShape } from '../command-shape';

const conversation = conversationIdSchema;
const attachment = z.number().int().describe('id of an attachment');
const drafts = z.object({ attachments: z.array(attachmentSchema) });
/** Bytes as the window sends them; a script that speaks JSON has none and picks files by a dialog. */
const bytes = (most: number) => z.instanceof(Uint8Array).refine((value) => value.byteLength <= most);

/** Most bytes of one piece of a file that the window hands over. */
export const ATTACHMENT_PIECE_BYTES = 1_048_576;
/** Largest small picture, in bytes. */
export const THUMBNAIL_BYTES = 65_536;
/** Most attachments of one message. */
export const MAX_ATTACHMENTS = 32;

/** Commands about attachments. Bytes come from the window or from a dialog of main: never from a path the window names. */
export const attachmentCommands = {
  'attachment.pick': {
    about: 'Asks the user for files and puts them beside the draft; none when the user gave up.',
    params: z.object({ account, conversation }).strict(),
    result: drafts,
  },
  'attachment.begin': {
    about: 'Begins taking a file that was dropped, pasted or recorded.',
    params: z
      .object({
        account,
        conversation,
        name: z.string().max(1024),
        type: z.string().max(255),
        size: z
          .number()
          .int()
          .min(0)
          .max(2 ** 40),
        voice: z.boolean().default(false),
      })
      .strict(),
    result: z.object({ upload: handle }),
  },
  'attachment.append': {
    about: 'The next piece of that file, in order.',
    params: z.object({ upload: handle, bytes: bytes(ATTACHMENT_PIECE_BYTES) }).strict(),
    result: nothing,
  },
  'attachment.finish': {
    about: 'The file is complete: it is encrypted on this disk and stands beside the draft.',
    params: z.object({ upload: handle }).strict(),
    result: attachmentSchema,
  },
  'attachment.abandon': {
    about: 'Drops a file that was begun.',
    params: z.object({ upload: handle }).strict(),
    result: nothing,
  },
  'attachment.describe': {
    about: 'What the window found out by decoding a draft attachment: measures and a small picture.',
    params: z
      .object({
        account,
        attachment,
        width: z.number().int().min(1).max(100_000).nullable(),
        height: z.number().int().min(1).max(100_000).nullable(),
        durationMs: z.number().min(0).max(86_400_000).nullable(),
        thumbnail: bytes(THUMBNAIL_BYTES).nullable().describe('JPEG, PNG or WebP'),
      })
      .strict(),
    result: attachmentSchema,
  },
  'attachment.drafts': {
    about: 'Attachments beside the draft of a conversation, in order.',
    params: z.object({ account, conversation }).strict(),
    result: drafts,
  },
  'attachment.discard': {
    about: 'Takes an attachment away from the draft.',
    params: z.object({ account, attachment }).strict(),
    result: nothing,
  },
  'attachment.download': {
    about: 'Fetches an attachment, checks it and keeps it encrypted; also tries a failed one again.',
    params: z.object({ account, attachment }).strict(),
    result: attachmentSchema,
  },
  'attachment.cancel': {
    about: 'Stops fetching an attachment, or takes the message with an upload out of the outbox.',
    params: z.object({ account, attachment }).strict(),
    result: attachmentSchema,
  },
  'attachment.save': {
    about: 'Asks where to save a file that is here and writes it there in the clear.',
    params: z.object({ account, attachment }).strict(),
    result: z.object({ saved: z.boolean() }),
  },
  'attachment.list': {
    about: 'Messages of a conversation with pictures and films, with files, or with links; newest first.',
    params: z
      .object({
        account,
        conversation,
        what: z.enum(['media', 'files', 'links']),
        before: z.number().int().optional().describe('id of the last message of the page before'),
        limit: z.number().int().min(1).max(200).default(60),
      })
      .strict(),
    result: z.object({ messages: z.array(messageSchema), more: z.boolean() }),
  },
} as const satisfies Record<string, CommandShape>;
