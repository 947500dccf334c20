import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dictsOf, isDict, numberOf, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { contentOf, Parley } from './parley';
import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());

/** The announcement of a stream as the reader has it. */
async function announced(reader: Parley, writer: string): Promise<Dict> {
  return until('the stream is announced', async () => {
    const rows = await reader.timeline(writer).catch(() => []);
    return rows.find((row) => contentOf(row)['kind'] === 'stream');
  });
}

/** What a window has of a stream after every event so far. */
function shown(reader: Parley, id: unknown): { text: string; state: string; updates: number } {
  const events = reader.engine.events.filter(
    ({ event, data }) => event === 'stream.changed' && data['id'] === id,
  );
  return events.reduce(
    ({ text, updates }, { data }) => ({
      text: text.slice(0, numberOf(data['at'])) + textOf(data['text']),
      state: textOf(data['state']),
      updates: updates + 1,
    }),
    { text: '', state: '', updates: 0 },
  );
}

async function begin(writer: Parley, peer: string, thread = ''): Promise<string> {
  const { conversation } = await writer.call('conversation.open', { peer });
  const begun = await writer.act('stream.begin', { conversation, thread });
  return textOf(begun['stream']);
}

describe.each([
  ['in plain text on this computer', false],
  ['over TLS', true],
])('a stream between two Parleys, %s', (_how, secure) => {
  it('is read while it is written, and its whole text comes as an encrypted message', async () => {
    const writer = await Parley.join(world, 'writer', secure);
    const reader = await Parley.join(world, 'reader', secure);
    await reader.call('conversation.open', { peer: writer.aid });
    const stream = await begin(writer, reader.aid, 'task-1');
    const { id } = await announced(reader, writer.aid);
    expect(await reader.call('stream.watch', { id })).toMatchObject({ text: '' });
    const pieces = Array.from({ length: 40 }, (_, index) => `第${String(index)}段 piece\n`);
    for (const [index, text] of pieces.entries()) {
      await writer.call('stream.append', { stream, text });
      if (index === 20) await until('half is there', async () => shown(reader, id).text.includes('第10段'));
    }
    await until('all of it is there', async () => shown(reader, id).text === pieces.join(''));
    expect(await reader.call('stream.watch', { id })).toEqual({ text: pieces.join(''), state: 'live' });

    const final = await writer.act('stream.finish', { stream });
    await until('the stream ended', async () => shown(reader, id).state === 'ended');
    const row = await reader.becomes(id, 'has its final text', (message) => message['finalId'] !== null);
    const answer = await reader.call('message.get', { id: row['finalId'] });
    expect(contentOf(answer)).toMatchObject({ kind: 'text', text: pieces.join('') });
    expect(answer).toMatchObject({ messageId: final['messageId'], thread: 'task-1', protection: 'e2ee-v1' });
    expect(await reader.call('stream.watch', { id })).toEqual({ text: '', state: 'ended' });
  });
});

describe('a stream', () => {
  it('is not read before it is watched, and whoever comes late gets all of it', async () => {
    const writer = await Parley.join(world, 'writer', false);
    const reader = await Parley.join(world, 'reader', false);
    await reader.call('conversation.open', { peer: writer.aid });
    const stream = await begin(writer, reader.aid);
    await writer.call('stream.append', { stream, text: 'first ' });
    await writer.call('stream.append', { stream, text: 'second' });
    const { id } = await announced(reader, writer.aid);
    expect(shown(reader, id).updates).toBe(0);
    await reader.call('stream.watch', { id });
    await until('the past is there', async () => shown(reader, id).text === 'first second');
    await reader.call('stream.unwatch', { id });
    await until('it stopped', async () => shown(reader, id).state === 'stopped');
    await writer.call('stream.append', { stream, text: ' third' });
    expect(shown(reader, id).text).toBe('first second');
    await reader.call('stream.watch', { id });
    await until('it goes on', async () => shown(reader, id).text === 'first second third');
    await writer.act('stream.finish', { stream });
  });

  it('that is cut again and again arrives whole, each piece once', async () => {
    const writer = await Parley.join(world, 'writer', false);
    const reader = await Parley.join(world, 'reader', false);
    await reader.call('conversation.open', { peer: writer.aid });
    const stream = await begin(writer, reader.aid);
    const { id } = await announced(reader, writer.aid);
    await reader.call('stream.watch', { id });
    let whole = '';
    for (const side of ['pull', 'push', 'both', 'push', 'pull']) {
      for (let piece = 0; piece < 8; piece += 1) {
        const text = `${side} ${String(whole.length)}; `;
        whole += text;
        await writer.call('stream.append', { stream, text });
        if (piece === 4) await world.gateway.admin('stream_drop', { stream_id: stream, side });
      }
    }
    await until('all of it is there', async () => shown(reader, id).text === whole, 30_000);
    await writer.act('stream.finish', { stream });
    await until('the stream ended', async () => shown(reader, id).state === 'ended');
    expect(shown(reader, id).text).toBe(whole);
    await reader.message(writer.aid, whole);
  });

  it('that the server ends too early still comes as a whole message', async () => {
    const writer = await Parley.join(world, 'writer', false);
    const reader = await Parley.join(world, 'reader', false);
    await reader.call('conversation.open', { peer: writer.aid });
    const stream = await begin(writer, reader.aid);
    const { id } = await announced(reader, writer.aid);
    await reader.call('stream.watch', { id });
    await writer.call('stream.append', { stream, text: 'half ' });
    await until('half is there', async () => shown(reader, id).text === 'half ');
    await world.gateway.admin('stream_close', { stream_id: stream });
    await until('the stream ended', async () => shown(reader, id).state === 'ended');
    await writer.call('stream.append', { stream, text: 'whole' });
    await writer.act('stream.finish', { stream });
    await reader.message(writer.aid, 'half whole');
  });

  it('of a stranger who waits for the user’s word connects to nothing', async () => {
    const writer = await Parley.join(world, 'writer', false);
    const reader = await Parley.join(world, 'reader', false);
    const stream = await begin(writer, reader.aid);
    await writer.call('stream.append', { stream, text: 'look' });
    const { id } = await announced(reader, writer.aid);
    expect(await reader.call('stream.watch', { id })).toEqual({ text: '', state: 'stopped' });
    await reader.call('conversation.accept', { conversation: writer.aid });
    await reader.call('stream.watch', { id });
    await until('it is read now', async () => shown(reader, id).text === 'look');
    await writer.act('stream.finish', { stream });
  });
});

describe('thoughts between Parley and the other client', () => {
  const context = { type: 'run', id: 'task-9' };

  it('of Parley are opened by it', async () => {
    const parley = await Parley.join(world, 'thinker', false);
    const bob = await world.person('bobby').join();
    const { conversation } = await parley.call('conversation.open', { peer: bob.aid });
    for (const text of ['one', '二'])
      await parley.call('message.think', { conversation, thread: context.id, text, stage: 'planning' });
    const reply = await bob.client.thoughtGet({ sender_aid: parley.aid, context });
    expect(dictsOf(reply['thoughts'])).toMatchObject([
      { payload: { type: 'thought', text: 'one', stage: 'planning' } },
      { payload: { type: 'thought', text: '二' } },
    ]);
    expect(dictsOf(reply['thoughts']).some((item) => item['decrypt_failed'] === true)).toBe(false);
  });

  it('of it are opened by Parley, with the message whose thread they belong to', async () => {
    const parley = await Parley.join(world, 'watcher', false);
    const bob = await world.person('bobby').join();
    await bob.client.thoughtPut({
      to: parley.aid,
      context,
      payload: { type: 'thought', text: 'hm', stage: 'thinking' },
    });
    await bob.client.thoughtPut({ to: parley.aid, context, payload: { type: 'text', text: 'aha' } });
    await bob.client.send({
      to: parley.aid,
      payload: { type: 'text', text: 'answer', thread_id: context.id },
    });
    const row = await parley.message(bob.aid, 'answer');
    const { thoughts } = await parley.call('message.thoughts', { id: row['id'] });
    expect(dictsOf(thoughts)).toMatchObject([
      { text: 'hm', format: 'plain', stage: 'thinking' },
      { text: 'aha', stage: '' },
    ]);
  });
});

describe('what passes', () => {
  it('signs of typing and of being there reach the other side, and end', async () => {
    const ann = await Parley.join(world, 'typist', false);
    const bob = await Parley.join(world, 'looker', false);
    for (const [one, other] of [
      [ann, bob],
      [bob, ann],
    ] as const)
      await one.call('conversation.open', { peer: other.aid });
    await ann.call('conversation.typing', { conversation: bob.aid, typing: true });
    const typing = (): unknown[] =>
      bob.engine.events.filter(({ event }) => event === 'typing.changed').map(({ data }) => data['until']);
    await until('ann is seen typing', async () => typeof typing()[0] === 'number');
    await ann.call('conversation.typing', { conversation: bob.aid, typing: false });
    await until('ann stopped', async () => typing().at(-1) === null);

    const watched = await bob.call('presence.watch', { aids: [ann.aid] });
    expect(isDict(watched['online']) && watched['online'][ann.aid]).toBe(true);
  });
});
