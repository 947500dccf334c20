import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MUTED_FOREVER } from '../../shared/model/conversation';
import { isDict, numberOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { Parley, textIn } from './parley';
import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());

/** Two people who use Parley and have talked to each other. */
async function friends(): Promise<{ alice: Parley; bob: Parley }> {
  const alice = await Parley.join(world, 'alice', false);
  const bob = await Parley.join(world, 'bobby', false);
  await alice.tell(bob.aid, 'hello');
  await bob.message(alice.aid, 'hello');
  await bob.tell(alice.aid, 'hello yourself');
  await alice.message(bob.aid, 'hello yourself');
  return { alice, bob };
}

/** What the snapshot counts, once nothing of it is on its way any more. */
async function counts(parley: Parley, expected: Dict): Promise<void> {
  await until(`${parley.aid} counts ${JSON.stringify(expected)}`, async () => {
    const snapshot = await parley.snapshot();
    return Object.entries(expected).every(([name, value]) => snapshot[name] === value);
  });
}

/** Unread messages as the rows of every list say. */
async function unreadInRows(parley: Parley): Promise<number> {
  const rows = [...(await parley.list('inbox')), ...(await parley.list('archived'))];
  return rows
    .filter((row) => row['mutedUntil'] === null)
    .map((row) => (row['unread'] === 0 && row['markedUnread'] === true ? 1 : numberOf(row['unread'])))
    .reduce((sum, count) => sum + count, 0);
}

async function markRead(parley: Parley, peer: string): Promise<void> {
  const rows = await parley.timeline(peer);
  await parley.call('conversation.markRead', { conversation: peer, upTo: rows.at(-1)?.['id'] });
}

describe('a message request', () => {
  it('waits apart, counts as nothing unread, and asks nobody about the stranger until it is accepted', async () => {
    const parley = await Parley.join(world, 'target', false);
    const stranger = await Parley.join(world, 'stranger', false);
    const text = `---\naid: ${stranger.aid}\nname: Known Name\ntype: human\nversion: 1.0.0\ndescription: Somebody\n---\nhello\n`;
    await stranger.call('profile.publish', { text, replacing: null });
    await stranger.tell(parley.aid, 'buy my pills');
    await counts(parley, { requests: 1, unread: 0, mentions: 0 });
    expect((await parley.list('inbox')).map((row) => row['conversation'])).not.toContain(stranger.aid);
    expect(await parley.list('requests')).toMatchObject([
      { conversation: stranger.aid, standing: 'pending', title: stranger.aid, unread: 1 },
    ]);
    expect((await parley.call('conversation.open', { peer: stranger.aid }))['standing']).toBe('pending');
    expect(await parley.call('profile.peer', { aid: stranger.aid })).toMatchObject({ status: 'none' });
    expect((await parley.row(stranger.aid))['profileStatus']).toBe('none');
    await parley.call('conversation.accept', { conversation: stranger.aid });
    await counts(parley, { requests: 0, unread: 1 });
    await until('the profile is looked at now', async () => {
      return (await parley.row(stranger.aid))['title'] === 'Known Name';
    });
  });

  it('is accepted by an answer', async () => {
    const parley = await Parley.join(world, 'target', false);
    const stranger = await world.person('stranger').join();
    await stranger.tell(parley.aid, 'hello');
    await counts(parley, { requests: 1 });
    await parley.tell(stranger.aid, 'who are you?');
    expect(await stranger.heard(1)).toEqual(['who are you?']);
    expect((await parley.row(stranger.aid))['standing']).toBe('accepted');
    await counts(parley, { requests: 0 });
  });

  it('that is deleted begins anew with the next message', async () => {
    const parley = await Parley.join(world, 'target', false);
    const stranger = await world.person('stranger').join();
    await stranger.tell(parley.aid, 'first');
    await counts(parley, { requests: 1 });
    await parley.call('conversation.delete', { conversation: stranger.aid });
    await counts(parley, { requests: 0 });
    await expect(parley.row(stranger.aid)).rejects.toThrow('unknown_conversation');
    await parley.engine.waitFor('it is gone', (event) => event.event === 'conversation.removed');
    await stranger.tell(parley.aid, 'second');
    await counts(parley, { requests: 1 });
    expect(await parley.texts(stranger.aid)).toEqual(['second']);
  });
});

describe('an address that is blocked', () => {
  it('is kept out of sight and counts for nothing, also after its conversation was deleted', async () => {
    const { alice, bob } = await friends();
    await alice.call('conversation.block', { conversation: bob.aid });
    await counts(alice, { unread: 0, requests: 0 });
    await bob.tell(alice.aid, 'are you there?');
    await alice.message(bob.aid, 'are you there?');
    await counts(alice, { unread: 0, mentions: 0, requests: 0 });
    expect((await alice.list('inbox')).map((row) => row['conversation'])).not.toContain(bob.aid);
    expect((await alice.list('blocked')).map((row) => row['conversation'])).toEqual([bob.aid]);
    await expect(alice.tell(bob.aid, 'no')).rejects.toThrow('conversation_blocked');
    await alice.call('conversation.delete', { conversation: bob.aid });
    await bob.tell(alice.aid, 'hello?');
    await alice.message(bob.aid, 'hello?');
    expect((await alice.row(bob.aid))['standing']).toBe('blocked');
    await counts(alice, { unread: 0, requests: 0 });
    await alice.call('conversation.accept', { conversation: bob.aid });
    await alice.tell(bob.aid, 'welcome back');
    await bob.message(alice.aid, 'welcome back');
  });
});

describe('a conversation', () => {
  it('is pinned before all others, leaves the inbox when archived, and comes back with the next message', async () => {
    const { alice, bob } = await friends();
    const carol = await world.person('carol').join();
    await alice.tell(carol.aid, 'newer');
    const pinned = await alice.call('conversation.change', { conversation: bob.aid, pinned: true });
    expect(pinned['pinned']).toBe(true);
    expect((await alice.list()).map((row) => row['conversation'])[0]).toBe(bob.aid);
    await alice.call('conversation.change', { conversation: carol.aid, archived: true });
    expect((await alice.list()).map((row) => row['conversation'])).not.toContain(carol.aid);
    expect((await alice.list('archived')).map((row) => row['conversation'])).toEqual([carol.aid]);
    await carol.tell(alice.aid, 'still there?');
    await alice.message(carol.aid, 'still there?');
    expect((await alice.row(carol.aid))['archived']).toBe(false);
  });

  it('that is muted counts for nothing and stays archived', async () => {
    const { alice, bob } = await friends();
    await markRead(alice, bob.aid);
    await counts(alice, { unread: 0 });
    const change = { conversation: bob.aid, mutedUntil: MUTED_FOREVER, archived: true };
    await alice.call('conversation.change', change);
    await bob.tell(alice.aid, 'psst');
    await alice.message(bob.aid, 'psst');
    await counts(alice, { unread: 0 });
    expect(await alice.row(bob.aid)).toMatchObject({ archived: true, unread: 1 });
    await alice.call('conversation.change', { conversation: bob.aid, mutedUntil: null });
    await counts(alice, { unread: 1 });
  });

  it('is marked unread until it is read, and the counts agree at every step', async () => {
    const { alice, bob } = await friends();
    for (const text of ['one', 'two', 'three']) await bob.tell(alice.aid, text);
    await alice.message(bob.aid, 'three');
    await until('the counts agree', async () => {
      const total = (await alice.snapshot())['unread'];
      return total === 4 && (await unreadInRows(alice)) === 4;
    });
    const two = await alice.message(bob.aid, 'two');
    const row = await alice.call('conversation.markRead', { conversation: bob.aid, upTo: two['id'] });
    expect(row['unread']).toBe(1);
    await counts(alice, { unread: 1 });
    await markRead(alice, bob.aid);
    await counts(alice, { unread: 0 });
    await alice.call('conversation.change', { conversation: bob.aid, markedUnread: true });
    await counts(alice, { unread: 1 });
    expect(await unreadInRows(alice)).toBe(1);
    await markRead(alice, bob.aid);
    expect((await alice.row(bob.aid))['markedUnread']).toBe(false);
    await counts(alice, { unread: 0 });
  });

  it('keeps what is typed and what it answers over a crash', async () => {
    const { alice, bob } = await friends();
    const hello = await alice.message(bob.aid, 'hello yourself');
    const draft = { conversation: bob.aid, text: 'half a sent', replyTo: hello['id'] };
    await alice.call('conversation.setDraft', draft);
    await alice.kill();
    await alice.startAgain();
    expect(await alice.row(bob.aid)).toMatchObject({ draft: 'half a sent', draftReply: hello['id'] });
  });

  it('is found by a part of its name or address', async () => {
    const { alice, bob } = await friends();
    await alice.call('contact.setAlias', { aid: bob.aid, alias: 'Robert der Große' });
    for (const query of ['große', 'robert', bob.aid.slice(0, 6)]) {
      await until(`"${query}" finds it`, async () => {
        const { found } = await alice.engine.call('conversation.find', { accounts: [alice.aid], query });
        return (
          Array.isArray(found) &&
          found.some(
            (each) =>
              isDict(each) &&
              isDict(each['conversation']) &&
              each['conversation']['conversation'] === bob.aid,
          )
        );
      });
    }
  });

  it('is cleared with everything in it, and goes on with the next message', async () => {
    const { alice, bob } = await friends();
    for (let index = 0; index < 30; index += 1) await bob.tell(alice.aid, `text ${String(index)}`);
    await alice.message(bob.aid, 'text 29');
    const cleared = await alice.call('conversation.clear', { conversation: bob.aid });
    expect(cleared).toMatchObject({ unread: 0, preview: '' });
    expect(await alice.timeline(bob.aid)).toEqual([]);
    await counts(alice, { unread: 0 });
    const { hits } = await alice.engine.call('message.search', { accounts: [alice.aid], query: 'text' });
    expect(hits).toEqual([]);
    await bob.tell(alice.aid, 'after');
    await alice.message(bob.aid, 'after');
    expect((await alice.timeline(bob.aid)).map(textIn)).toEqual(['after']);
  });
});
