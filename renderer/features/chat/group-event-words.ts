import type { TFunction } from 'i18next';
import type { Message, MessageContent } from '../../../shared/model/message';
import { listInWords } from '../../i18n/spacing';
import { momentOf } from '../../ui/time';
import { label } from './content/format';

/** A message that tells what happened in a group. */
export type GroupEventContent = Extract<MessageContent, { kind: 'group_event' }>;

/** One line about one or several events of the same kind that one person did. */
export interface EventLine {
  readonly key: number;
  readonly at: number;
  readonly content: GroupEventContent;
  /** Everybody it happened to; the newest event's own target is the last one. */
  readonly targets: readonly string[];
  readonly actor: string | null;
}

/** What the words of an event need to know of names and of oneself. */
export interface EventNames {
  readonly account: string;
  readonly language: string;
  readonly nameOf: (aid: string) => string;
}

/** Names in one line before "and n others". */
const mostNames = 3;

/** What may stand together: the same happened to several people by the same hand. */
const joinable = [
  'member_added',
  'joined',
  'join_approved',
  'invite_code_used',
  'member_left',
  'member_removed',
];

function sameKind(first: EventLine, second: GroupEventContent): boolean {
  const one = first.content;
  const own = first.actor === first.targets[0] && second.actor === second.target;
  return (
    joinable.includes(second.action) &&
    one.action === second.action &&
    one.signature === second.signature &&
    (first.actor === second.actor || own)
  );
}

/** Lines of a run of events: those who came, went or were added one after the other share a line. */
export function eventLines(messages: readonly Message[]): readonly EventLine[] {
  const lines: EventLine[] = [];
  for (const { id, sortAt, content } of messages) {
    if (content.kind !== 'group_event') continue;
    const last = lines.at(-1);
    const whom = content.target ?? content.actor;
    if (last !== undefined && whom !== null && sameKind(last, content)) {
      if (!last.targets.includes(whom))
        lines[lines.length - 1] = { ...last, at: sortAt, targets: [...last.targets, whom] };
      continue;
    }
    lines.push({
      key: id,
      at: sortAt,
      content,
      targets: whom === null ? [] : [whom],
      actor: content.actor,
    });
  }
  return lines;
}

/** Names one after the other; beyond three they are counted. */
export function namesTogether(t: TFunction, language: string, names: readonly string[]): string {
  const few = names.length > mostNames + 1 ? names.slice(0, mostNames) : names;
  if (few.length === names.length) return listInWords(language, names);
  const separator = language.startsWith('zh') ? '、' : ', ';
  return t('groupTimeline.others', { names: few.join(separator), count: names.length - few.length });
}

/** Which facts of a group an `update` changed decides its words. */
function updateWords(t: TFunction, content: GroupEventContent, actor: string): string {
  const { keys = '', name = '' } = content.values;
  const changed = keys.split(/[\s,]+/).filter((key) => key !== '');
  const only = changed.length === 1 ? changed[0] : undefined;
  if (only === 'name' && name !== '') return t('groupEvent.update_name', { actor, value: label(name, 80) });
  if (only === 'description') return t('groupEvent.update_description', { actor });
  if (only === 'avatar' || only === 'picture' || only === 'icon')
    return t('groupEvent.update_picture', { actor });
  if (only === 'visibility') return t('groupEvent.update_visibility', { actor });
  if (only === 'dispatch_mode') return t('groupEvent.update_dispatch', { actor });
  if (only?.startsWith('duty') === true) return t('groupEvent.update_duty', { actor });
  return t('groupEvent.update', { actor });
}

function mutedWords(t: TFunction, content: GroupEventContent, facts: Facts, language: string): string {
  const { until = '', reason = '' } = content.values;
  const end = Number(until);
  const time = until === '' || !Number.isFinite(end) ? '' : momentOf(language, end);
  const words =
    time === ''
      ? t('groupEvent.member_banned', facts)
      : t('groupEvent.member_banned_until', { ...facts, until: time });
  return reason === '' ? words : t('groupEvent.member_banned_reason', { words, reason: label(reason, 200) });
}

type Facts = Readonly<Record<'actor' | 'target', string>>;

const plain = [
  'upsert',
  'member_added',
  'join_approved',
  'member_removed',
  'owner_transferred',
  'member_unbanned',
  'announcement_updated',
  'rules_updated',
  'join_requirements_updated',
  'join_rejected',
  'invite_code_created',
  'invite_code_revoked',
  'suspended',
  'resumed',
  'dissolved',
  'resource_put',
  'resource_updated',
  'resource_deleted',
  'resource_direct_added',
  'resource_request_created',
  'resource_request_approved',
  'resource_request_rejected',
] as const;
/** What somebody does themselves: they are the subject, whoever is named as what. */
const bySelf = ['joined', 'invite_code_used', 'member_left', 'join_requested'] as const;

/** What nobody signs: requests of these kinds carry no signature in any generation (`protocol/05 §9.1`). */
const neverSigned: ReadonlySet<string> = new Set(['upsert', 'invite_code_created', 'invite_code_revoked']);

/** Whether an event deserves doubt: its signature is wrong, could not be checked, or is missing where one is due. */
export function isDoubtful({ action, signature }: GroupEventContent): boolean {
  return signature === 'unsigned' ? !neverSigned.has(action) : signature !== 'verified';
}

/** One line about an event, in the user's language. An action of a later version is told by its name. */
export function eventWords(t: TFunction, line: EventLine, names: EventNames): string {
  const { content, targets } = line;
  const { account, language, nameOf } = names;
  const { action } = content;
  const subject = (aid: string | null): string =>
    aid === null ? t('groups.somebody') : aid === account ? t('groups.youSubject') : nameOf(aid);
  const object = (aid: string): string => (aid === account ? t('groups.youObject') : nameOf(aid));
  const self = bySelf.find((known) => known === action);
  if (self !== undefined)
    return t(`groupEvent.${self}`, {
      target: targets.length === 0 ? subject(null) : namesTogether(t, language, targets.map(subject)),
    });
  const facts: Facts = {
    actor: subject(content.actor),
    target: targets.length === 0 ? t('groups.somebody') : namesTogether(t, language, targets.map(object)),
  };
  if (action === 'update') return updateWords(t, content, facts.actor);
  if (action === 'member_banned') return mutedWords(t, content, facts, language);
  if (action === 'role_changed') {
    const { role } = content.values;
    return t(
      role === 'admin' || role === 'member' ? `groupEvent.role_${role}` : 'groupEvent.role_changed',
      facts,
    );
  }
  const known = plain.find((each) => each === action);
  return known === undefined
    ? t('groupEvent.unknown', { actor: facts.actor, action: label(action, 60) })
    : t(`groupEvent.${known}`, facts);
}
