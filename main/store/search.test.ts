import { describe, expect, it } from 'vitest';
import type { AccountStore } from '../ports/store';
import { inbound, openTestStore, outgoing, PEER } from './store-test-support';

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
