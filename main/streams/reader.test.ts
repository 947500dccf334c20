import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventData } from '../../shared/bridge/contract';
import type { Message } from '../../shared/model/message';
import { sampleMessage } from '../../shared/model/testing/samples';
import { AunError } from '../runtime/errors';
import { silentLogger } from '../runtime/logger';
import { systemRandom } from '../runtime/runtime';
import { FakeTime } from '../runtime/testing/fake-time';
import { createStreamReader } from './reader';
import { DONE, FakePulls, frame, settle } from './testing/fake-server';

const ME = 'me.aun.test';
const BOT = 'bot.aun.test';

function announcement(overrides: Partial<Message> = {}): Message {
  return sampleMessage({
    id: 7,
    conversation: BOT,
    sender: BOT,
    sortAt: 1,
    content: { kind: 'stream', stream: 's1', text: '…' },
    ...overrides,
  });
}

const PAYLOAD = {
  type: 'json',
  kind: 'aun.stream',
  data: { stream_id: 's1', pull_url: 'https://stream.aun.test:9490/pull/s1', pull_token: 'secret' },
};

type Changed = EventData<'stream.changed'>;

function setUp(
  parts: { message?: Message | null; payload?: unknown; allowed?: boolean | (() => boolean) } = {},
) {
  const time = new FakeTime();
  const server = new FakePulls();
  const events: (Changed & { readonly when: number })[] = [];
  let message = parts.message === undefined ? announcement() : parts.message;
  const reader = createStreamReader({
    account: ME,
    store: {
      message: async (id) => (message?.id === id ? message : null),
      payload: async () => JSON.stringify(parts.payload ?? PAYLOAD),
    },
    transfers: server,
    runtime: { clock: time, scheduler: time, random: systemRandom, logger: silentLogger },
    isAllowed: () => (typeof parts.allowed === 'function' ? parts.allowed() : (parts.allowed ?? true)),
    emit: (event) => {
      if (event.event === 'stream.changed') events.push({ ...event.data, when: time.now() });
    },
  });
  /** What a window has after every event so far, starting from what `watch` gave. */
  const shown = (start = ''): string =>
    events.reduce((text, event) => text.slice(0, event.at) + event.text, start);
  return {
    time,
    server,
    events,
    reader,
    shown,
    replace: (next: Message | null) => {
      message = next;
    },
  };
}

/** A watched stream whose server answered. */
async function live(parts: Parameters<typeof setUp>[0] = {}) {
  const world = setUp(parts);
  await world.reader.watch(7);
  await settle();
  world.server.last.answer(200);
  await settle();
  return world;
}

describe('reading a stream', () => {
  it('begins only when it is watched, with the token in a header and nowhere else', async () => {
    const { reader, server, time, events } = setUp();
    await settle();
    expect(server.pulls).toHaveLength(0);
    expect(await reader.watch(7)).toEqual({ text: '', state: 'waiting' });
    await settle();
    expect(server.pulls).toHaveLength(1);
    expect(server.last.request).toMatchObject({
      method: 'GET',
      url: 'https://stream.aun.test:9490/pull/s1',
      headers: { accept: 'text/event-stream', authorization: 'Bearer secret', 'x-stream-aid': ME },
    });
    expect(server.last.request.headers).not.toHaveProperty('last-event-id');
    server.last.answer(200);
    server.last.send(frame(1, 'Hel') + frame(2, 'lo\nyou'));
    await settle();
    time.advance(100);
    server.last.send(DONE);
    await settle();
    time.advance(100);
    expect(events.map(({ at, text, state }) => ({ at, text, state }))).toEqual([
      { at: 0, text: '', state: 'live' },
      { at: 0, text: 'Hello\nyou', state: 'live' },
      { at: 9, text: '', state: 'ended' },
    ]);
    expect(await reader.watch(7)).toEqual({ text: 'Hello\nyou', state: 'ended' });
    expect(server.pulls).toHaveLength(1);
  });

  it('shares one connection between all who watch, and gives late ones what is there', async () => {
    const { reader, server } = setUp();
    await Promise.all([reader.watch(7), reader.watch(7)]);
    await settle();
    server.last.answer(200);
    server.last.send(frame(1, 'one '));
    await settle();
    expect(await reader.watch(7)).toEqual({ text: 'one ', state: 'live' });
    expect(server.pulls).toHaveLength(1);
  });

  it('resumes where it broke off, drops what comes twice and takes a jump as it is', async () => {
    const { reader, server, time } = await live();
    server.last.send(frame(1, 'a') + frame(2, 'b') + ': keep-alive\n\nid: 3\ndata: hal');
    await settle();
    server.last.end(new AunError('gateway_unreachable', 'cut', { retryable: true }));
    await settle();
    expect((await reader.watch(7)).state).toBe('waiting');
    await settle();
    // Watching again tries at once instead of waiting.
    expect(server.pulls).toHaveLength(2);
    expect(server.last.request.headers).toMatchObject({ 'last-event-id': '2' });
    server.last.answer(200);
    server.last.send(frame(2, 'b') + frame(3, 'half') + frame(9, '!'));
    await settle();
    time.advance(1_000);
    expect(await reader.watch(7)).toEqual({ text: 'abhalf!', state: 'live' });
  });

  it('tries again after 1, 2, 4 and 8 seconds, and gives up after two minutes', async () => {
    const { server, time, reader, events } = setUp();
    await reader.watch(7);
    const times: number[] = [];
    for (let round = 0; round < 200; round += 1) {
      await settle();
      const pull = server.last;
      if (times.length < server.pulls.length) {
        times.push(time.now());
        pull.refuse(new AunError('gateway_unreachable', 'no', { retryable: true }));
        await settle();
      }
      time.advance(1_000);
    }
    const waits = times.slice(1).map((each, index) => each - (times[index] ?? 0));
    expect(waits.slice(0, 6)).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
    expect(span).toBeGreaterThan(110_000);
    expect(span).toBeLessThanOrEqual(120_000);
    expect(events.at(-1)?.state).toBe('failed');
    // Whoever opens the conversation again may try again.
    await reader.watch(7);
    await settle();
    expect(server.pulls).toHaveLength(times.length + 1);
  });

  it.each([403, 404, 410, 416, 400, 302])('is over when the server answers %i', async (status) => {
    const { server, reader, events } = setUp();
    await reader.watch(7);
    await settle();
    server.last.answer(status);
    await settle();
    expect(events.at(-1)?.state).toBe('failed');
    expect(server.last.closed).toBe(true);
    await reader.watch(7);
    await settle();
    expect(server.pulls).toHaveLength(1);
  });

  it.each([429, 500, 503])('tries again when the server answers %i', async (status) => {
    const { server, reader, time } = setUp();
    await reader.watch(7);
    await settle();
    server.last.answer(status);
    await settle();
    time.advance(1_000);
    await settle();
    expect(server.pulls).toHaveLength(2);
  });

  it('ends with what was read when a frame has no number', async () => {
    const { server, reader } = await live();
    server.last.send(frame(1, 'a') + 'data: b\n\n');
    await settle();
    expect(await reader.watch(7)).toEqual({ text: 'a', state: 'failed' });
  });

  it('stops everything of a conversation that is left, also what is only about to be read', async () => {
    const { server, reader } = await live();
    reader.leave('eve.aun.test');
    await settle();
    expect(server.last.closed).toBe(false);
    reader.leave(BOT);
    await settle();
    expect(server.last.closed).toBe(true);
    const begun = reader.watch(7);
    reader.leave(BOT);
    await begun;
    await settle();
    expect(server.pulls.every(({ closed }) => closed)).toBe(true);
  });

  it('keeps what was read when the user stops it, and goes on from there when they look again', async () => {
    const { server, reader } = await live();
    server.last.send(frame(1, 'a'));
    await settle();
    const first = server.last;
    reader.unwatch(7);
    await settle();
    expect(first.closed).toBe(true);
    expect(server.pulls).toHaveLength(1);
    expect(await reader.watch(7)).toEqual({ text: 'a', state: 'waiting' });
    await settle();
    expect(server.last.request.headers).toMatchObject({ 'last-event-id': '1' });
  });

  it('waits while there is no network and goes on at once when it is back', async () => {
    const { server, reader, events } = await live();
    server.last.send(frame(1, 'a'));
    await settle();
    reader.offline();
    await settle();
    expect(server.last.closed).toBe(true);
    expect((await reader.watch(7)).state).toBe('waiting');
    await settle();
    expect(server.pulls).toHaveLength(1);
    reader.online();
    await settle();
    expect(server.pulls).toHaveLength(2);
    expect(server.last.request.headers).toMatchObject({ 'last-event-id': '1' });
    expect(events.some(({ state }) => state === 'failed')).toBe(false);
  });
});

describe('the bounds of a stream', () => {
  it('tells the window at most thirty times a second, and nothing is missing at the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ text: fc.string({ maxLength: 8 }), wait: fc.nat({ max: 60 }) }), {
          maxLength: 60,
        }),
        async (frames) => {
          const { server, time, events, shown } = await live();
          for (const [index, { text, wait }] of frames.entries()) {
            server.last.send(frame(index + 1, text.replace(/\r/g, '')));
            await settle();
            time.advance(wait);
          }
          server.last.send(DONE);
          await settle();
          time.advance(100);
          expect(shown()).toBe(frames.map(({ text }) => text.replace(/\r/g, '')).join(''));
          expect(events.at(-1)?.state).toBe('ended');
          for (const event of events)
            expect(
              events.filter(({ when }) => when > event.when - 1_000 && when <= event.when).length,
            ).toBeLessThanOrEqual(30);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('tells the window thirty times a second also when two hundred pieces come in one', async () => {
    const { server, time, events, shown } = await live();
    const before = events.length;
    for (let id = 1; id <= 200; id += 1) {
      server.last.send(frame(id, 'x'));
      await settle();
      time.advance(5);
    }
    expect(events.length - before).toBeGreaterThan(20);
    expect(events.length - before).toBeLessThanOrEqual(30);
    time.advance(100);
    expect(shown()).toBe('x'.repeat(200));
  });

  it('stops at two mebibytes of text and keeps them', async () => {
    const { server, reader } = await live();
    const big = '汉'.repeat(300_000);
    for (let id = 1; id <= 4; id += 1) server.last.send(frame(id, big));
    await settle();
    const { text, state } = await reader.watch(7);
    expect(state).toBe('stopped');
    const bytes = Buffer.byteLength(text);
    expect(bytes).toBeGreaterThan(2 * 1024 * 1024 - 3);
    expect(bytes).toBeLessThanOrEqual(2 * 1024 * 1024);
    expect(text).toBe('汉'.repeat(text.length));
    expect(server.last.closed).toBe(true);
  });

  it('stops after ten minutes, also across connections', async () => {
    const { server, reader, time } = await live();
    server.last.send(frame(1, 'a'));
    await settle();
    time.advance(300_000);
    server.last.end();
    await settle();
    time.advance(1_000);
    await settle();
    server.last.answer(200);
    await settle();
    time.advance(299_500);
    await settle();
    expect(server.last.closed).toBe(true);
    expect(await reader.watch(7)).toEqual({ text: 'a', state: 'stopped' });
    await settle();
    expect(server.pulls).toHaveLength(2);
  });

  it('ends when one event is larger than any text may be', async () => {
    const { server, reader } = await live();
    server.last.send(`data: ${'x'.repeat(3 * 1024 * 1024)}`);
    await settle();
    expect(await reader.watch(7)).toEqual({ text: '', state: 'failed' });
  });

  it('keeps sixteen connections at most: the one that was opened first ends', async () => {
    const { reader, server, replace } = setUp();
    for (let id = 1; id <= 20; id += 1) {
      replace(announcement({ id }));
      await reader.watch(id);
    }
    await settle();
    expect(server.pulls).toHaveLength(20);
    expect(server.pulls.map(({ closed }) => closed)).toEqual([
      ...Array.from({ length: 4 }, () => true),
      ...Array.from({ length: 16 }, () => false),
    ]);
  });
});

describe('what is not read', () => {
  it('a stream whose answer is here already', async () => {
    const { reader, server, replace } = await live();
    server.last.send(frame(1, 'a'));
    await settle();
    replace(announcement({ finalId: 9 }));
    expect(await reader.watch(7)).toEqual({ text: '', state: 'ended' });
    expect(server.last.closed).toBe(true);
  });

  it('a stream of somebody who waits for the user’s word', async () => {
    const { reader, server } = setUp({ allowed: false });
    expect(await reader.watch(7)).toEqual({ text: '', state: 'stopped' });
    expect(server.pulls).toHaveLength(0);
  });

  it('a stream of somebody who was blocked meanwhile, however far it was read', async () => {
    let allowed = true;
    const { reader, server } = await live({ allowed: () => allowed });
    server.last.send(frame(1, 'a'));
    await settle();
    allowed = false;
    expect(await reader.watch(7)).toEqual({ text: 'a', state: 'stopped' });
    expect(server.last.closed).toBe(true);
    expect(server.pulls).toHaveLength(1);
  });

  it('an announcement that names no stream', async () => {
    const { reader, server } = setUp({ payload: { ...PAYLOAD, data: { stream_id: 's1', pull_url: 'x' } } });
    expect(await reader.watch(7)).toEqual({ text: '', state: 'failed' });
    expect(server.pulls).toHaveLength(0);
  });

  it('a message that is none, or another one', async () => {
    await expect(setUp({ message: null }).reader.watch(7)).rejects.toMatchObject({ code: 'unknown_message' });
    const text = announcement({ content: { kind: 'text', text: 'x', format: 'plain', mentions: [] } });
    await expect(setUp({ message: text }).reader.watch(7)).rejects.toMatchObject({ code: 'unknown_message' });
  });

  it('anything after the account is closed', async () => {
    const { reader, server, events } = await live();
    const before = events.length;
    reader.stop();
    await settle();
    expect(server.last.closed).toBe(true);
    expect(events).toHaveLength(before);
    expect(await reader.watch(7)).toEqual({ text: '', state: 'stopped' });
    expect(server.pulls).toHaveLength(1);
  });
});
