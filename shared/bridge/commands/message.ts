import { z } from 'zod';
import { mentionSchema, messageSchema } from '../../model/message';
import { conversationIdSchema } from '../../model/conversation';
import { account, nothing } from '../command-shape';
import type { CommandShape } from '../command-shape';
import { MAX_ATTACHMENTS } from './attachment';

const conversation = conversationIdSchema.describe("the peer's AID; the own AID for notes to self");
const page = z.number().int().min(1).max(500);
const message = z.number().int().describe('id of a message');
const requestId = z
  .string()
  .min(1)
  .max(128)
  .describe('repeating the call with the same id never sends twice');

/** Position in a timeline: messages are ordered by (sortAt, id). */
export const timelinePositionSchema = z.object({ sortAt: z.number(), id: z.number().int() });
export type TimelinePosition = z.infer<typeof timelinePositionSchema>;

/** Why one message could not be taken back (`protocol/04 §3.4`). */
export const recallRefusalSchema = z.enum([
  'too_late',
  'not_own',
  'not_found',
  'already_recalled',
  'refused',
]);

/** What a person composes besides text and files. */
export const composedSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('location'),
    latitude: z.number().min(-90).max(90),
    longitude: z.number().min(-180).max(180),
    name: z.string().max(256),
  }),
  z.object({ kind: z.literal('person'), aid: z.string().max(320) }),
  z.object({
    kind: z.literal('link'),
    url: z.string().max(2048),
    title: z.string().max(300),
    description: z.string().max(1000),
  }),
  z.object({
    kind: z.literal('poll'),
    title: z.string().min(1).max(300),
    options: z.array(z.string().min(1).max(200)).min(2).max(12),
    multiple: z.boolean(),
  }),
]);
export type Composed = z.infer<typeof composedSchema>;

/** Commands about messages. */
export const messageCommands = {
  'message.page': {
    about:
      'A page of a timeline in ascending order: before, after or around a message or a moment; the newest page without one.',
    params: z
      .object({
        account,
        conversation,
        limit: page.default(60),
        before: timelinePositionSchema.optional(),
        after: timelinePositionSchema.optional(),
        around: message.optional(),
        at: z.number().optional().describe('Unix ms: around the first message from then on'),
      })
      .strict(),
    result: z.object({ messages: z.array(messageSchema), hasOlder: z.boolean(), hasNewer: z.boolean() }),
  },
  'message.get': {
    about: 'One message.',
    params: z.object({ account, id: message }).strict(),
    result: messageSchema,
  },
  'message.send': {
    about:
      'Puts a text, draft attachments, or both into the durable outbox and returns the last bubble; it is on disk when this returns. Always encrypted.',
    params: z
      .object({
        account,
        conversation,
        text: z.string().max(1_000_000).describe('may be empty where there are attachments'),
        markdown: z.boolean().default(false),
        mentions: z.array(mentionSchema).max(100).default([]),
        replyTo: message.nullable().default(null),
        attachments: z.array(z.number().int()).max(MAX_ATTACHMENTS).default([]),
        answering: message
          .nullable()
          .default(null)
          .describe('action card whose `compose` button was pressed'),
        requestId,
      })
      .strict(),
    result: messageSchema,
  },
  'message.sendObject': {
    about: 'Puts a place, a person, a link or a poll into the durable outbox.',
    params: z.object({ account, conversation, object: composedSchema, requestId }).strict(),
    result: messageSchema,
  },
  'message.forward': {
    about: 'Sends messages on, each by itself or as one bundle. Files are uploaded anew, as own ones.',
    params: z
      .object({
        account,
        ids: z.array(message).min(1).max(100),
        to: z.array(conversation).min(1).max(20),
        bundle: z.boolean().default(false),
        requestId,
      })
      .strict(),
    result: z.object({ messages: z.array(messageSchema) }),
  },
  'message.answerCard': {
    about: 'Presses a button of an action card; pressing it again changes nothing.',
    params: z.object({ account, id: message, action: z.number().int().min(0).max(100), requestId }).strict(),
    result: messageSchema.describe('the card as it is now'),
  },
  'message.vote': {
    about: 'Votes in a poll; the newest vote counts.',
    params: z
      .object({ account, id: message, options: z.array(z.string().max(128)).max(64), requestId })
      .strict(),
    result: messageSchema.describe('the poll as it is now'),
  },
  'message.retry': {
    about: 'Tries a failed or waiting message again now, under its old message id.',
    params: z.object({ account, id: message }).strict(),
    result: messageSchema,
  },
  'message.cancel': {
    about: 'Takes a message that has not left yet out of the outbox; its files are beside the draft again.',
    params: z.object({ account, id: message }).strict(),
    result: z.object({ text: z.string() }),
  },
  'message.recall': {
    about:
      'Takes own messages back everywhere, as far as the network allows it; what still waits just does not leave.',
    params: z.object({ account, ids: z.array(message).min(1).max(100) }).strict(),
    result: z.object({
      recalled: z.array(message),
      refused: z.array(z.object({ id: message, reason: recallRefusalSchema })),
    }),
  },
  'message.delete': {
    about: 'Deletes messages on this computer only, with their files and index rows. They do not come back.',
    params: z.object({ account, ids: z.array(message).min(1).max(500) }).strict(),
    result: nothing,
  },
  'message.raw': {
    about: 'What is stored of a message as it came: the envelope, or the payload where it could be opened.',
    params: z.object({ account, id: message }).strict(),
    result: z.object({ json: z.string() }),
  },
  'message.heal': {
    about: 'Tries to open the unreadable messages of a conversation again now.',
    params: z.object({ account, conversation }).strict(),
    result: z.object({ healed: z.number().int(), remaining: z.number().int() }),
  },
  'message.quarantine': {
    about: 'Notes that drawing a message broke the window, or lets it be drawn again.',
    params: z.object({ account, id: message, quarantined: z.boolean() }).strict(),
    result: messageSchema,
  },
  'message.thoughts': {
    about:
      "Asks the network for what the sender was thinking in this message's thread; they are kept nowhere.",
    params: z.object({ account, id: message }).strict(),
    result: z.object({
      thoughts: z.array(
        z.object({
          id: z.string(),
          text: z.string(),
          format: z.enum(['plain', 'markdown']),
          stage: z.string(),
          at: z.number(),
        }),
      ),
    }),
  },
  'message.think': {
    about: 'Publishes a thought for the other side of a conversation (`message.thought.put`); for agents.',
    params: z
      .object({
        account,
        conversation,
        thread: z.string().min(1).max(128),
        text: z.string().min(1).max(32_768),
        stage: z.string().max(32).default('thinking'),
      })
      .strict(),
    result: z.object({ id: z.string() }),
  },
  'message.search': {
    about: 'Full-text search over identities: Chinese of any length, parts of words, AIDs; newest first.',
    params: z
      .object({
        accounts: z.array(account).max(100),
        query: z.string().max(256).describe('may be empty where there is a filter'),
        conversation: conversation.optional(),
        from: z.string().max(320).optional().describe('AID of the sender'),
        has: z.enum(['file', 'image', 'link']).optional(),
        since: z.number().optional().describe('Unix ms, inclusive'),
        until: z.number().optional().describe('Unix ms, exclusive'),
        limit: page.default(50),
      })
      .strict(),
    result: z.object({
      hits: z.array(
        z.object({
          account,
          message: messageSchema,
          title: z.string().describe('title of the conversation'),
          excerpt: z
            .string()
            .describe(
              'Plain text around the hit; the matched ranges are [start, end) in UTF-16 code units of it.',
            ),
          ranges: z.array(z.tuple([z.number().int(), z.number().int()])),
        }),
      ),
    }),
  },
  'stream.watch': {
    about: 'Reads along with a streaming reply from now on and returns what is there already.',
    params: z.object({ account, id: message }).strict(),
    result: z.object({ text: z.string(), state: z.enum(['live', 'waiting', 'ended', 'failed', 'stopped']) }),
  },
  'stream.unwatch': {
    about: 'Stops reading along; what was read stays.',
    params: z.object({ account, id: message }).strict(),
    result: nothing,
  },
  'stream.begin': {
    about: 'Opens a stream, announces it in a conversation and returns its handle; for agents.',
    params: z.object({ account, conversation, thread: z.string().max(128).default(''), requestId }).strict(),
    result: z.object({ stream: z.string(), message: messageSchema }),
  },
  'stream.append': {
    about: 'The next piece of text of an own stream.',
    params: z.object({ account, stream: z.string().max(128), text: z.string().max(65_536) }).strict(),
    result: nothing,
  },
  'stream.finish': {
    about: 'Closes an own stream and sends its whole text as an encrypted message.',
    params: z.object({ account, stream: z.string().max(128), requestId }).strict(),
    result: messageSchema,
  },
} as const satisfies Record<string, CommandShape>;
