import { z } from 'zod';
import type { Action } from './admin-action';
import { act } from './admin-action';

const text = z.string();
const count = z.number().int().nonnegative();
const seqs = { group_id: text, messages: count.default(0), events: count.default(0) };

/** Actions on groups, by name. */
export const groupActions: Readonly<Record<string, Action>> = {
  /** Rows up to these numbers are gone, and the retention floors say so. */
  group_purge: act(z.object(seqs), ({ groups }, { group_id: group, messages, events }) => {
    groups.purge(group, { messages, events });
  }),
  /** Both logs are emptied and their numbers begin again. */
  group_wipe: act(z.object({ group_id: text }), ({ groups }, { group_id: group }) => {
    groups.wipe(group);
  }),
  /** Numbers without rows: holes nobody explains. */
  group_skip_seqs: act(z.object(seqs), ({ groups }, { group_id: group, messages, events }) => {
    groups.skip(group, { messages, events });
  }),
  group_limits: act(
    z.object({
      members: count.optional(),
      groups_per_aid: count.optional(),
      codes: count.optional(),
      announcement_length: count.optional(),
      request_lifetime_ms: count.optional(),
      code_lifetime_ms: count.optional(),
      grace_ms: count.optional(),
      push_bytes: count.optional(),
    }),
    ({ groups }, input) => {
      groups.setLimits({
        members: input.members,
        groupsPerAid: input.groups_per_aid,
        codes: input.codes,
        announcementLength: input.announcement_length,
        requestLifetime: input.request_lifetime_ms,
        codeLifetime: input.code_lifetime_ms,
        grace: input.grace_ms,
        pushBytes: input.push_bytes,
      });
    },
  ),
  groups: act(z.object({}), ({ groups }) => ({ groups: groups.list() })),
};
