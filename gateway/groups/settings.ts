import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { invalidParams } from '../errors';
import { jsonObject } from '../wire/frames';
import type { GroupCall } from './calls';
import { groupMethod } from './calls';
import { groupError } from './errors';
import { avatarField, metadataField } from './fields';
import { groupIdIn } from './ids';
import { announcementOf, joinRequirementsOf, rulesOf } from './settings-read';
import { CORE_KEYS, ruleFor } from './settings-keys';
import { checkSettings, indexEtag, writeSettings } from './settings-write';

/** @throws RpcError −33003, −33005, −32004 */
function requireEditor({ groups, group, aid }: GroupCall): void {
  groups.requireAlive(group);
  groups.requireRole(group, aid, 'admin');
}

function requireReader({ groups, group, aid }: GroupCall): void {
  groups.requireAlive(group);
  groups.requireMember(group, aid);
}

const updateSchema = z.object({
  name: z.unknown().optional(),
  visibility: z.unknown().optional(),
  description: z.unknown().optional(),
  dispatch_mode: z.unknown().optional(),
  metadata: metadataField.optional(),
  avatar_ref: avatarField.optional(),
});

/** Members of `given` under the keys they are stored as; absent ones are left out. */
function settingsFrom(
  given: Readonly<Record<string, unknown>>,
  keys: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const entries = Object.entries(keys).map(([key, name]): [string, unknown] => [name, given[key]]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Parameters are checked before the group is looked at, also where the key decides what fits. */
function write(
  context: GroupCall,
  settings: Record<string, unknown>,
  more: Parameters<typeof writeSettings>[2] = {},
): void {
  const checked = checkSettings(context, settings);
  requireEditor(context);
  writeSettings(context, checked, more);
}

function update(context: GroupCall, input: z.infer<typeof updateSchema>): unknown {
  const own = {
    name: 'name',
    visibility: 'visibility',
    description: 'description',
    dispatch_mode: 'dispatch_mode',
  };
  write(context, settingsFrom(input, own), {
    row: {
      ...(input.metadata === undefined ? {} : { metadata: JSON.stringify(input.metadata) }),
      ...(input.avatar_ref === undefined ? {} : { avatarRef: input.avatar_ref }),
    },
  });
  return { group: context.groups.object(context.group, context.session) };
}

const setSchema = z.object({ settings: jsonObject, expected_index_etag: z.string().optional() });

function setSettings(context: GroupCall, input: z.infer<typeof setSchema>): unknown {
  const keys = Object.keys(input.settings);
  if (keys.length === 0) throw invalidParams('invalid params: settings');
  write(context, { ...input.settings }, { expectedIndexEtag: input.expected_index_etag });
  return {
    ...context.ids,
    updated_keys: keys.filter((key) => key !== 'group.index'),
    ...(keys.includes('group.index') ? indexMeta(context) : {}),
  };
}

/** What 0.5.4 remembers of an index (`protocol/05 §5.3`). */
function indexMeta({ gateway, group, now }: GroupCall): JsonObject {
  const stored = gateway.store.groupSettings.get(group.id, 'group.index');
  const facts = {
    etag: indexEtag(stored?.value),
    last_modified: stored?.updatedAt ?? now,
    schema: 'aun.group.index.v1',
  };
  return { _meta: { group_indexes: { [groupIdIn(group, 'b')]: facts } } };
}

const getSchema = z.object({ keys: z.array(z.string()).optional() });

/** One setting as replies list it, `null` when it has no value. */
function settingOf(context: GroupCall, key: string) {
  const { gateway, groups, group, form } = context;
  const rule = ruleFor(key, form);
  if (rule === null) return null;
  const stored = gateway.store.groupSettings.get(group.id, key);
  if (rule.row !== undefined) return { key, value: group[rule.row], updated_at: group.updatedAt };
  if (stored !== null) {
    return { key, value: stored.value, updated_at: stored.updatedAt, updated_by: stored.updatedBy };
  }
  if (key === 'join.mode') return { key, value: groups.joinMode(group), updated_at: group.createdAt };
  return rule.otherwise === undefined ? null : { key, value: rule.otherwise, updated_at: group.createdAt };
}

function getSettings(context: GroupCall, input: z.infer<typeof getSchema>): unknown {
  requireReader(context);
  const stored = context.gateway.store.groupSettings.all(context.group.id).map((row) => row.key);
  const keys = input.keys ?? [...new Set([...CORE_KEYS, ...stored.filter((key) => key !== 'group.index')])];
  return {
    ...context.ids,
    settings: keys.map((key) => settingOf(context, key)).filter((setting) => setting !== null),
    ...(input.keys?.includes('group.index') === true && context.form === 'b' ? indexMeta(context) : {}),
  };
}

const textSchema = z.object({
  content: z.unknown().optional(),
  attachments: z.unknown().optional(),
  max_members: z.unknown().optional(),
  allow_member_invite: z.unknown().optional(),
  mode: z.unknown().optional(),
  question: z.unknown().optional(),
  auto_approve_patterns: z.unknown().optional(),
  max_pending: z.unknown().optional(),
});
type TextInput = z.infer<typeof textSchema>;

const RULES = {
  content: 'rules.content',
  attachments: 'rules.attachments',
  max_members: 'rules.max_members',
  allow_member_invite: 'rules.allow_member_invite',
};
const JOIN = {
  mode: 'join.mode',
  question: 'join.question',
  auto_approve_patterns: 'join.auto_approve_patterns',
  max_pending: 'join.max_pending',
};
const ANNOUNCEMENT = { content: 'announcement.content', attachments: 'announcement.attachments' };

const READ_INSTEAD = { _deprecated: 'use group.get_settings' };
const WRITE_INSTEAD = { _deprecated: 'use group.set_settings' };

function rules(context: GroupCall): JsonObject {
  return { ...context.ids, ...rulesOf(context.gateway.store, context.group) };
}

function announcement(context: GroupCall): JsonObject {
  return { ...context.ids, ...announcementOf(context.gateway.store, context.group) };
}

function requirements(context: GroupCall): JsonObject {
  return { ...context.ids, ...joinRequirementsOf(context.groups, context.gateway.store, context.group) };
}

function getRules(context: GroupCall): unknown {
  requireReader(context);
  return { ...context.ids, rules: rules(context), ...READ_INSTEAD };
}

function updateRules(context: GroupCall, input: TextInput): unknown {
  write(context, settingsFrom(input, { ...RULES, ...JOIN }));
  return { ...context.ids, rules: rules(context), ...WRITE_INSTEAD };
}

function getAnnouncement(context: GroupCall): unknown {
  requireReader(context);
  return { ...context.ids, announcement: announcement(context), ...READ_INSTEAD };
}

function updateAnnouncement(context: GroupCall, input: TextInput): unknown {
  if (input.content === undefined) throw invalidParams('invalid params: content');
  write(context, settingsFrom(input, ANNOUNCEMENT));
  return { ...context.ids, announcement: announcement(context), ...WRITE_INSTEAD };
}

/** Members see all of it, others of a public group how to get in. It never fails for members: V1 asks during rotations. */
function getRequirements(context: GroupCall): unknown {
  const { groups, group, aid, ids } = context;
  groups.requireAlive(group);
  const whole = requirements(context);
  if (groups.member(group, aid) !== null) return { ...ids, join_requirements: whole, ...READ_INSTEAD };
  if (group.visibility !== 'public') throw groupError('not_member');
  const { mode, question } = whole;
  return { ...ids, join_requirements: { ...ids, mode, question }, ...READ_INSTEAD };
}

function updateRequirements(context: GroupCall, input: TextInput): unknown {
  write(context, settingsFrom(input, JOIN));
  return { ...context.ids, join_requirements: requirements(context), ...WRITE_INSTEAD };
}

const nothing = z.object({});

/** Settings and texts (`protocol/05 §5`, `§6.4`). */
export const settingMethods = {
  'group.update': groupMethod('groupChange', updateSchema, update),
  'group.set_settings': groupMethod('groupChange', setSchema, setSettings),
  'group.get_settings': groupMethod('groupRead', getSchema, getSettings),
  'group.get_rules': groupMethod('groupRead', nothing, getRules),
  'group.update_rules': groupMethod('groupChange', textSchema, updateRules),
  'group.get_announcement': groupMethod('groupRead', nothing, getAnnouncement),
  'group.update_announcement': groupMethod('groupChange', textSchema, updateAnnouncement),
  'group.get_join_requirements': groupMethod('groupRead', nothing, getRequirements),
  'group.update_join_requirements': groupMethod('groupChange', textSchema, updateRequirements),
};
