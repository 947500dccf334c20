import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dictsOf, isDict, numberOf, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { Parley, contentOf, textIn } from './parley';
import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());

async function friends(): Promise<{ alice: Parley; bob: Parley }> {
  const alice = await Parley.join(world, 'alice', false);
  const bob = await Parley.join(world, 'bobby', false);
  await alice.tell(bob.aid, 'hello');
  await bob.message(alice.aid, 'hello');
  await bob.tell(alice.aid, 'hello yourself');
  await alice.message(bob.aid, 'hello yourself');
  return { alice, bob };
}

/** What was told about somebody's typing, in order: `true` while they write. */
function typingSeen(parley: Parley, peer: string): boolean[] {
  return parley.engine.events
    .filter((event) => event.event === 'typing.changed' && event.data['conversation'] === peer)
    .map((event) => event.data['until'] !== null);
}

describe('typing', () => {
  it('is seen by the other side until it ends', async () => {
    const { alice, bob } = await friends();
    await alice.call('conversation.typing', { conversation: bob.aid, typing: true });
    await until('bob sees it', () => typingSeen(bob, alice.aid).includes(true));
    await alice.call('conversation.typing', { conversation: bob.aid, typing: false });
    await until('bob sees the end', () => typingSeen(bob, alice.aid).at(-1) === false);
  });

  it('is told to nobody where the user does not want it, and to no stranger', async () => {
    const { alice, bob } = await friends();
    await alice.engine.call('app.settings.set', { sendTyping: false });
    await alice.call('conversation.typing', { conversation: bob.aid, typing: true });
    const stranger = await Parley.join(world, 'stranger', false);
    await stranger.tell(bob.aid, 'hi');
    await bob.message(stranger.aid, 'hi');
    await bob.call('conversation.typing', { conversation: stranger.aid, typing: true });
    await stranger.call('conversation.typing', { conversation: bob.aid, typing: true });
    // What comes after it on the same connections tells that it did not come.
    await alice.tell(bob.aid, 'after');
    await bob.message(alice.aid, 'after');
    await stranger.tell(bob.aid, 'after');
    await bob.message(stranger.aid, 'after');
    await bob.call('conversation.accept', { conversation: stranger.aid });
    await bob.tell(stranger.aid, 'after');
    await stranger.message(bob.aid, 'after');
    expect(typingSeen(bob, alice.aid)).toEqual([]);
    expect(typingSeen(bob, stranger.aid)).toEqual([]);
    expect(typingSeen(stranger, bob.aid)).toEqual([]);
  });
});

describe('presence', () => {
  it('tells who of the watched people is connected, strangers left out', async () => {
    const { alice, bob } = await friends();
    const stranger = await Parley.join(world, 'stranger', false);
    await stranger.tell(alice.aid, 'hi');
    await alice.message(stranger.aid, 'hi');
    const watched = { aids: [bob.aid, stranger.aid] };
    expect(await alice.call('presence.watch', watched)).toEqual({ online: { [bob.aid]: true } });
    await bob.call('account.disconnect');
    await until('he is gone', async () => {
      const { online } = await alice.call('presence.watch', watched);
      return isDict(online) && online[bob.aid] === false;
    });
    await alice.engine.waitFor('that he is gone', ({ event, data }) => {
      return event === 'presence.changed' && isDict(data['online']) && data['online'][bob.aid] === false;
    });
  });
});

describe('thoughts', () => {
  const thread = 'run-7';

  it('of a 0.2.20 client are read in the thread of its message', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const agent = await world.person('agent').join();
    for (const text of ['looking', 'found it'])
      await agent.client.thoughtPut({
        to: parley.aid,
        context: { type: 'run', id: thread },
        payload: { type: 'thought', text, stage: 'thinking' },
      });
    await agent.client.send({ to: parley.aid, payload: { type: 'text', text: 'done', thread_id: thread } });
    const message = await parley.message(agent.aid, 'done');
    const { thoughts } = await parley.call('message.thoughts', { id: message['id'] });
    expect(dictsOf(thoughts).map((thought) => thought['text'])).toEqual(['looking', 'found it']);
  });

  it('of ours are read by a 0.2.20 client', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const reader = await world.person('reader').join();
    await parley.call('conversation.open', { peer: reader.aid });
    const { id } = await parley.call('message.think', { conversation: reader.aid, thread, text: 'hm' });
    const got = await reader.client.thoughtGet({
      sender_aid: parley.aid,
      context: { type: 'run', id: thread },
    });
    const [thought] = dictsOf(got['thoughts']);
    expect(thought).toMatchObject({ thought_id: id, payload: { type: 'thought', text: 'hm' } });
  });
});

describe('a streamed answer', () => {
  /** The text of a stream as the events of the bridge build it up. */
  function streamed(parley: Parley, id: number, start: string): string {
    let text = start;
    for (const { event, data } of parley.engine.events) {
      if (event !== 'stream.changed' || data['id'] !== id) continue;
      text = text.slice(0, numberOf(data['at'])) + textOf(data['text']);
    }
    return text;
  }

  async function announced(parley: Parley, peer: string): Promise<Dict> {
    return until('the stream is announced', async () => {
      const rows = await parley.timeline(peer).catch(() => []);
      return rows.find((row) => contentOf(row)['kind'] === 'stream' && row['own'] === false);
    });
  }

  it('is read while it is written, also by who comes late, and ends in an encrypted message', async () => {
    const { alice: agent, bob: reader } = await friends();
    const begun = await agent.act('stream.begin', { conversation: reader.aid });
    const { stream } = begun;
    await agent.call('stream.append', { stream, text: 'One ' });
    await agent.call('stream.append', { stream, text: 'two ' });
    const message = await announced(reader, agent.aid);
    const id = numberOf(message['id']);
    const { text } = await reader.call('stream.watch', { id });
    await until('what was written before is there', () => streamed(reader, id, textOf(text)) === 'One two ');
    await agent.call('stream.append', { stream, text: '三 🐦' });
    await until('what is written now is there', () => streamed(reader, id, textOf(text)) === 'One two 三 🐦');
    const end = await agent.act('stream.finish', { stream });
    expect(textIn(end)).toBe('One two 三 🐦');
    const final = await reader.message(agent.aid, 'One two 三 🐦');
    expect(final['protection']).toBe('e2ee-v1');
    await reader.becomes(id, 'knows its end', (row) => row['finalId'] === final['id']);
    await expect(agent.call('stream.append', { stream, text: '!' })).rejects.toThrow('stream_ended');
  });

  it('of a stranger connects nowhere until the stranger is let in', async () => {
    const agent = await Parley.join(world, 'agent', false);
    const reader = await Parley.join(world, 'reader', false);
    await agent.call('conversation.open', { peer: reader.aid });
    const { stream } = await agent.act('stream.begin', { conversation: reader.aid });
    await agent.call('stream.append', { stream, text: 'psst' });
    const { id } = await announced(reader, agent.aid);
    expect(await reader.call('stream.watch', { id })).toEqual({ text: '', state: 'stopped' });
    await reader.call('conversation.accept', { conversation: agent.aid });
    const { text } = await reader.call('stream.watch', { id });
    await until('it is read now', () => streamed(reader, numberOf(id), textOf(text)) === 'psst');
    await reader.call('stream.unwatch', { id });
  });
});
