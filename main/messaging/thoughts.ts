import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { Message } from '../../shared/model/message';
import type { E2eeEngine, OpenResult } from '../ports/e2ee';
import type { RpcCaller } from '../ports/session';
import type { Runtime } from '../runtime/runtime';

/** The type of context under which thoughts about a thread are kept (`protocol/04 §3.6`). */
export const THOUGHT_CONTEXT = 'run';
/** Most thoughts of one thread, and most characters of one. */
const MAX_THOUGHTS = 200;
const MAX_TEXT = 32_768;
const MAX_STAGE = 32;

/** What somebody was thinking, as the window shows it. */
export interface Thought {
  readonly id: string;
  readonly text: string;
  readonly format: 'plain' | 'markdown';
  readonly stage: string;
  /** Unix ms, as the gateway says. */
  readonly at: number;
}

/** What thoughts need of their account. */
export interface ThoughtsDependencies {
  readonly aid: string;
  readonly rpc: RpcCaller;
  readonly e2ee: Pick<E2eeEngine, 'open' | 'sealThought'>;
  readonly runtime: Runtime;
  /** Our clock corrected by the gateway's, Unix ms. */
  readonly now: () => number;
}

/** Reads and publishes thoughts; keeps none. */
export interface Thoughts {
  /** What the sender of a message was thinking in its thread; what cannot be opened is left out. @throws gateway errors */
  get(message: Pick<Message, 'sender' | 'conversation' | 'thread'>): Promise<Thought[]>;
  /** @throws AunError as `E2eeEngine.seal`, gateway errors */
  put(thought: {
    readonly conversation: string;
    readonly thread: string;
    readonly text: string;
    readonly stage: string;
  }): Promise<{ id: string }>;
}

const itemSchema = z.looseObject({
  thought_id: z.string().min(1).max(256),
  from: z.string().max(512).optional(),
  to: z.string().max(512).optional(),
  context: z.unknown().optional(),
  // An envelope without a bound context is a message, not a thought: a gateway must not be able to dress one up as the other.
  payload: z.looseObject({ context: z.looseObject({}) }),
  created_at: z.number().catch(0),
});
const answerSchema = z.object({
  found: z.boolean().catch(true),
  thoughts: z.array(z.unknown()).catch([]),
});
const textSchema = z.object({
  type: z.enum(['thought', 'text']),
  text: z.string().min(1),
  format: z.enum(['plain', 'markdown']).catch('plain'),
  stage: z.string().catch(''),
});

/** Makes the thoughts of one account (`protocol/04 §3.6`, `protocol/02 §6`). */
export function createThoughts(deps: ThoughtsDependencies): Thoughts {
  const { aid, rpc, e2ee, runtime } = deps;

  /** A row as the inbox would bring it: everything the envelope is bound to comes from the question, not from the answer. */
  function rowOf(item: z.infer<typeof itemSchema>, sender: string, peer: string, contextId: string) {
    return {
      message_id: item.thought_id,
      from: sender,
      to: peer,
      type: 'e2ee.encrypted',
      encrypted: true,
      context: contextOf(item.context, contextId),
      payload: item.payload,
    };
  }

  function toThought(item: z.infer<typeof itemSchema>, opened: OpenResult | undefined): Thought | null {
    if (opened?.ok !== true) return null;
    const payload = textSchema.safeParse(opened.payload);
    if (!payload.success) return null;
    const { text, format, stage } = payload.data;
    return {
      id: item.thought_id,
      text: text.slice(0, MAX_TEXT),
      format,
      stage: stage.slice(0, MAX_STAGE),
      at: Number.isFinite(item.created_at) ? item.created_at : 0,
    };
  }

  return {
    async get({ sender, conversation, thread }) {
      if (thread === null || thread === '') return [];
      const peer = sender === aid ? conversation : aid;
      const answer = answerSchema.parse(
        await rpc.call('message.thought.get', {
          sender_aid: sender,
          peer_aid: peer,
          context: { type: THOUGHT_CONTEXT, id: thread },
        }),
      );
      if (!answer.found) return [];
      const items = answer.thoughts.slice(-MAX_THOUGHTS).flatMap((raw) => {
        const item = itemSchema.safeParse(raw);
        // What its own author cannot be named for is somebody else's.
        if (!item.success || (item.data.from !== undefined && item.data.from !== sender)) return [];
        return [item.data];
      });
      const opened = await e2ee.open(items.map((item) => ({ row: rowOf(item, sender, peer, thread) })));
      const thoughts = items.map((item, index) => toThought(item, opened[index]));
      return thoughts.filter((thought) => thought !== null);
    },
    async put({ conversation, thread, text, stage }) {
      const id = `mt-${runtime.random.uuid()}`;
      const payload: JsonObject = { type: 'thought', text, format: 'markdown', stage };
      const context = { type: THOUGHT_CONTEXT, id: thread };
      const timestamp = deps.now();
      const sealed = await e2ee.sealThought({ to: conversation, thoughtId: id, timestamp, context, payload });
      await rpc.call('message.thought.put', sealed.params);
      return { id };
    },
  };
}

/** The context the gateway returns is bound to the envelope; it also has to be the one that was asked for. */
function contextOf(context: unknown, id: string): unknown {
  const asked = z.looseObject({ type: z.literal(THOUGHT_CONTEXT), id: z.literal(id) }).safeParse(context);
  return asked.success ? context : { type: THOUGHT_CONTEXT, id };
}
