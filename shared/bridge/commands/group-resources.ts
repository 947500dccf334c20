import { z } from 'zod';
import { groupFileRequestSchema, groupFileSchema } from '../../model/group-resource';
import { account, nothing } from '../command-shape';
import type { CommandShape } from '../command-shape';

const group = z.string().min(3).max(512).describe('id of a group, as an earlier answer gave it');
const path = z.string().min(1).max(1024).describe('path of a shared file, as an earlier answer gave it');
const about = z.object({ account, group }).strict();
const one = z.object({ account, group, path }).strict();

/**
 * Commands about the shared files of a group (`protocol/06 §4.1`), which are not end-to-end encrypted. None of them adds one: files
 * go as encrypted attachments of messages.
 */
export const groupResourceCommands = {
  'groupFile.list': {
    about: 'Shared files of a group by path, a page at a time.',
    params: z
      .object({
        account,
        group,
        limit: z.number().int().min(1).max(200).default(50),
        offset: z.number().int().min(0).default(0),
      })
      .strict(),
    result: z.object({
      files: z.array(groupFileSchema),
      total: z.number().int().describe('as the network counts them'),
      next: z.number().int().nullable().describe('offset of the next page, or null'),
    }),
  },
  'groupFile.get': { about: 'One shared file of a group.', params: one, result: groupFileSchema },
  'groupFile.save': {
    about:
      'Asks where to save a shared file, fetches it with a ticket and checks it; false when the user gave up.',
    params: one,
    result: z.object({ saved: z.boolean() }),
  },
  'groupFile.cancel': {
    about: 'Stops fetching a shared file.',
    params: one,
    result: nothing,
  },
  'groupFile.remove': {
    about:
      'Takes a shared file off the list of the group; the object stays in the storage of whoever put it there.',
    params: one,
    result: nothing,
  },
  'groupFile.requests': {
    about: 'Wishes of members to share a file, on which the owner has not decided.',
    params: about,
    result: z.object({ requests: z.array(groupFileRequestSchema) }),
  },
  'groupFile.review': {
    about: 'Shares the file of a wish, or refuses it.',
    params: z
      .object({
        account,
        group,
        request: z.string().min(1).max(128),
        approve: z.boolean(),
        note: z.string().max(255).default(''),
      })
      .strict(),
    result: nothing,
  },
} as const satisfies Record<string, CommandShape>;
