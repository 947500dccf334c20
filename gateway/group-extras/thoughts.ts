import { z } from 'zod';
import { invalidParams, sendFailed } from '../errors';
import { isGroupEnvelope } from '../group-keys/envelope-facts';
import { namedGroup } from '../groups/calls';
import { THOUGHT_HEAD_BYTES } from '../messages/thoughts';
import type { Thought } from '../messages/thoughts';
import type { SessionCall } from '../rpc/method';
import { parseParams, withoutNulls } from '../rpc/method';
import { contextKey, thoughtHeads } from '../rpc/thoughts';
import { randomId } from '../runtime';
import type { MemberRow } from '../store/group-members';
import { jsonObject } from '../wire/frames';
import { readableGroup, writableGroup } from './resources';

const putSchema = z.object({
  context: jsonObject,
  payload: jsonObject,
  thought_id: z.string().max(256).optional(),
  encrypted: z.boolean().optional(),
  type: z.string().optional(),
});
const getSchema = z.object({ sender_aid: z.string(), context: jsonObject });

/** Thoughts belong to a membership: who leaves and comes back begins without any (`protocol/05 §6.5`). */
function boardKey(member: MemberRow): string {
  return `group|${member.group}|${member.aid}|${member.joinedAt}`;
}

/** `group.thought.put`: kept in memory only, without a number, pushed to nobody. */
export function putThought(call: SessionCall): unknown {
  const { gateway, session } = call;
  const { groups, thoughts } = gateway;
  const input = parseParams(putSchema, withoutNulls(call.params));
  const group = writableGroup(call, namedGroup(call));
  const member = groups.requireMember(group, session.aid);
  const key = contextKey(input.context);
  const bytes = Buffer.byteLength(JSON.stringify(input.payload), 'utf8');
  if (bytes > THOUGHT_HEAD_BYTES) throw sendFailed('payload too large');
  const sealed = isGroupEnvelope(input.payload);
  if (input.encrypted === true && !sealed) {
    throw invalidParams('invalid params: payload is not a group envelope');
  }
  if (sealed) gateway.groupKeys.checkSend(group, session.aid, input.payload);
  const thoughtId =
    input.thought_id === undefined || input.thought_id === '' ? `gt-${randomId()}` : input.thought_id;
  const head = thoughts.put(
    boardKey(member),
    key,
    {
      id: thoughtId,
      context: input.context,
      payload: input.payload,
      encrypted: sealed,
      type: input.type ?? null,
      bytes,
    },
    thoughtHeads(call),
  );
  return {
    ...groups.idsFor(group, session),
    sender_aid: session.aid,
    context: input.context,
    thought_id: thoughtId,
    stored_count: head.items.length,
    updated_at: head.updatedAt,
  };
}

/** `group.thought.get`: any member reads any member's. */
export function getThoughts(call: SessionCall): unknown {
  const { gateway, session } = call;
  const { groups, thoughts } = gateway;
  const input = parseParams(getSchema, withoutNulls(call.params));
  const group = readableGroup(call, namedGroup(call));
  const author = groups.member(group, input.sender_aid);
  const key = contextKey(input.context);
  const head = author === null ? null : thoughts.get(boardKey(author), key);
  const base = { ...groups.idsFor(group, session), sender_aid: input.sender_aid };
  if (head === null || head.items.length === 0) {
    return { found: false, ...base, context: input.context, thoughts: [], updated_at: 0 };
  }
  return {
    found: true,
    ...base,
    context: head.context,
    thoughts: head.items.map((thought) => render(thought, input.sender_aid)),
    updated_at: head.updatedAt,
  };
}

/** An item with its context exactly as it came, which is part of what is sealed (`protocol/02 §6`). */
function render(thought: Thought, from: string): Record<string, unknown> {
  return {
    thought_id: thought.id,
    message_id: thought.id,
    from,
    context: thought.context,
    payload: thought.payload,
    ...(thought.type === null ? {} : { type: thought.type }),
    ...(thought.encrypted ? { encrypted: true } : {}),
    created_at: thought.createdAt,
  };
}
