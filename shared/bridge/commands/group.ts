import { z } from 'zod';
import {
  dispatchModeSchema,
  groupBanSchema,
  groupInviteSchema,
  groupKeyStateSchema,
  groupLogEntrySchema,
  groupMemberSchema,
  groupPreviewSchema,
  groupRoleSchema,
  groupSchema,
  joinModeSchema,
  joinRequestSchema,
  memberKindSchema,
} from '../../model/group';
import { errorCodeSchema } from '../errors';
import { account, nothing, peerAid } from '../command-shape';
import type { CommandShape } from '../command-shape';

const group = z.string().min(3).max(512).describe('id of a group, as an earlier answer gave it');
const chosenMode = joinModeSchema.exclude(['unknown']);
const reason = z.string().max(255);
const page = {
  limit: z.number().int().min(1).max(200).default(50),
  offset: z.number().int().min(0).default(0),
};
const failed = z.array(z.object({ aid: z.string(), code: errorCodeSchema }));
/** Every command that changes a group answers with the group as it is then. */
const changed = groupSchema;
const about = z.object({ account, group }).strict();
const person = z.object({ aid: peerAid, kind: memberKindSchema.default('human') }).strict();

/** Commands about groups (`protocol/05`). */
export const groupCommands = {
  'group.get': { about: 'A group as this installation knows it.', params: about, result: groupSchema },
  'group.refresh': {
    about: 'Reads a group, its members, texts and settings anew from the network.',
    params: about,
    result: groupSchema,
  },
  'group.create': {
    about: 'Makes an encrypted group and adds people one after the other; who could not be added is named.',
    params: z
      .object({
        account,
        name: z.string().trim().min(1).max(64),
        description: z.string().max(1000).default(''),
        visibility: z.enum(['public', 'private']).default('private'),
        joinMode: chosenMode.default('approval'),
        question: z.string().max(500).default(''),
        picture: z
          .string()
          .max(350_000)
          .nullable()
          .default(null)
          .describe('base64 of a PNG, JPEG or WebP picture'),
        members: z.array(person).max(499).default([]),
        requestId: z.string().min(8).max(64).describe('repeating a request makes no second group'),
      })
      .strict(),
    result: z.object({ group: groupSchema, failed }),
  },
  'group.search': {
    about: 'Public groups whose name, purpose or id contains a text.',
    params: z
      .object({ account, query: z.string().max(256), page: z.number().int().min(1).max(1000).default(1) })
      .strict(),
    result: z.object({ found: z.array(groupPreviewSchema), total: z.number().int() }),
  },
  'group.preview': {
    about: 'What a link, an id or a code leads to, as far as it may be seen from outside.',
    params: z.object({ account, invitation: z.string().max(800) }).strict(),
    result: z.object({
      preview: groupPreviewSchema.nullable().describe('null: private or only a code'),
      group: z.string().nullable(),
      code: z.string().nullable(),
      domain: z.string().nullable(),
    }),
  },
  'group.join': {
    about: 'Asks to join, or joins with a code. `question`: the group wants an answer first.',
    params: z
      .object({
        account,
        invitation: z.string().max(800).describe('link, id, `code` or `code@domain`'),
        message: z.string().max(500).default(''),
        answer: z.string().max(500).default(''),
      })
      .strict(),
    result: z.object({
      state: z.enum(['joined', 'pending', 'question']),
      question: z.string(),
      group: groupSchema.nullable(),
    }),
  },
  'group.members': {
    about: 'Members of a group: owner, admins, people, agents; each by name.',
    params: z
      .object({
        account,
        group,
        query: z.string().max(256).default(''),
        only: z.enum(['all', 'admins', 'agents', 'muted']).default('all'),
        limit: z.number().int().min(1).max(500).default(100),
        offset: z.number().int().min(0).default(0),
      })
      .strict(),
    result: z.object({ members: z.array(groupMemberSchema), total: z.number().int() }),
  },
  'group.member': {
    about: 'One member, or null when they are none.',
    params: z.object({ account, group, aid: peerAid }).strict(),
    result: z.object({ member: groupMemberSchema.nullable() }),
  },
  'group.watchOnline': {
    about: 'Keeps asking who of a group is connected while its page is open; null ends it.',
    params: z.object({ account, group: group.nullable() }).strict(),
    result: nothing,
  },
  'group.add': {
    about: 'Adds people, one after the other; who could not be added is named.',
    params: z
      .object({
        account,
        group,
        members: z.array(person).min(1).max(200),
        role: z.enum(['member', 'admin']).default('member'),
      })
      .strict(),
    result: z.object({ group: changed, failed }),
  },
  'group.kick': {
    about: 'Removes a member; with `ban` they cannot come back.',
    params: z
      .object({ account, group, aid: peerAid, ban: z.boolean().default(false), reason: reason.default('') })
      .strict(),
    result: changed,
  },
  'group.mute': {
    about: 'Takes the right to write from somebody for a time; outside the group it keeps them out.',
    params: z
      .object({
        account,
        group,
        aid: peerAid,
        seconds: z.number().int().min(0).max(31_536_000).describe('0: for good'),
        reason: reason.default(''),
      })
      .strict(),
    result: changed,
  },
  'group.unmute': {
    about: 'Gives the right to write, or to come in, back.',
    params: z.object({ account, group, aid: peerAid }).strict(),
    result: changed,
  },
  'group.setRole': {
    about: 'Makes a member an admin or an admin a member.',
    params: z
      .object({ account, group, aid: peerAid, role: groupRoleSchema.extract(['admin', 'member']) })
      .strict(),
    result: changed,
  },
  'group.transfer': {
    about: 'Hands the group over; the old owner becomes an admin.',
    params: z.object({ account, group, aid: peerAid }).strict(),
    result: changed,
  },
  'group.leave': { about: 'Leaves a group; what was written stays here.', params: about, result: changed },
  'group.suspend': { about: 'Stops a group for a while.', params: about, result: changed },
  'group.resume': { about: 'Lets a suspended group go on.', params: about, result: changed },
  'group.dissolve': {
    about: 'Ends a group for everybody, after everything that waits was read; what was written stays here.',
    params: about,
    result: changed,
  },
  'group.update': {
    about: 'Changes name, purpose, visibility, picture, who hears messages, or who is on duty.',
    params: z
      .object({
        account,
        group,
        name: z.string().trim().min(1).max(64).optional(),
        description: z.string().max(1000).optional(),
        visibility: z.enum(['public', 'private']).optional(),
        picture: z.string().max(350_000).nullable().optional().describe('base64, null takes it away'),
        dispatchMode: dispatchModeSchema.optional(),
        duty: z.array(peerAid).max(20).optional(),
      })
      .strict(),
    result: changed,
  },
  'group.setJoin': {
    about: 'Changes how one gets in.',
    params: z
      .object({
        account,
        group,
        mode: chosenMode,
        question: z.string().max(500).default(''),
        autoApprove: z.array(z.string().max(256)).max(50).optional(),
      })
      .strict(),
    result: changed,
  },
  'group.joinRules': {
    about: 'Who is let in without a decision; only those who may change it are told.',
    params: about,
    result: z.object({
      autoApprove: z
        .array(z.string())
        .nullable()
        .describe('regular expressions for whole addresses; null: the network does not say'),
    }),
  },
  'group.setAnnouncement': {
    about: 'Writes the announcement; an empty text takes it away.',
    params: z.object({ account, group, content: z.string().max(4000) }).strict(),
    result: changed,
  },
  'group.setRules': {
    about: 'Writes the rules, and whether members may invite.',
    params: z
      .object({
        account,
        group,
        content: z.string().max(8000).optional(),
        allowMemberInvite: z.boolean().optional(),
        maxMembers: z.number().int().min(1).max(500).optional(),
      })
      .strict(),
    result: changed,
  },
  'group.seen': {
    about: 'The user has read the announcement or the rules.',
    params: z.object({ account, group, what: z.enum(['announcement', 'rules']) }).strict(),
    result: groupSchema,
  },
  'group.requests': {
    about: 'Requests to join.',
    params: z
      .object({
        account,
        group,
        status: z.enum(['pending', 'approved', 'rejected']).default('pending'),
        ...page,
      })
      .strict(),
    result: z.object({ requests: z.array(joinRequestSchema), total: z.number().int() }),
  },
  'group.review': {
    about: 'Lets people in or refuses them; each decision has its own result.',
    params: z
      .object({
        account,
        group,
        decisions: z
          .array(z.object({ aid: peerAid, approve: z.boolean(), reason: reason.default('') }).strict())
          .min(1)
          .max(100),
      })
      .strict(),
    result: z.object({
      group: changed,
      results: z.array(z.object({ aid: z.string(), code: errorCodeSchema.nullable() })),
    }),
  },
  'group.invites': {
    about: 'Invite codes of a group.',
    params: z.object({ account, group, ...page }).strict(),
    result: z.object({ invites: z.array(groupInviteSchema), total: z.number().int() }),
  },
  'group.createInvite': {
    about: 'Makes an invite code. Whoever holds it gets in.',
    params: z
      .object({
        account,
        group,
        maxUses: z.number().int().min(0).max(10_000).default(1).describe('0: without a limit'),
        expiresInSeconds: z.number().int().min(60).max(31_536_000).default(604_800),
        code: z.string().max(64).default('').describe('a code of one’s own, or empty'),
      })
      .strict(),
    result: groupInviteSchema,
  },
  'group.revokeInvite': {
    about: 'Makes an invite code worthless.',
    params: z.object({ account, group, code: z.string().max(64) }).strict(),
    result: nothing,
  },
  'group.bans': {
    about: 'Who may not write or not come in.',
    params: z.object({ account, group, ...page }).strict(),
    result: z.object({ bans: z.array(groupBanSchema), total: z.number().int() }),
  },
  'group.log': {
    about: 'The moderation log, newest first, as far as this installation has seen it.',
    params: z
      .object({
        account,
        group,
        query: z.string().max(256).default('').describe('part of a name, an address, an action or a reason'),
        actions: z.array(z.string().max(64)).max(40).default([]).describe('only these; empty: all'),
        before: z.number().int().nullable().default(null).describe('number of an event'),
        limit: z.number().int().min(1).max(200).default(50),
      })
      .strict(),
    result: z.object({ entries: z.array(groupLogEntrySchema), more: z.boolean() }),
  },
  'group.exportLog': {
    about: 'Saves the moderation log as CSV or JSON where the user says; false when they gave up.',
    params: z.object({ account, group, format: z.enum(['csv', 'json']).default('csv') }).strict(),
    result: z.object({ saved: z.boolean() }),
  },
  'group.keys': {
    about: 'Where the keys of a group stand.',
    params: about,
    result: z.object({
      keys: groupKeyStateSchema,
      epochs: z.array(
        z.object({
          epoch: z.number().int(),
          at: z.number(),
          origin: z.enum(['made_here', 'distributed', 'handed_on', 'answered', 'server']),
          doubt: z.string().nullable().describe('why its place in the chain could not be checked, or null'),
        }),
      ),
    }),
  },
  'group.repairKeys': {
    about: 'Tries at once to get or make the key that is missing.',
    params: about,
    result: groupSchema,
  },
  'group.calmLoop': {
    about:
      'Answers the notice that agents answer each other: only the mentioned hear, some are muted, or it is let be.',
    params: z
      .object({
        account,
        group,
        how: z.enum(['mention_mode', 'mute', 'ignore']),
        seconds: z.number().int().min(60).max(86_400).default(3600),
      })
      .strict(),
    result: changed,
  },
  'group.devices': {
    about: 'Own devices the group keeps a place for.',
    params: about,
    result: z.object({
      devices: z.array(
        z.object({
          device: z.string(),
          slot: z.string(),
          name: z.string(),
          lastPullAt: z.number().nullable(),
          own: z.boolean(),
        }),
      ),
    }),
  },
  'group.forgetDevice': {
    about: 'Takes the place of an own old device away.',
    params: z.object({ account, group, device: z.string().max(128), slot: z.string().max(128) }).strict(),
    result: nothing,
  },
} as const satisfies Record<string, CommandShape>;
