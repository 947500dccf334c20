import { describe, expect, it } from 'vitest';
import { noLinks, type AccountStore, type SearchQuery } from '../ports/store';
import { inbound, openTestStore, outgoing, OWN, PEER } from './store-test-support';

async function storeWith(texts: readonly string[]): Promise<AccountStore> {
  const { store } = await openTestStore();
  await store.commitInbound(
    texts.map((text) => inbound(text)),
    null,
  );
  return store;
}

async function find(store: AccountStore, query: string): Promise<string[]> {
  const hits = await store.search({ text: query, limit: 20 });
  return hits.map(({ message }) => ('text' in message.content ? message.content.text : ''));
}

describe('searching', () => {
  it('finds Chinese of any length', async () => {
    const store = await storeWith(['今天去公园看花', '公开的花园', 'hello 世界']);
    expect(await find(store, '花')).toEqual(['公开的花园', '今天去公园看花']);
    expect(await find(store, '公园')).toEqual(['今天去公园看花']);
    expect(await find(store, '今天去公园看花')).toEqual(['今天去公园看花']);
    expect(await find(store, '园公')).toEqual([]);
    expect(await find(store, '世界 hel')).toEqual(['hello 世界']);
  });

  it('finds words by any three letters of them and by their beginning, without regard to case and accents, newest first', async () => {
    const store = await storeWith(['Café culture', 'a messenger', 'the message']);
    expect(await find(store, 'MESS')).toEqual(['the message', 'a messenger']);
    expect(await find(store, 'm')).toEqual(['the message', 'a messenger']);
    expect(await find(store, 'cafe')).toEqual(['Café culture']);
    expect(await find(store, 'essage')).toEqual(['the message']);
    expect(await find(store, 'SENG')).toEqual(['a messenger']);
    expect(await find(store, 'es')).toEqual([]);
    expect(await find(store, 'the message')).toEqual(['the message']);
    expect(await find(store, 'messenger the')).toEqual([]);
  });

  it('puts the newest first, whether a word is whole or a part', async () => {
    const store = await storeWith(['art', 'art again', 'artist']);
    expect(await find(store, 'art')).toEqual(['artist', 'art again', 'art']);
    expect((await store.search({ text: 'art', limit: 2 })).length).toBe(2);
  });

  it('finds AIDs whole and in part', async () => {
    const store = await storeWith(['ask alice.agentid.pub', 'ask bob.agentid.pub', 'ask carol.aun.test.']);
    expect(await find(store, 'alice.agentid.pub')).toEqual(['ask alice.agentid.pub']);
    expect(await find(store, 'ali')).toEqual(['ask alice.agentid.pub']);
    expect(await find(store, 'ice.agent')).toEqual(['ask alice.agentid.pub']);
    expect(await find(store, 'agentid')).toEqual(['ask bob.agentid.pub', 'ask alice.agentid.pub']);
    expect(await find(store, 'carol.aun.test')).toEqual(['ask carol.aun.test.']);
  });

  it('takes any query as plain words', async () => {
    const store = await storeWith(['to be or not to be', 'star * quote " (x) AND NEAR', '100% c++ 😀 done']);
    const queries = [
      '"',
      '""""',
      "'",
      '*',
      'a"b',
      'OR',
      'NOT be',
      '(',
      ')',
      '^be',
      'body:be',
      'scope:c1',
      '-',
      '+',
      'NEAR(be or)',
    ];
    for (const query of [
      ...queries,
      '\0',
      'be\0or',
      '😀',
      '  ',
      '',
      '\ud800',
      '{',
      '\\',
      '%',
      '_',
      ';--',
      'x'.repeat(256),
    ]) {
      await expect(store.search({ text: query, limit: 5 })).resolves.toBeInstanceOf(Array);
    }
    expect(await find(store, 'or NOT')).toEqual(['to be or not to be']);
    expect(await find(store, '"quote"')).toEqual(['star * quote " (x) AND NEAR']);
    expect(await find(store, '😀 done')).toEqual(['100% c++ 😀 done']);
    expect(await find(store, 'scope:c1')).toEqual([]);
  });

  it('stays within a conversation when told so', async () => {
    const { store } = await openTestStore();
    await store.commitInbound(
      [inbound('same words'), inbound('same words', { sender: 'e.x.y', conversation: 'e.x.y' })],
      null,
    );
    const hits = await store.search({ text: 'words', conversation: 'e.x.y', limit: 5 });
    expect(hits.map((hit) => [hit.message.conversation, hit.title])).toEqual([['e.x.y', 'e.x.y']]);
    expect(await store.search({ text: 'words', conversation: 'nobody.x.y', limit: 5 })).toEqual([]);
    expect(await store.search({ text: 'words', limit: 1 })).toHaveLength(1);
    expect(await store.search({ text: 'c1', limit: 5 })).toEqual([]);
  });

  it('finds own messages, and no longer what was recalled or taken back', async () => {
    const { store } = await openTestStore();
    const change = await store.enqueue(outgoing('my secret plan'));
    expect(await find(store, 'secret')).toEqual(['my secret plan']);
    await store.cancel(change.messages[0]?.id ?? 0);
    expect(await find(store, 'secret')).toEqual([]);
  });

  it('shows plain text around the hit with its marks', async () => {
    const before = 'x '.repeat(100);
    const store = await storeWith([`${before}Ünïcode <b>公园</b>\nand unicorns ${'y '.repeat(200)}`]);
    const [hit] = await store.search({ text: 'uni 公园', limit: 1 });
    const marked = hit?.ranges.map(([start, end]) => hit.excerpt.slice(start, end));
    expect(marked).toEqual(['Ünï', '公园', 'uni']);
    expect(hit?.excerpt).toContain('Ünïcode <b>公园</b> and unicorns');
    expect(hit?.excerpt.startsWith('…')).toBe(true);
    expect(hit?.excerpt.endsWith('…')).toBe(true);
    expect(hit?.excerpt.length).toBeLessThan(170);
    expect(hit?.message.conversation).toBe(PEER);
  });

  it('never cuts an emoji at the edge of an excerpt', async () => {
    for (const shift of ['', ' ']) {
      const store = await storeWith([`${shift}${'😀'.repeat(80)} word ${'😀'.repeat(200)}`]);
      const [hit] = await store.search({ text: 'word', limit: 1 });
      expect(hit?.excerpt).not.toMatch(
        /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/,
      );
      expect(hit?.ranges.map(([start, end]) => hit.excerpt.slice(start, end))).toEqual(['word']);
    }
  });
});

describe('filters of a search', () => {
  const AT = 1_790_000_000_000;

  it('narrow it down by sender and time, with words or without', async () => {
    const { store } = await openTestStore();
    const { messages } = await store.commitInbound(
      [
        inbound('red car', { serverTime: AT + 1 }),
        inbound('red house', { serverTime: AT + 2, own: true, sender: OWN }),
        inbound('red car', { serverTime: AT + 3, sender: 'e.x.y', conversation: 'e.x.y' }),
        inbound('', { serverTime: AT + 4, links: { ...noLinks, hidden: true } }),
      ],
      null,
    );
    const ids = messages.map(({ id }) => id);
    const found = async (query: Partial<SearchQuery>): Promise<number[]> =>
      (await store.search({ text: '', limit: 5, ...query })).map((hit) => hit.message.id);
    expect(await found({ from: OWN })).toEqual([ids[1]]);
    expect(await found({ from: PEER, text: 'car' })).toEqual([ids[0]]);
    expect(await found({ from: 'nobody.x.y' })).toEqual([]);
    expect(await found({ since: AT + 2 })).toEqual([ids[2], ids[1]]);
    expect(await found({ since: AT + 2, until: AT + 3, text: 'ho' })).toEqual([ids[1]]);
    expect(await found({ until: AT + 1 })).toEqual([]);
    expect(await found({ conversation: PEER })).toEqual([ids[1], ids[0]]);
    expect(await found({})).toEqual([]);
    expect(await found({ text: '??' })).toEqual([]);
    expect(await found({ text: '😀', from: OWN })).toEqual([]);
  });

  it('reach a message that moved to another time', async () => {
    const { store } = await openTestStore();
    const id = (await store.enqueue(outgoing('moved', { sortAt: AT }))).messages[0]?.id ?? 0;
    const sent = { seq: null, deviceSeqs: null, delivered: false, forwardSecret: true };
    await store.markSent(id, { ...sent, serverTime: AT + 9_000_000 });
    const hits = await store.search({ text: 'move', since: AT + 8_000_000, limit: 5 });
    expect(hits.map((hit) => hit.message.id)).toEqual([id]);
  });
});

describe('a part of very many words', () => {
  it('is found newest first, and in old messages when the new ones do not have it', async () => {
    const { store } = await openTestStore();
    const texts = Array.from({ length: 400 }, (_unused, index) => `quux${index}xuuq 花`);
    const many = await store.commitInbound(
      [inbound('the first quux'), ...texts.map((text) => inbound(text))],
      null,
    );
    const ids = many.messages.map(({ id }) => id);
    const hits = await store.search({ text: 'uux', limit: 401 });
    expect(hits.map((hit) => hit.message.id)).toEqual([...ids].reverse());
    expect((await store.search({ text: 'quu 花', limit: 500 })).length).toBe(400);
    await store.commitInbound(
      Array.from({ length: 2_100 }, () => inbound('nothing here')),
      null,
    );
    const old = await store.search({ text: 'uux', limit: 50 });
    expect(old.length).toBe(50);
    expect(old[0]?.message.id).toBe(ids.at(-1));
  });
});
