import { z } from 'zod';
import {
  conversationIdSchema,
  conversationSchema,
  conversationViewSchema,
  retentionSchema,
} from '../../model/conversation';
import { account, nothing, peerAid } from '../command-shape';
import type { CommandShape } from '../command-shape';

const conversation = conversationIdSchema.describe(
  "the peer's AID, the own AID for notes to self, or a group id",
);

/** Commands about whole conversations. */
export const conversationCommands = {
  'conversation.list': {
    about: 'Conversations of one identity: pinned ones first, then by newest activity.',
    params: z
      .object({
        account,
        view: conversationViewSchema.default('inbox'),
        limit: z.number().int().min(1).max(500).default(200),
        offset: z.number().int().min(0).default(0),
      })
      .strict(),
    result: z.object({ conversations: z.array(conversationSchema), total: z.number().int() }),
  },
  'conversation.get': {
    about: 'One conversation.',
    params: z.object({ account, conversation }).strict(),
    result: conversationSchema,
  },
  'conversation.open': {
    about: 'Finds or makes the conversation with an address.',
    params: z.object({ account, peer: peerAid }).strict(),
    result: conversationSchema,
  },
  'conversation.find': {
    about: 'Conversations whose name or address contains what was typed, over identities.',
    params: z
      .object({
        accounts: z.array(account).max(100),
        query: z.string().max(256),
        limit: z.number().int().min(1).max(100).default(20),
      })
      .strict(),
    result: z.object({ found: z.array(z.object({ account, conversation: conversationSchema })) }),
  },
  'conversation.markRead': {
    about: 'Marks everything up to a message as read and takes the unread mark away.',
    params: z
      .object({ account, conversation, upTo: z.number().int().min(0).describe('id of a message') })
      .strict(),
    result: conversationSchema,
  },
  'conversation.setDraft': {
    about: 'Keeps what is typed but not sent, and what it answers; it survives a crash.',
    params: z
      .object({
        account,
        conversation,
        text: z.string().max(100_000),
        replyTo: z.number().int().nullable().default(null).describe('id of the message it answers'),
      })
      .strict(),
    result: nothing,
  },
  'conversation.change': {
    about: 'Pins, archives, mutes, marks as unread, or sets how long messages are kept.',
    params: z
      .object({
        account,
        conversation,
        pinned: z.boolean().optional(),
        archived: z.boolean().optional(),
        mutedUntil: z.number().nullable().optional().describe('null ends it; MUTED_FOREVER has no end'),
        markedUnread: z.boolean().optional(),
        retention: retentionSchema.optional(),
      })
      .strict(),
    result: conversationSchema,
  },
  'conversation.accept': {
    about: 'Accepts a message request, or lets a blocked address in again.',
    params: z.object({ account, conversation }).strict(),
    result: conversationSchema,
  },
  'conversation.block': {
    about: 'Blocks an address: what it writes is kept out of sight and tells nobody.',
    params: z.object({ account, conversation }).strict(),
    result: conversationSchema,
  },
  'conversation.clear': {
    about: 'Deletes every message of a conversation on this computer, with their files and index rows.',
    params: z.object({ account, conversation }).strict(),
    result: conversationSchema,
  },
  'conversation.delete': {
    about: 'Deletes a conversation on this computer. Somebody who was blocked stays blocked.',
    params: z.object({ account, conversation }).strict(),
    result: nothing,
  },
  'conversation.typing': {
    about: 'Tells the other side that one is writing, where they can hear it and the user wants it.',
    params: z.object({ account, conversation, typing: z.boolean() }).strict(),
    result: nothing,
  },
  'presence.watch': {
    about:
      'Asks who of these is connected now and goes on asking until the next call; replaces the last list.',
    params: z.object({ account, aids: z.array(peerAid).max(100) }).strict(),
    result: z.object({ online: z.record(z.string(), z.boolean()) }),
  },
} as const satisfies Record<string, CommandShape>;
