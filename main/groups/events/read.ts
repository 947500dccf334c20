import { z } from 'zod';
import { parsePeerAid } from '../../../shared/aun/aid';
import type { GroupAction } from '../../../shared/model/group';
import { groupActions } from '../../../shared/model/group';
import { isJsonObject } from '../../runtime/json-text';
import { cleanLine, cleanText, cutText } from '../../../shared/aun/agent-md-text';
import type { Numbered } from '../sync/sequence';
import { GroupLimits, wireAids, wireCount, wireTime } from '../wire';

/** An event of a group (`protocol/05 §7.2`), read tolerantly; every text is bounded. */
export interface GroupEvent extends Numbered {
  /** False: it came without a number, as copies to people who are out do (`protocol/05 §7.3`). */
  readonly numbered: boolean;
  /** The group as the event names it. */
  readonly groupId: string;
  /** One of {@link groupActions}, or the raw name of a later version. */
  readonly action: string;
  readonly known: GroupAction | null;
  /** An entry of the log that stands for a message: counted, never shown (`protocol/05 §8.3`). */
  readonly isMessage: boolean;
  readonly actor: string | null;
  readonly target: string | null;
  /** Everybody the event is about. */
  readonly affected: readonly string[];
  readonly oldEpoch: number | null;
  /** Unix ms, or null when it does not say. */
  readonly at: number | null;
  readonly values: Readonly<Record<string, string>>;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Longest text of the log. */
const MAX_TEXT = 4000;
const KNOWN: ReadonlySet<string> = new Set(groupActions);

const fields = z.object({
  group_id: z.string().min(1).max(512),
  action: z.string().max(64).catch(''),
  event_type: z.string().max(80).catch(''),
});
const isKnown = (action: string): action is GroupAction => KNOWN.has(action);

/** Reads an event, pushed or pulled; null for what names no group and no action. */
export function readEvent(value: unknown, group: string | null = null): GroupEvent | null {
  if (!isJsonObject(value)) return null;
  const parsed = fields.safeParse({ ...(group === null ? {} : { group_id: group }), ...value });
  if (!parsed.success) return null;
  const { group_id: groupId, event_type: type } = parsed.data;
  const action = parsed.data.action === '' ? type.replace(/^group\./, '') : parsed.data.action;
  if (action === '') return null;
  const seq = wireCount(value['event_seq']) ?? wireCount(value['seq']) ?? 0;
  const isMessage = type === 'group.message_created' || action === 'message_created';
  const cleaned = isKnown(action) ? action : cutText(cleanLine(action), 64);
  const actor = aidOf(value['actor_aid']);
  const affected = affectedOf(value, cleaned);
  return {
    seq,
    numbered: seq > 0,
    empty: false,
    groupId,
    action: cleaned,
    known: isKnown(action) ? action : null,
    isMessage,
    actor,
    target: affected[0] ?? null,
    affected,
    oldEpoch: wireCount(value['old_epoch']),
    at: wireTime(value['created_at']),
    values: valuesOf(value, cleaned),
    raw: value,
  };
}

const aidOf = (value: unknown): string | null => (typeof value === 'string' ? parsePeerAid(value) : null);
const part = (value: unknown): Readonly<Record<string, unknown>> => (isJsonObject(value) ? value : {});

/** Whom an event is about (`protocol/05 §7.2`): gateways name them in several places. */
function affectedOf(event: Readonly<Record<string, unknown>>, action: string): string[] {
  if (action === 'owner_transferred') return wireAids([event['new_owner'], event['new_owner_aid']]);
  const member = part(event['member']);
  const named = [
    ...['member_aid', 'subject', 'removed_aid', 'left_aid', 'joined_aid', 'target_aid', 'new_member_aid'].map(
      (name) => event[name],
    ),
    member['aid'],
    part(event['request'])['aid'],
    action === 'invite_code_used' ? part(event['invite_code'])['used_by'] : undefined,
    event['aid'],
    event['applicant_aid'],
    event['used_by'],
    ...(Array.isArray(event['results']) ? event['results'].map((item: unknown) => part(item)['aid']) : []),
  ];
  const found = wireAids(named.filter((name) => typeof name === 'string'));
  if (found.length > 0) return found;
  // Whoever joins or leaves by themselves may be named only as the one who did it.
  const self = ['joined', 'invite_code_used', 'member_left'].includes(action)
    ? aidOf(event['actor_aid'])
    : null;
  return self === null ? [] : [self];
}

/** Facts of an event for the log (`protocol/05 §7.3`), as bounded texts. */
function valuesOf(event: Readonly<Record<string, unknown>>, action: string): Record<string, string> {
  const member = part(event['member']);
  const request = part(event['request']);
  const invite = part(event['invite_code']);
  const group = part(event['group']);
  const changes: unknown = event['changes'];
  const keys = Array.isArray(changes) ? changes.filter((key) => typeof key === 'string') : [];
  const values: Record<string, string | null> = {
    role: line(event['new_role'] ?? member['role'], 16),
    old_role: line(event['old_role'], 16),
    reason: line(
      event['reason'] ?? event['rejection_reason'] ?? request['rejection_reason'],
      GroupLimits.reason,
    ),
    keys: keys.length === 0 ? null : line(keys.slice(0, 20).join(', '), 255),
    code: line(invite['code'] ?? event['code'], GroupLimits.code),
    path: line(event['resource_path'], 255),
    until: null,
    text: null,
  };
  if (action === 'member_banned') {
    const until = wireTime(event['expires_at'] ?? part(event['ban'])['expires_at']);
    values['until'] = until === null ? null : String(until);
    values['reason'] ??= line(part(event['ban'])['reason'], GroupLimits.reason);
  }
  if (action === 'announcement_updated') values['text'] = text(part(event['announcement'])['content']);
  if (action === 'rules_updated') values['text'] = text(part(event['rules'])['content']);
  if (action === 'join_requirements_updated')
    values['text'] = line(part(event['join_requirements'])['mode'], 32);
  if ((action === 'update' && keys.includes('name')) || action === 'upsert')
    values['text'] = line(group['name'], GroupLimits.name);
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== ''),
  );
}

function line(value: unknown, length: number): string | null {
  return typeof value === 'string' ? cutText(cleanLine(value.slice(0, length * 4)), length) : null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? cutText(cleanText(value.slice(0, MAX_TEXT * 4)), MAX_TEXT) : null;
}
