import { z } from 'zod';
import type { BridgeEvent } from '../../shared/bridge/contract';
import { isGroupId } from '../../shared/aun/group-id';
import { conversationSchema } from '../../shared/model/conversation';
import type { Conversation } from '../../shared/model/conversation';
import { groupSchema } from '../../shared/model/group';
import { messageSchema } from '../../shared/model/message';
import type { Message } from '../../shared/model/message';
import type { Persona } from './personas';
import { performStep } from './perform';
import type { AgentTools, Hands } from './hands';

/** Answers messages as the personas do. */
export interface Responder {
  readonly hear: (event: BridgeEvent) => void;
  /** Answers what arrived while the agents were away. */
  catchUp(accounts: readonly string[]): Promise<void>;
  stop(): void;
}

const conversationsSchema = z.object({ conversations: z.array(conversationSchema) });
const pageSchema = z.object({ messages: z.array(messageSchema) });
/** Messages that were answered in this run and are kept in mind. */
const MAX_ANSWERED = 5_000;

/**
 * Makes the responder. Each message is answered once: in this run because it is remembered, over restarts because the request
 * ids of an answer derive from the message it answers, so that the outbox refuses a second one. Agents never answer agents, or
 * two echoes would talk forever; in groups they answer who means them.
 */
export function createResponder(deps: AgentTools, personas: readonly Persona[]): Responder {
  const { invoke, runtime } = deps;
  let stopped = false;
  const agentNames = personas.map((persona) => persona.name);
  const tails = new Map<string, Promise<void>>();
  const answered = new Set<string>();

  function stepsFor(persona: Persona, account: string, message: Message) {
    const { content } = message;
    const issuer = account.slice(account.indexOf('.') + 1);
    const thread = `task-${message.messageId.slice(0, 64)}`;
    if (content.kind === 'choice') {
      const text = persona.chosen(content.label || content.text);
      return {
        thread,
        steps: text === null ? [] : [{ kind: 'text' as const, text, markdown: false, pauseMs: 0 }],
      };
    }
    if (content.kind !== 'text') return { thread, steps: [] };
    const steps = persona.answer({
      text: content.text,
      markdown: content.format === 'markdown',
      aid: account,
      peer: message.sender,
      messageId: message.messageId,
      thread,
      issuer,
      now: runtime.clock.now(),
    });
    return { thread, steps };
  }

  async function answer(account: string, message: Message): Promise<void> {
    const persona = personas.find((candidate) => account.startsWith(`${candidate.name}.`));
    const sender = message.sender.slice(0, message.sender.indexOf('.'));
    if (persona === undefined || agentNames.includes(sender) || message.own) return;
    const key = `${account}:${message.id}`;
    const { thread, steps } = stepsFor(persona, account, message);
    if (answered.has(key) || steps.length === 0) return;
    const group = isGroupId(message.conversation);
    if (group && !(await isForUs(account, message))) return;
    answered.add(key);
    for (const old of answered) if (answered.size > MAX_ANSWERED) answered.delete(old);
    const { conversation } = message;
    // Whoever writes to an agent wants to be heard.
    if (!group) await invoke('conversation.accept', { account, conversation });
    const replyTo = group ? message.id : null;
    const hands: Hands = { ...deps, account, conversation, thread, replyTo, isStopped: () => stopped };
    for (const [index, step] of steps.entries()) {
      // Thoughts are for one reader.
      if (group && step.kind === 'thought') continue;
      if (step.pauseMs > 0)
        await new Promise<void>((resolve) => runtime.scheduler.after(step.pauseMs, resolve));
      if (stopped) return;
      await performStep(hands, step, `answer:${message.id}:${index}`);
    }
    await invoke('conversation.markRead', { account, conversation, upTo: message.id });
  }

  /**
   * Whether an agent is meant in a group (`protocol/05 §5.4`): by name, or because everybody hears and nobody else is on duty.
   */
  async function isForUs(account: string, message: Message): Promise<boolean> {
    if (message.mentionsMe) return true;
    const asked = await invoke('group.get', { account, group: message.conversation });
    const { dispatchMode, duty } = groupSchema.parse(asked);
    return dispatchMode === 'broadcast' && (duty.length === 0 || duty.includes(account));
  }

  /** An agent that is added to a group stays. */
  function settleIn(account: string, conversations: readonly Conversation[]): void {
    for (const { conversation, kind, standing } of conversations) {
      if (kind !== 'group' || standing !== 'pending' || stopped) continue;
      invoke('conversation.accept', { account, conversation }).catch((error: unknown) =>
        runtime.logger.log('warn', 'agent.accept_failed', { error }),
      );
    }
  }

  function enqueue(account: string, message: Message): void {
    const key = `${account}:${message.conversation}`;
    const next = (tails.get(key) ?? Promise.resolve())
      .then(() => (stopped ? undefined : answer(account, message)))
      .catch((error: unknown) => runtime.logger.log('warn', 'agent.answer_failed', { error }));
    tails.set(key, next);
  }

  async function waiting(account: string): Promise<string[]> {
    const found: string[] = [];
    for (const view of ['inbox', 'requests'] as const) {
      const { conversations } = conversationsSchema.parse(
        await invoke('conversation.list', { account, view }),
      );
      found.push(...conversations.filter(({ unread }) => unread > 0).map(({ conversation }) => conversation));
    }
    return found;
  }

  return {
    hear(event) {
      if (event.event === 'conversation.changed') settleIn(event.data.account, event.data.conversations);
      if (event.event !== 'message.changed') return;
      for (const message of event.data.messages) enqueue(event.data.account, message);
    },
    async catchUp(accounts) {
      for (const account of accounts) {
        for (const conversation of await waiting(account)) {
          const get = await invoke('conversation.get', { account, conversation });
          const { readUpTo } = conversationSchema.parse(get);
          const page = await invoke('message.page', { account, conversation, limit: 50 });
          for (const message of pageSchema.parse(page).messages)
            if (message.id > readUpTo) enqueue(account, message);
        }
      }
    },
    stop() {
      stopped = true;
    },
  };
}
