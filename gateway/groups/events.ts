import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { MemberRole } from '../store/group-members';
import type { GroupRow } from '../store/groups';
import { jsonObject } from '../wire/frames';
import type { IdForm } from './ids';
import { groupIds } from './ids';

/** An entry of a group's log as its author writes it: without ids and numbers, with everything that some may not see. */
export interface GroupEvent {
  readonly action: string;
  readonly actor: string;
  /** Signature of the request with its `_method`, when the request was signed. */
  readonly signature?: JsonObject | null;
  /** Further members; objects in it that belong to the group get its id when they are sent. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** People who are no members (any more) and get a copy without numbers. */
  readonly copies?: readonly string[];
  /** A session that is not told: the one that left. */
  readonly except?: string;
  /** The group is over: nobody gets numbers. */
  readonly last?: boolean;
}

/** Who looks at an event. */
export interface Viewer {
  readonly aid: string;
  /** Null for somebody who is no member. */
  readonly role: MemberRole | null;
}

const stored = z.looseObject({ action: z.string(), event_seq: z.number() });

/** Members of an event that are objects of the group and carry its id. */
const NESTED: readonly string[] = [
  'group',
  'member',
  'request',
  'invite_code',
  'announcement',
  'rules',
  'join_requirements',
];

/** Text of the log row: the flattened object of `protocol/05 §7.2` without the id of the group. */
export function eventBody(event: GroupEvent, eventSeq: number, now: number): string {
  return JSON.stringify({
    module_id: 'group',
    event_type: `group.${event.action}`,
    action: event.action,
    event_seq: eventSeq,
    actor_aid: event.actor,
    ...event.fields,
    created_at: now,
    ...(event.signature === undefined || event.signature === null
      ? {}
      : { client_signature: event.signature }),
  });
}

/** How much of an event somebody may see. */
export type Sight = 'leader' | 'self' | 'plain';

/** Leaders see everything, the person an event is about some of it (`protocol/05 §7.3`). */
export function sightOf(body: JsonObject, viewer: Viewer): Sight {
  if (viewer.role === 'owner' || viewer.role === 'admin') return 'leader';
  const about = [
    body['subject'],
    body['member_aid'],
    jsonObject.safeParse(body['invite_code']).data?.['created_by'],
  ];
  return about.includes(viewer.aid) ? 'self' : 'plain';
}

function without(object: unknown, ...keys: readonly string[]): unknown {
  const parsed = jsonObject.safeParse(object);
  if (!parsed.success) return object;
  return Object.fromEntries(Object.entries(parsed.data).filter(([key]) => !keys.includes(key)));
}

/** Leaves out what a viewer may not see; number and action are the same for everybody. */
function redact(body: JsonObject, sight: Sight): JsonObject {
  if (sight === 'leader') return body;
  const own = sight === 'self';
  switch (body['action']) {
    case 'member_banned':
      return own ? body : jsonObject.parse(without(body, 'reason'));
    case 'join_requirements_updated':
      return {
        ...body,
        join_requirements: jsonObject.parse(
          without(body['join_requirements'] ?? {}, 'auto_approve_patterns'),
        ),
      };
    case 'join_requested':
      return own
        ? body
        : { ...body, request: jsonObject.parse(without(body['request'] ?? {}, 'message', 'answer')) };
    case 'join_rejected':
      return own ? body : jsonObject.parse(without(body, 'rejection_reason'));
    case 'invite_code_created':
    case 'invite_code_revoked':
      return own
        ? body
        : { ...body, invite_code: jsonObject.parse(without(body['invite_code'] ?? {}, 'code')) };
    case 'invite_code_used':
      return { ...body, invite_code: jsonObject.parse(without(body['invite_code'] ?? {}, 'code')) };
    default:
      return body;
  }
}

/** Reads a log row. */
export function parseEvent(body: string): JsonObject {
  return jsonObject.parse(stored.parse(JSON.parse(body)));
}

/** An event as one viewer gets it. `numbered: false` is the copy for people who are out (`protocol/05 §7.3`). */
export function renderEvent(
  body: JsonObject,
  group: GroupRow,
  form: IdForm,
  sight: Sight,
  numbered = true,
): JsonObject {
  const ids = groupIds(group, form);
  const seen = redact(body, sight);
  const entries = Object.entries(seen)
    .filter(([key]) => numbered || (key !== 'event_seq' && key !== 'old_epoch'))
    .map(([key, value]): [string, unknown] => {
      const nested = NESTED.includes(key) ? jsonObject.safeParse(value) : null;
      return [key, nested?.success === true ? { ...ids, ...nested.data } : value];
    });
  return jsonObject.parse({ ...Object.fromEntries(entries), ...ids });
}
