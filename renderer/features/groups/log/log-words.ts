import type { TFunction } from 'i18next';
import type { GroupLogEntry } from '../../../../shared/model/group';
import { groupActions, type GroupAction } from '../../../../shared/aun/group-actions';
import type { EventLine } from '../../chat/group-event-words';
import { isEndless } from '../moderation/durations';

/** Names that stand for several actions: what the chips of the log choose. */
export const logTopics = {
  members: ['member_added', 'joined', 'join_approved', 'invite_code_used', 'member_left', 'member_removed'],
  moderation: ['member_banned', 'member_unbanned', 'member_removed', 'join_rejected'],
  roles: ['role_changed', 'owner_transferred'],
  requests: ['join_requested', 'join_approved', 'join_rejected', 'join_requirements_updated'],
  invites: ['invite_code_created', 'invite_code_revoked', 'invite_code_used'],
  settings: [
    'upsert',
    'update',
    'announcement_updated',
    'rules_updated',
    'join_requirements_updated',
    'suspended',
    'resumed',
    'dissolved',
  ],
  files: [
    'resource_put',
    'resource_updated',
    'resource_deleted',
    'resource_direct_added',
    'resource_request_created',
    'resource_request_approved',
    'resource_request_rejected',
  ],
} as const satisfies Readonly<Record<string, readonly GroupAction[]>>;
export type LogTopic = keyof typeof logTopics;

/** Every topic, in the order of the chips. */
export const topicNames = [
  'members',
  'moderation',
  'roles',
  'requests',
  'invites',
  'settings',
  'files',
] as const satisfies readonly LogTopic[];

/** Whether an action has words of its own. */
export function knownAction(action: string): GroupAction | null {
  return groupActions.find((known) => known === action) ?? null;
}

/** Longest text of others that one line of the log shows. */
const longestFact = 300;

const settingNames = {
  name: 'name',
  description: 'description',
  visibility: 'visibility',
  avatar: 'picture',
  picture: 'picture',
  dispatch_mode: 'dispatch',
  dispatchMode: 'dispatch',
  'duty.config': 'duty',
  duty: 'duty',
  'join.mode': 'joinMode',
  'join.question': 'question',
  'join.auto_approve_patterns': 'autoApprove',
  'join.max_pending': 'maxPending',
} as const;

/** Names of what was changed, in words where we have them. */
function settingWords(t: TFunction, keys: string): string {
  const known = new Map<string, (typeof settingNames)[keyof typeof settingNames]>(
    Object.entries(settingNames),
  );
  const separator = t('moderation.log.listSeparator');
  return keys
    .slice(0, longestFact)
    .split(/,\s*/)
    .map((key) => {
      const name = known.get(key.trim());
      return name === undefined ? key.trim() : t(`moderation.log.setting.${name}`);
    })
    .join(separator);
}

/** The facts of an entry as short lines: what was given as a reason, until when, what it was called. Plain text. */
export function factsOf(t: TFunction, { action, values }: GroupLogEntry): string[] {
  const facts: string[] = [];
  const { role, old_role: oldRole, until, reason, keys, code, path, text } = values;
  if (action === 'role_changed' && role !== undefined)
    facts.push(
      t('moderation.log.fact.role', {
        before: oldRole === undefined ? '?' : roleWords(t, oldRole),
        after: roleWords(t, role),
      }),
    );
  // Until when and why is in the sentence already; that there is no end is not.
  if (action === 'member_banned' && (until === undefined || until === '' || isEndless(Number(until))))
    facts.push(t('moderation.log.fact.forGood'));
  if (keys !== undefined && keys !== '') facts.push(settingWords(t, keys));
  if (code !== undefined) facts.push(t('moderation.log.fact.code', { code: code.slice(0, 64) }));
  if (path !== undefined) facts.push(path.slice(0, longestFact));
  if (reason !== undefined && reason !== '' && action !== 'member_banned')
    facts.push(t('moderation.log.fact.reason', { reason: reason.slice(0, longestFact) }));
  if (text !== undefined && text !== '')
    facts.push(t('moderation.log.fact.text', { text: text.slice(0, longestFact) }));
  return facts;
}

function roleWords(t: TFunction, role: string): string {
  const known = (['owner', 'admin', 'member', 'observer'] as const).find((name) => name === role);
  return known === undefined ? role.slice(0, 32) : t(`moderation.role.${known}`);
}

/** An entry as the timeline tells it: the same event has the same words in both places. */
export function eventLineOf({ seq, at, action, actor, target, values, signature }: GroupLogEntry): EventLine {
  const whom = target ?? actor;
  return {
    key: seq,
    at,
    actor,
    targets: whom === null ? [] : [whom],
    content: { kind: 'group_event', action, actor, target, values, signature },
  };
}
