import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountStore, InboundRecord, SearchQuery } from '../ports/store';
import { inbound, openTestStore, OWN, PEER, textLinks } from './store-test-support';

const AT = 1_790_000_000_000;
const EVE = 'eve.aun.test';
const CROWD = 'crowd.aun.test';

interface Entry {
  readonly id: number;
  readonly text: string;
  readonly conversation: string;
  readonly sender: string;
  readonly at: number;
}

/** Stores texts one after the other, a second apart, and gives them back newest first. */
async function keep(
  store: AccountStore,
  rows: readonly { readonly text: string; readonly conversation: string; readonly own?: boolean }[],
): Promise<Entry[]> {
  const records = rows.map(({ text, conversation, own = false }, index): InboundRecord => {
    const sender = own ? OWN : conversation;
    return inbound(text, {
      conversation,
      sender,
      own,
      serverTime: AT + index * 1000,
      links: textLinks(text),
    });
  });
  const { messages } = await store.commitInbound(records, null);
  return messages
    .map(({ id }, index) => {
      const { conversation, sender } = records[index] ?? { conversation: '', sender: '' };
      return { id, conversation, sender, text: rows[index]?.text ?? '', at: AT + index * 1000 };
    })
    .reverse();
}

/** What a search has to find, found by looking at every text. */
function naive(entries: readonly Entry[], query: SearchQuery): number[] {
  const has = (text: string, word: string): boolean => {
    if (/^\p{Script=Han}+$/u.test(word)) return text.includes(word);
    const words = text.toLowerCase().match(/[a-z0-9._]+/g) ?? [];
    return words.some((other) => (word.length < 3 ? other.startsWith(word) : other.includes(word)));
  };
  return entries
    .filter(({ conversation }) => query.conversation === undefined || conversation === query.conversation)
    .filter(({ sender }) => query.from === undefined || sender === query.from)
    .filter(({ at }) => at >= (query.since ?? 0) && at < (query.until ?? Infinity))
    .filter(({ text }) => query.text.split(' ').every((word) => has(text, word)))
    .slice(0, query.limit)
    .map(({ id }) => id);
}

async function ids(store: AccountStore, query: SearchQuery): Promise<number[]> {
  return (await store.search(query)).map((hit) => hit.message.id);
}

/** In 1 900 messages four parts that many words contain, one of them in every message; rare and frequent characters. */
function crowd(): { text: string; conversation: string; own: boolean }[] {
  return Array.from({ length: 1_900 }, (_unused, index) => {
    const conversation = index % 40 === 0 ? EVE : index % 7 === 0 ? PEER : CROWD;
    const words = [
      index % 3 === 0 ? `quux${index}xuuq` : `plain${index}`,
      `each${index}`,
      index % 20 === 0 ? `inzab${index}` : '',
      index % 5 === 0 ? '花园' : '天气',
      index % 301 === 6 ? '龘' : '',
      index % 900 === 0 ? 'Zebra' : '',
      index === 40 || index === 1_880 ? 'Quuxotic' : '',
    ];
    return { text: words.filter((word) => word !== '').join(' '), conversation, own: index % 4 === 1 };
  });
}

describe('a part of very many words, in a history of several people', () => {
  it('is found with every filter, limit and other word exactly where a look at every text finds it', async () => {
    const { store } = await openTestStore();
    const entries = await keep(store, crowd());
    const word = fc.constantFrom(
      'uux',
      'quux',
      'nzab',
      'q',
      'in',
      'xuuq',
      '花',
      '龘',
      '园',
      'zeb',
      'uuxo',
      'plain',
      'each',
    );
    const some = <Value>(...values: Value[]): fc.Arbitrary<Value | undefined> =>
      fc.option(fc.constantFrom(...values), { nil: undefined, freq: 1 });
    const time = fc.option(
      fc.integer({ min: 0, max: 1_900 }).map((index) => AT + index * 1000),
      { nil: undefined, freq: 1 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(word, { minLength: 1, maxLength: 3 }),
        some(PEER, EVE, CROWD),
        some(PEER, OWN, CROWD),
        time,
        time,
        fc.constantFrom(1, 7, 50, 2_000),
        async (words, conversation, from, since, until, limit) => {
          const query: SearchQuery = {
            text: words.join(' '),
            limit,
            ...(conversation === undefined ? {} : { conversation }),
            ...(from === undefined ? {} : { from }),
            ...(since === undefined ? {} : { since }),
            ...(until === undefined ? {} : { until }),
          };
          expect(await ids(store, query)).toEqual(naive(entries, query));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is found without a gap where reading goes on, however many are wanted', async () => {
    const { store } = await openTestStore();
    const entries = await keep(store, crowd());
    for (const limit of [249, 250, 251, 500, 501, 1_700, 1_900, 2_000])
      for (const text of ['each', 'each quux', 'each 花'])
        expect(await ids(store, { text, limit }), text).toEqual(naive(entries, { text, limit }));
  });

  it('gives old and new hits of one conversation among those of others', async () => {
    const { store } = await openTestStore();
    const entries = await keep(store, crowd());
    const query = { text: 'uuxo', conversation: EVE, limit: 50 };
    const found = await ids(store, query);
    expect(found).toEqual(naive(entries, query));
    expect(found).toHaveLength(2);
    const all = { text: 'quux', conversation: EVE, limit: 500 };
    expect(await ids(store, all)).toEqual(naive(entries, all));
    expect(naive(entries, all).length).toBeGreaterThan(10);
  });

  it('is found page after page without a hit lost or given twice', async () => {
    const { store } = await openTestStore();
    const entries = await keep(store, crowd());
    for (const query of [
      { text: 'uux 花' },
      { text: 'uux', conversation: CROWD },
      { text: 'q', from: OWN },
      { text: '龘 plain' },
    ]) {
      const found: number[] = [];
      for (let until: number | undefined; ;) {
        const hits = await store.search({ ...query, limit: 30, ...(until === undefined ? {} : { until }) });
        found.push(...hits.map((hit) => hit.message.id));
        const last = hits.at(-1);
        if (last === undefined) break;
        until = last.message.sortAt;
      }
      expect(found).toEqual(naive(entries, { ...query, limit: Infinity }));
    }
  });

  it('is found together with Chinese, whichever of the two is the rare one', async () => {
    const { store } = await openTestStore();
    const entries = await keep(store, crowd());
    for (const text of ['龘 uux', '龘 plain', '花 nzab', '花园 uuxo', '天 zeb', '花 q', 'in 龘', 'uuxo 龘']) {
      const query = { text, limit: 2_000 };
      expect(await ids(store, query), text).toEqual(naive(entries, query));
    }
    const rare = naive(entries, { text: '龘 uux', limit: 50 });
    expect(rare.length).toBeGreaterThan(0);
    expect(naive(entries, { text: '花 nzab', limit: 500 }).length).toBeGreaterThan(rare.length);
  });

  it('is found behind more messages than are read through, in its oldest and its newest words', async () => {
    const { store } = await openTestStore();
    const rows = [
      ...Array.from({ length: 200 }, (_unused, index) => ({ text: `quux${index} 花`, conversation: PEER })),
      ...Array.from({ length: 2_050 }, () => ({ text: '花 only', conversation: PEER })),
      { text: 'quux0 花', conversation: PEER },
    ];
    const entries = await keep(store, rows);
    const hits = naive(entries, { text: 'uux 花', limit: 201 });
    for (const rest of [{}, { conversation: PEER }, { from: PEER }]) {
      const found = await ids(store, { text: 'uux 花', limit: 20, ...rest });
      expect(found).toEqual(hits.slice(0, 20));
      // The word that was met first is old and comes again as the newest of all: both are there.
      const whole = await ids(store, { text: 'uux 花', limit: 201, ...rest });
      expect([whole.at(0), whole.at(-1)]).toEqual([hits.at(0), hits.at(-1)]);
    }
  });

  it('is found without regard to case and accents, whatever else stands in the text', async () => {
    const { store } = await openTestStore();
    const texts = [
      'QUÜX',
      'xQu\u0301ux',
      '“Quux” 花园。',
      'ＱＵＵＸ quux',
      'q\u00adu',
      'éq',
      '花qu',
      'a.qu',
      'can\u2019t',
    ];
    const entries = await keep(store, [
      ...Array.from({ length: 90 }, (_unused, index) => ({ text: `quux${index}`, conversation: EVE })),
      ...texts.map((text) => ({ text, conversation: PEER })),
    ]);
    const textsOf = async (text: string): Promise<string[]> => {
      const found = await ids(store, { text, conversation: PEER, limit: 20 });
      return found.map((id) => entries.find((entry) => entry.id === id)?.text ?? '').reverse();
    };
    expect(await textsOf('quux')).toEqual(texts.slice(0, 4));
    expect(await textsOf('QÚUX')).toEqual(texts.slice(0, 4));
    expect(await textsOf('qu')).toEqual(['QUÜX', '“Quux” 花园。', 'ＱＵＵＸ quux', '花qu', 'a.qu']);
  });
});

describe('a part of a word', () => {
  it('is found wherever in the word it stands, at every length', async () => {
    const { store } = await openTestStore();
    const [, , whole] = await keep(store, [
      { text: 'abcdefghijklm', conversation: PEER },
      { text: 'abcxdefxghixjklxklm', conversation: PEER },
      { text: 'abc def ghi jkl klm', conversation: PEER },
    ]);
    const letters = 'abcdefghijklm';
    for (let from = 0; from <= letters.length - 4; from += 1) {
      for (let to = from + 4; to <= letters.length; to += 1) {
        const text = letters.slice(from, to);
        expect(await ids(store, { text, limit: 5 }), text).toEqual([whole?.id]);
      }
    }
  });
});
