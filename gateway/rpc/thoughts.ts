import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { invalidParams, permissionDenied, sendFailed } from '../errors';
import type { Thought } from '../messages/thoughts';
import { THOUGHT_HEAD_BYTES } from '../messages/thoughts';
import { randomId } from '../runtime';
import { jsonObject } from '../wire/frames';
import { crossDomain, requireRecipient } from './addresses';
import type { SessionCall } from './method';
import { parseParams } from './method';

const putSchema = z.object({
  to: z.string(),
  context: jsonObject,
  payload: jsonObject,
  thought_id: z.string().max(256).optional(),
  encrypted: z.boolean().optional(),
  type: z.string().optional(),
});
const getSchema = z.object({
  sender_aid: z.string(),
  context: jsonObject,
  peer_aid: z.string().optional(),
  to: z.string().optional(),
});

/** Heads kept for one conversation and author, by generation (`protocol/04 §3.6`). */
const HEADS_V1 = 5;
const HEADS_V2 = 100;

/** How many heads a session may have. */
export function thoughtHeads({ gateway, session }: SessionCall): number {
  return gateway.config.thoughtHeads ?? (session.generation === 'v1' ? HEADS_V1 : HEADS_V2);
}

/** Key of a head. @throws RpcError −32602 for a context without a type or an id. */
export function contextKey(context: JsonObject): string {
  const { type, id } = context;
  if (typeof type !== 'string' || type === '' || typeof id !== 'string' || id === '') {
    throw invalidParams('context.type and context.id are required');
  }
  return JSON.stringify([type, id]);
}

function conversationKey(sender: string, peer: string): string {
  return `${sender}|${peer}`;
}

/** `message.thought.put` (`protocol/04 §3.6`). */
export function putThought(call: SessionCall): unknown {
  const { gateway, session } = call;
  const input = parseParams(putSchema, call.params);
  requireRecipient(gateway, input.to);
  const key = contextKey(input.context);
  const bytes = Buffer.byteLength(JSON.stringify(input.payload), 'utf8');
  if (bytes > THOUGHT_HEAD_BYTES) throw sendFailed('payload too large');
  const thoughtId =
    input.thought_id === undefined || input.thought_id === '' ? `mt-${randomId()}` : input.thought_id;
  const head = gateway.thoughts.put(
    conversationKey(session.aid, input.to),
    key,
    {
      id: thoughtId,
      context: input.context,
      payload: input.payload,
      encrypted: input.encrypted ?? false,
      type: input.type ?? null,
      bytes,
    },
    thoughtHeads(call),
  );
  return {
    sender_aid: session.aid,
    peer_aid: input.to,
    to: input.to,
    context: input.context,
    thought_id: thoughtId,
    stored_count: head.items.length,
    updated_at: head.updatedAt,
    ...crossDomain(session.issuer, input.to),
  };
}

/** `message.thought.get`: only the two parties may read. */
export function getThoughts(call: SessionCall): unknown {
  const { gateway, session } = call;
  const input = parseParams(getSchema, call.params);
  const named = input.peer_aid || input.to || '';
  if (named === '' && input.sender_aid === session.aid) throw invalidParams('peer_aid is required');
  const peer = named === '' ? session.aid : named;
  if (session.aid !== input.sender_aid && session.aid !== peer) throw permissionDenied('not a party');
  const head = gateway.thoughts.get(conversationKey(input.sender_aid, peer), contextKey(input.context));
  const base = { sender_aid: input.sender_aid, peer_aid: peer };
  if (head === null || head.items.length === 0) {
    return { found: false, ...base, context: input.context, thoughts: [], updated_at: 0 };
  }
  return {
    found: true,
    ...base,
    context: head.context,
    thoughts: head.items.map((thought) => render(thought, input.sender_aid, peer)),
    updated_at: head.updatedAt,
  };
}

function render(thought: Thought, from: string, to: string) {
  return {
    thought_id: thought.id,
    message_id: thought.id,
    from,
    to,
    context: thought.context,
    payload: thought.payload,
    ...(thought.type === null ? {} : { type: thought.type }),
    ...(thought.encrypted ? { encrypted: true } : {}),
    created_at: thought.createdAt,
  };
}
