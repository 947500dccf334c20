import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { Message } from '../../shared/model/message';
import type { SocketRequest, TransferSocket, TransferSockets } from '../ports/transfers';
import { AunError } from '../runtime/errors';
import { silentLogger } from '../runtime/logger';
import { systemRandom } from '../runtime/runtime';
import { FakeTime } from '../runtime/testing/fake-time';
import { settle } from './testing/fake-server';
import { createStreamWriter, MAX_WRITTEN_BYTES } from './writer';

const BOT = 'bot.aun.test';
const ME = 'me.aun.test';

/** A stream server that takes frames as the protocol says. */
class FakePush implements TransferSockets {
  readonly requests: SocketRequest[] = [];
  readonly frames: { seq: number; data: string }[] = [];
  /** Numbers of the frames as they were sent, repeats too. */
  readonly sent: number[] = [];
  seq = 0;
  /** Refuses the next connections with this status. */
  status: number | null = null;
  silent = false;
  #socket: { request: SocketRequest; open: boolean } | null = null;

  async openSocket(request: SocketRequest): Promise<TransferSocket> {
    this.requests.push(request);
    const socket = { request, open: true };
    const end = (): void => {
      if (!socket.open) return;
      socket.open = false;
      request.handlers.closed(1006);
    };
    if (this.status !== null) {
      const status = this.status;
      setImmediate(() => {
        request.handlers.failed(
          new AunError('gateway_unreachable', 'no', { retryable: true, detail: { status } }),
        );
        end();
      });
    } else {
      this.#socket = socket;
      setImmediate(() => request.handlers.opened());
    }
    return {
      send: (text) => {
        const frame = JSON.parse(text) as { cmd: string; seq: number; data: string };
        if (frame.cmd === 'data') this.sent.push(frame.seq);
        if (frame.cmd === 'data' && frame.seq > this.seq) {
          this.seq = frame.seq;
          this.frames.push({ seq: frame.seq, data: frame.data });
        }
        if (frame.cmd === 'close' && !this.silent) request.handlers.message('{"status":"closed"}');
      },
      close: end,
      terminate: end,
    };
  }

  cut(): void {
    const socket = this.#socket;
    if (socket?.open !== true) return;
    socket.open = false;
    socket.request.handlers.closed(1006);
  }

  get text(): string {
    return this.frames.map(({ data }) => data).join('');
  }
}

function setUp() {
  const time = new FakeTime();
  const push = new FakePush();
  const calls: { method: string; params: unknown }[] = [];
  const sent = new Map<string, { conversation: string; payload: JsonObject; message: Message }>();
  let streams = 0;
  let failing: AunError | null = null;
  const make = () =>
    createStreamWriter({
      aid: BOT,
      rpc: {
        call: async (method, params) => {
          calls.push({ method, params });
          if (failing !== null) throw failing;
          if (method === 'stream.get_info') return { status: 'active', seq: push.seq };
          if (method !== 'stream.create') return { success: true };
          streams += 1;
          return {
            stream_id: `s${streams}`,
            push_url: `wss://stream.aun.test:9490/push/s${streams}?token=ptoken`,
            pull_url: `https://stream.aun.test:9490/pull/s${streams}?token=rtoken`,
            push_token: 'ptoken',
            pull_token: 'rtoken',
          };
        },
      },
      sockets: push,
      runtime: { clock: time, scheduler: time, random: systemRandom, logger: silentLogger },
      store: {
        payload: async (id) =>
          JSON.stringify([...sent.values()].find(({ message }) => message.id === id)?.payload ?? null),
      },
      sendPayload: async ({ conversation, payload, requestId }) => {
        const known = sent.get(requestId);
        if (known !== undefined) return known.message;
        const id = sent.size + 1;
        const message = { id, messageId: `m-${id}`, conversation } as Message;
        sent.set(requestId, { conversation, payload, message });
        return message;
      },
    });
  const fail = (error: AunError | null): void => {
    failing = error;
  };
  return { time, push, calls, sent, make, fail, writer: make() };
}

const begin = { conversation: ME, thread: 'task-7', requestId: 'r1' };

describe('writing a stream', () => {
  it('announces it, pushes every piece in order, and ends with the whole text as a message', async () => {
    const { writer, push, sent, calls } = setUp();
    const { stream, message } = await writer.begin(begin);
    expect(sent.get('r1')?.payload).toEqual({
      type: 'json',
      kind: 'aun.stream',
      fallback_text: '(streaming reply)',
      thread_id: 'task-7',
      data: {
        stream_id: 's1',
        pull_url: 'https://stream.aun.test:9490/pull/s1',
        pull_token: 'rtoken',
        content_type: 'text/plain',
        task_id: 'task-7',
      },
    });
    await writer.append(stream, 'Hel');
    await settle();
    await writer.append(stream, '');
    await writer.append(stream, 'lo');
    expect(push.requests[0]).toMatchObject({
      url: 'wss://stream.aun.test:9490/push/s1',
      headers: { authorization: 'Bearer ptoken' },
    });
    expect(push.frames).toEqual([
      { seq: 1, data: 'Hel' },
      { seq: 2, data: 'lo' },
    ]);
    await writer.finish(stream, 'r2');
    expect(sent.get('r2')).toMatchObject({
      conversation: ME,
      payload: {
        type: 'text',
        text: 'Hello',
        thread_id: 'task-7',
        reply_to: { message_id: message.messageId, sender_aid: BOT },
      },
    });
    expect(calls.map(({ method }) => method)).toEqual(['stream.create', 'stream.close']);
    await expect(writer.append(stream, '!')).rejects.toMatchObject({ code: 'stream_ended' });
  });

  it('goes on after a cut where the server got to', async () => {
    const { writer, push, time } = setUp();
    const { stream } = await writer.begin(begin);
    await settle();
    await writer.append(stream, 'a');
    push.cut();
    await writer.append(stream, 'b');
    // Frames that the server already has, although we do not know.
    push.seq = 2;
    push.frames.push({ seq: 2, data: 'b' });
    await writer.append(stream, 'c');
    time.advance(500);
    await settle();
    await writer.append(stream, 'd');
    expect(push.requests).toHaveLength(2);
    expect(push.frames.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(push.text).toBe('abcd');
    // Frame 2 reached the server otherwise; nothing it has is sent again.
    expect(push.sent).toEqual([1, 3, 4]);
  });

  it('still sends the whole text when nobody could be streamed to', async () => {
    const { writer, push, time, sent } = setUp();
    push.status = 503;
    const { stream } = await writer.begin(begin);
    await writer.append(stream, 'all of it');
    for (let second = 0; second < 200; second += 1) {
      await settle();
      time.advance(1_000);
    }
    const tries = push.requests.length;
    expect(tries).toBeGreaterThan(20);
    expect(tries).toBeLessThan(40);
    await writer.finish(stream, 'r2');
    expect(sent.get('r2')?.payload).toMatchObject({ text: 'all of it' });
  });

  it('tries no more where the server does not know the stream', async () => {
    const { writer, push, time } = setUp();
    push.status = 410;
    await writer.begin(begin);
    await settle();
    time.advance(10_000);
    await settle();
    expect(push.requests).toHaveLength(1);
  });

  it('does not wait forever for the server’s last word', async () => {
    const { writer, push, time, sent } = setUp();
    push.silent = true;
    const { stream } = await writer.begin(begin);
    await settle();
    await writer.append(stream, 'x');
    const ending = writer.finish(stream, 'r2');
    await settle();
    expect(sent.has('r2')).toBe(false);
    time.advance(5_000);
    await ending;
    expect(sent.has('r2')).toBe(true);
  });

  it('repeating a call changes nothing', async () => {
    const { writer, sent, calls } = setUp();
    const [one, other] = await Promise.all([writer.begin(begin), writer.begin(begin)]);
    expect(other).toEqual(one);
    await writer.append(one.stream, 'x');
    const endings = await Promise.all([writer.finish(one.stream, 'r2'), writer.finish(one.stream, 'r2')]);
    expect(endings[0]).toBe(endings[1]);
    expect(await writer.finish(one.stream, 'r2')).toBe(endings[0]);
    expect(sent.size).toBe(2);
    expect(calls.filter(({ method }) => method === 'stream.create')).toHaveLength(1);
  });

  it('after a restart does not announce twice, and still ends with the text', async () => {
    const { writer, make, push, sent, calls } = setUp();
    const before = await writer.begin(begin);
    await settle();
    writer.stop();
    const pushes = push.requests.length;
    const again = make();
    const { stream, message } = await again.begin(begin);
    expect(message).toBe(before.message);
    await again.append(stream, 'text');
    await settle();
    expect(push.requests).toHaveLength(pushes);
    expect(calls.at(-1)).toEqual({ method: 'stream.close', params: { stream_id: 's2' } });
    await again.finish(stream, 'r2');
    expect(sent.get('r2')?.payload).toMatchObject({ reply_to: { message_id: message.messageId } });
  });

  it('says what cannot be: no gateway, an unknown stream, nothing written, too much written', async () => {
    const { writer, fail } = setUp();
    fail(new AunError('connection_closed', 'offline', { retryable: true }));
    await expect(writer.begin(begin)).rejects.toMatchObject({ code: 'connection_closed' });
    fail(null);
    const { stream } = await writer.begin(begin);
    await expect(writer.append('other', 'x')).rejects.toMatchObject({ code: 'stream_ended' });
    await expect(writer.finish('other', 'x')).rejects.toMatchObject({ code: 'stream_ended' });
    await expect(writer.append(stream, 'x'.repeat(MAX_WRITTEN_BYTES + 1))).rejects.toMatchObject({
      code: 'message_too_large',
    });
    await expect(writer.finish(stream, 'r2')).rejects.toMatchObject({ code: 'message_empty' });
  });

  it('opens no connection any more when the account stops while a stream is being made', async () => {
    const { writer, push, calls } = setUp();
    const begun = writer.begin({ conversation: ME, thread: '', requestId: 'r-1' });
    writer.stop();
    await begun;
    await settle();
    expect(calls.map(({ method }) => method)).toContain('stream.create');
    expect(push.requests).toEqual([]);
  });
});
