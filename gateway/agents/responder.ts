import { z } from 'zod';
import type { Runtime } from '../../main/runtime/runtime';
import type { BridgeEvent } from '../../shared/bridge/contract';
import { conversationSchema } from '../../shared/model/conversation';
import { messageSchema } from '../../shared/model/message';
import type { Message } from '../../shared/model/message';
import type { Persona } from './personas';

/** Answers messages as the personas do. */
export interface Responder {
  readonly hear: (event: BridgeEvent) => void;
  /** Answers what arrived while the agents were away. */
  catchUp(accounts: readonly string[]): Promise<void>;
  stop(): void;
}

const conversationsSchema = z.object({ conversations: z.array(conversationSchema) });
const pageSchema = z.object({ messages: z.array(messageSchema) });

/**
 * Makes the responder. Each message is answered once: the request id of an answer derives from the message it answers,
 * so that the outbox refuses a second one, whatever is heard twice. Agents never answer agents, or two echoes would
 * talk forever.
 */
export function createResponder(
  invoke: (command: string, params: unknown) => Promise<unknown>,
  runtime: Runtime,
  personas: readonly Persona[],
): Responder {
  let stopped = false;
  const agentNames = personas.map((persona) => persona.name);
  const tails = new Map<string, Promise<void>>();

  async function answer(account: string, message: Message): Promise<void> {
    const persona = personas.find((candidate) => account.startsWith(`${candidate.name}.`));
    const sender = message.sender.slice(0, message.sender.indexOf('.'));
    if (persona === undefined || agentNames.includes(sender)) return;
    if (message.own || message.content.kind !== 'text') return;
    for (const [index, part] of persona.answer(message.content.text).entries()) {
      await new Promise<void>((resolve) => runtime.scheduler.after(part.pauseMs, resolve));
      if (stopped) return;
      await invoke('message.send', {
        account,
        conversation: message.conversation,
        text: part.text,
        requestId: `answer:${message.id}:${index}`,
      });
    }
    await invoke('conversation.markRead', { account, conversation: message.conversation, upTo: message.id });
  }

  function enqueue(account: string, message: Message): void {
    const key = `${account}:${message.conversation}`;
    const next = (tails.get(key) ?? Promise.resolve())
      .then(() => answer(account, message))
      .catch((error: unknown) => runtime.logger.log('warn', 'agent.answer_failed', { error }));
    tails.set(key, next);
  }

  return {
    hear(event) {
      if (event.event !== 'message.changed') return;
      for (const message of event.data.messages) enqueue(event.data.account, message);
    },
    async catchUp(accounts) {
      for (const account of accounts) {
        const { conversations } = conversationsSchema.parse(await invoke('conversation.list', { account }));
        for (const conversation of conversations.filter((candidate) => candidate.unread > 0)) {
          const page = pageSchema.parse(
            await invoke('message.page', { account, conversation: conversation.conversation, limit: 50 }),
          );
          for (const message of page.messages) {
            if (message.id > conversation.readUpTo) enqueue(account, message);
          }
        }
      }
    },
    stop() {
      stopped = true;
    },
  };
}
