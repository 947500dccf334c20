import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { dictsOf, isDict } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { Parley, contentOf, textIn } from './parley';
import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());

async function friends(place: World = world): Promise<{ alice: Parley; bob: Parley }> {
  const alice = await Parley.join(place, 'alice', false);
  const bob = await Parley.join(place, 'bobby', false);
  await alice.tell(bob.aid, 'hello');
  await bob.message(alice.aid, 'hello');
  await bob.tell(alice.aid, 'hello yourself');
  await alice.message(bob.aid, 'hello yourself');
  return { alice, bob };
}

/** Hits of a search over the account. */
async function found(parley: Parley, query: string): Promise<number> {
  const { hits } = await parley.engine.call('message.search', { accounts: [parley.aid], query });
  return dictsOf(hits).length;
}

const isRecalled = (message: Dict): boolean => contentOf(message)['kind'] === 'recalled';

describe('taking a message back', () => {
  it('takes it away on both sides, with its index rows', async () => {
    const { alice, bob } = await friends();
    const sent = await alice.tell(bob.aid, 'a regretted sentence');
    const received = await bob.message(alice.aid, 'a regretted sentence');
    expect(await found(bob, 'regretted')).toBe(1);
    expect(await alice.call('message.recall', { ids: [sent['id']] })).toEqual({
      recalled: [sent['id']],
      refused: [],
    });
    await bob.becomes(received['id'], 'is blanked', isRecalled);
    await alice.becomes(sent['id'], 'is blanked', isRecalled);
    expect(await found(bob, 'regretted')).toBe(0);
    expect(await found(alice, 'regretted')).toBe(0);
    expect(await alice.call('message.recall', { ids: [sent['id']] })).toMatchObject({
      refused: [{ id: sent['id'], reason: 'already_recalled' }],
    });
  });

  it('reaches a 0.2.20 client, and what that one takes back is gone here', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const carol = await world.person('carol').join();
    const sent = await parley.tell(carol.aid, 'oops');
    await carol.heard(1);
    await parley.state(carol.aid, sent['messageId'], 'delivered');
    await parley.call('message.recall', { ids: [sent['id']] });
    const notice = await carol.event('message.recalled');
    expect(notice['message_ids']).toEqual([sent['messageId']]);
    const theirs = await carol.tell(parley.aid, 'mine too');
    const received = await parley.message(carol.aid, 'mine too');
    await carol.client.recall([String(theirs['message_id'])]);
    await parley.becomes(received['id'], 'is blanked', isRecalled);
  });

  it('of somebody else is refused, and so is one that is too old, for which the message stays', async () => {
    const later = await World.begin();
    onTestFinished(() => later.end());
    const { alice, bob } = await friends(later);
    const theirs = await alice.message(bob.aid, 'hello yourself');
    const sent = await alice.tell(bob.aid, 'too old in a moment');
    await bob.message(alice.aid, 'too old in a moment');
    await alice.becomes(sent['id'], 'has left', (message) => message['state'] === 'delivered');
    await later.gateway.admin('advance_clock', { ms: 3 * 60_000 });
    expect(await alice.call('message.recall', { ids: [theirs['id'], sent['id']] })).toMatchObject({
      recalled: [],
      refused: [
        { id: theirs['id'], reason: 'not_own' },
        { id: sent['id'], reason: 'too_late' },
      ],
    });
    expect(textIn(await alice.call('message.get', { id: sent['id'] }))).toBe('too old in a moment');
  });

  it('that has not left just does not leave', async () => {
    const { alice, bob } = await friends();
    await alice.call('account.disconnect');
    const sent = await alice.tell(bob.aid, 'never sent');
    expect(await alice.call('message.recall', { ids: [sent['id']] })).toMatchObject({
      recalled: [sent['id']],
    });
    await alice.call('account.connect');
    await alice.online();
    await alice.tell(bob.aid, 'sent');
    await bob.message(alice.aid, 'sent');
    expect(await bob.texts(alice.aid)).toEqual(['hello', 'sent']);
  });
});

describe('deleting for me', () => {
  it('leaves it to the other side, and it does not come back when the gateway lost its counters', async () => {
    const { alice, bob } = await friends();
    await bob.tell(alice.aid, 'to be deleted');
    const message = await alice.message(bob.aid, 'to be deleted');
    await alice.call('message.delete', { ids: [message['id']] });
    await expect(alice.call('message.get', { id: message['id'] })).rejects.toThrow('unknown_message');
    expect(await found(alice, 'deleted')).toBe(0);
    await alice.stop();
    await world.gateway.admin('wipe_counters', { aid: alice.aid });
    await alice.startAgain();
    await bob.tell(alice.aid, 'afterwards');
    await alice.message(bob.aid, 'afterwards');
    expect(await alice.texts(bob.aid)).toEqual(['hello yourself', 'afterwards']);
    expect((await bob.timeline(alice.aid)).map(textIn)).toContain('to be deleted');
  });
});

describe('sending on', () => {
  it('sends each message by itself, or all as one bundle, without a claim to be somebody else', async () => {
    const { alice, bob } = await friends();
    const carol = await Parley.join(world, 'carol', false);
    const ids = (await alice.timeline(bob.aid)).map((row) => row['id']);
    await alice.call('conversation.open', { peer: carol.aid });
    await alice.act('message.forward', { ids, to: [carol.aid] });
    await carol.message(alice.aid, 'hello yourself');
    expect(await carol.texts(alice.aid)).toEqual(['hello', 'hello yourself']);
    await alice.act('message.forward', { ids, to: [carol.aid], bundle: true });
    const bundle = await until('the bundle is there', async () => {
      const rows = await carol.timeline(alice.aid);
      return rows.find((row) => contentOf(row)['kind'] === 'bundle');
    });
    expect(dictsOf(contentOf(bundle)['items']).map((item) => item['text'])).toEqual([
      'hello',
      'hello yourself',
    ]);
  });

  it('sends nothing twice under one request', async () => {
    const { alice, bob } = await friends();
    const [row] = await alice.timeline(bob.aid);
    const forward = { ids: [row?.['id']], to: [alice.aid], requestId: 'one-forward' };
    const first = await alice.call('message.forward', forward);
    const second = await alice.call('message.forward', forward);
    expect(dictsOf(second['messages']).map((message) => message['id'])).toEqual(
      dictsOf(first['messages']).map((message) => message['id']),
    );
    expect(await alice.timeline(alice.aid)).toHaveLength(1);
  });
});

describe('an answer', () => {
  it('names what it answers on both sides, for a jump to it', async () => {
    const { alice, bob } = await friends();
    const hello = await alice.message(bob.aid, 'hello yourself');
    await alice.act('message.send', { conversation: bob.aid, text: 'to that', replyTo: hello['id'] });
    const answer = await bob.message(alice.aid, 'to that');
    const original = (await bob.timeline(alice.aid)).find((row) => textIn(row) === 'hello yourself');
    expect(answer['reply']).toMatchObject({
      id: original?.['id'],
      sender: bob.aid,
      text: 'hello yourself',
      standing: 'known',
    });
    const page = await bob.call('message.page', {
      conversation: alice.aid,
      around: original?.['id'],
      limit: 1,
    });
    expect(dictsOf(page['messages']).map((row) => row['id'])).toContain(original?.['id']);
  });

  it('says that its original is gone when it was taken back', async () => {
    const { alice, bob } = await friends();
    const sent = await alice.tell(bob.aid, 'original');
    const received = await bob.message(alice.aid, 'original');
    await bob.act('message.send', { conversation: alice.aid, text: 'answer', replyTo: received['id'] });
    const answer = await alice.message(bob.aid, 'answer');
    await alice.call('message.recall', { ids: [sent['id']] });
    const later = await alice.becomes(answer['id'], 'has lost its original', (message) => {
      return isDict(message['reply']) && message['reply']['standing'] === 'gone';
    });
    expect(JSON.stringify(later['reply'])).not.toContain('original');
  });
});

describe('a poll', () => {
  it('is voted in by both sides, and the newest vote of each counts', async () => {
    const { alice, bob } = await friends();
    const poll = await alice.act('message.sendObject', {
      conversation: bob.aid,
      object: { kind: 'poll', title: 'Tea or coffee?', options: ['Tea', 'Coffee'], multiple: false },
    });
    const received = await until('the poll is there', async () => {
      return (await bob.timeline(alice.aid)).find((row) => contentOf(row)['kind'] === 'poll');
    });
    const [tea, coffee] = dictsOf(contentOf(received)['options']).map((option) => option['id']);
    await alice.act('message.vote', { id: poll['id'], options: [tea] });
    await bob.act('message.vote', { id: received['id'], options: [tea] });
    await bob.act('message.vote', { id: received['id'], options: [coffee] });
    const votes = (mine: unknown): ((message: Dict) => boolean) => {
      return (message) => {
        const counted = dictsOf(message['votes']);
        return [tea, coffee].every((option) =>
          counted.some(
            (vote) => vote['option'] === option && vote['count'] === 1 && vote['mine'] === (option === mine),
          ),
        );
      };
    };
    await alice.becomes(poll['id'], 'has both votes', votes(tea));
    await bob.becomes(received['id'], 'has both votes', votes(coffee));
    const kinds = (await bob.timeline(alice.aid)).map((row) => contentOf(row)['kind']);
    expect(kinds).not.toContain('vote');
  });
});

describe('an action card of a 0.2.20 client', () => {
  it('is answered once with one click', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const agent = await world.person('agent').join();
    await agent.client.send({
      to: parley.aid,
      payload: {
        type: 'action_card',
        title: 'Deploy?',
        text: 'Version 2 is ready.',
        actions: [
          { label: 'Yes', value: 'yes', behavior: 'reply' },
          { label: 'No', value: 'no', behavior: 'reply' },
        ],
      },
    });
    const card = await until('the card is there', async () => {
      const rows = await parley.timeline(agent.aid).catch(() => []);
      return rows.find((row) => contentOf(row)['kind'] === 'actions');
    });
    const press = (action: number): Promise<Dict> =>
      parley.act('message.answerCard', { id: card['id'], action });
    const answered = await press(0);
    expect(answered['card']).toMatchObject({ state: 'completed', label: 'Yes' });
    await press(0);
    await expect(press(1)).rejects.toThrow('card_answered');
    await agent.heard(1);
    await parley.tell(agent.aid, 'afterwards');
    await until('the next text is heard', () => agent.texts.includes('afterwards'));
    expect(agent.received).toHaveLength(2);
    expect(agent.received[0]?.['payload']).toMatchObject({ type: 'action_card_reply' });
  });
});
