import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../main/runtime/logger';
import { systemRandom } from '../../main/runtime/runtime';
import { FakeTime } from '../../main/runtime/testing/fake-time';
import type { BridgeEvent } from '../../shared/bridge/contract';
import type { Conversation } from '../../shared/model/conversation';
import type { Message, MessageContent } from '../../shared/model/message';
import { sampleConversation, sampleMessage } from '../../shared/model/testing/samples';
import { personas } from './personas';
import { createResponder } from './responder';

const ME = 'me01.aun.test';
const ECHO = 'echo.aun.test';
const GUIDE = 'parley-guide.aun.test';
const WRITER = 'slow-writer.aun.test';

function message(id: number, content: MessageContent, overrides: Partial<Message> = {}): Message {
  return sampleMessage({ id, conversation: ME, sender: ME, content, ...overrides });
}

const text = (words: string): MessageContent => ({
  kind: 'text',
  text: words,
  format: 'plain',
  mentions: [],
});

function conversation(overrides: Partial<Conversation>): Conversation {
  return sampleConversation({ conversation: ME, unread: 1, ...overrides });
}

function setUp(refused: readonly string[] = []) {
  const time = new FakeTime();
  const done: { command: string; params: Record<string, unknown> }[] = [];
  let pages: Message[] = [];
  const responder = createResponder(
    {
      invoke: async (command, params) => {
        const given = params as Record<string, unknown>;
        done.push({ command, params: given });
        if (refused.includes(command)) throw new Error(`${command} refused`);
        if (command === 'conversation.list')
          return {
            conversations: given['view'] === 'requests' ? [conversation({ standing: 'pending' })] : [],
          };
        if (command === 'conversation.get') return conversation({ readUpTo: 1 });
        if (command === 'message.page') return { messages: pages };
        if (command === 'stream.begin') return { stream: 's1' };
        if (command === 'attachment.begin') return { upload: 'u1' };
        return {};
      },
      sendPayload: async (account, to, payload, requestId) => {
        done.push({ command: 'sendPayload', params: { account, to, requestId, type: payload['type'] } });
      },
      runtime: { clock: time, scheduler: time, random: systemRandom, logger: silentLogger },
    },
    personas,
  );
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 400; round += 1) {
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      time.advance(50);
    }
  };
  const hear = (account: string, ...messages: Message[]): void => {
    const event: BridgeEvent = {
      event: 'message.changed',
      data: { account, conversation: ME, messages },
    };
    responder.hear(event);
  };
  const sent = (command: string) =>
    done.filter((each) => each.command === command).map(({ params }) => params);
  return {
    done,
    sent,
    responder,
    settle,
    hear,
    keep: (messages: Message[]) => {
      pages = messages;
    },
  };
}

describe('a demo agent', () => {
  it('answers each message once, however often it is heard of, and lets the stranger in', async () => {
    const { hear, settle, sent, done } = setUp();
    hear(ECHO, message(1, text('hi')));
    hear(
      ECHO,
      message(1, text('hi')),
      message(2, { kind: 'recalled' }),
      message(3, text('x'), { own: true }),
    );
    await settle();
    hear(ECHO, message(1, text('hi')));
    await settle();
    expect(done.map(({ command }) => command)).toEqual([
      'conversation.accept',
      'message.send',
      'conversation.markRead',
    ]);
    expect(sent('message.send')[0]).toMatchObject({ account: ECHO, text: 'hi', requestId: 'answer:1:0' });
  });

  it('never answers another agent', async () => {
    const { hear, settle, done } = setUp();
    hear(ECHO, message(1, text('hi'), { sender: GUIDE }));
    await settle();
    expect(done).toEqual([]);
  });

  it('streams what it writes, piece by piece, after its thoughts', async () => {
    const { hear, settle, sent } = setUp();
    hear(WRITER, message(1, text('hello')));
    await settle();
    expect(sent('message.think')).toHaveLength(3);
    expect(sent('message.think')[0]).toMatchObject({ thread: 'task-m-1', stage: 'thinking' });
    expect(sent('stream.begin')[0]).toMatchObject({ thread: 'task-m-1', requestId: 'answer:1:6:stream' });
    const written = sent('stream.append').map((params) => params['text']);
    expect(written.length).toBeGreaterThan(20);
    expect(written.join('')).toContain('You wrote 5 characters.');
    expect(sent('stream.finish')).toEqual([{ account: WRITER, stream: 's1', requestId: 'answer:1:6' }]);
    expect(sent('sendPayload').map((params) => params['type'])).toEqual([
      'status',
      'tool_call',
      'tool_result',
      'status',
    ]);
  });

  it('writes one message where nothing can be streamed, and goes on without thoughts', async () => {
    const { hear, settle, sent } = setUp(['stream.begin', 'message.think']);
    hear(WRITER, message(1, text('hello')));
    await settle();
    expect(sent('message.send')).toHaveLength(1);
    expect(sent('message.send')[0]).toMatchObject({ requestId: 'answer:1:6' });
    expect(sent('sendPayload').at(-1)).toMatchObject({ type: 'status' });
  });

  it('says what was chosen on its card', async () => {
    const { hear, settle, sent } = setUp();
    const choice: MessageContent = { kind: 'choice', card: 'c', label: 'Book', text: 'book', typed: false };
    hear(GUIDE, message(1, choice));
    hear(ECHO, message(2, choice));
    await settle();
    expect(sent('message.send').map((params) => params['text'])).toEqual(['You chose “Book”.']);
  });

  it('answers what came while it was away, also from strangers', async () => {
    const { responder, settle, sent, keep } = setUp();
    keep([message(1, text('answered before')), message(2, text('new'))]);
    await responder.catchUp([ECHO]);
    await settle();
    expect(sent('message.send').map((params) => params['text'])).toEqual(['new']);
  });

  it('does nothing more once it is told to stop', async () => {
    const { responder, hear, settle, done } = setUp();
    responder.stop();
    hear(ECHO, message(1, text('hi')));
    await settle();
    expect(done).toEqual([]);
  });
});
