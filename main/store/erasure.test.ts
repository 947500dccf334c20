import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noLinks } from '../ports/store';
import { createHandlers } from './handlers';
import { event, GROUP, groupKey, groupRecord, member, OTHER_GROUP, spoken } from './group-test-support';
import { openDatabase } from './open';
import type { Handlers } from './protocol';
import type { Connection } from './sqlite';
import { claim, inbound, outgoing, OWN, PEER, quiet, temporaryFolder, textLinks } from './store-test-support';

interface Open {
  readonly store: Handlers;
  readonly reader: Connection;
  readonly writer: Connection;
  close(): void;
}

function opened(): Open {
  const file = path.join(temporaryFolder(), 'parley.db');
  const { reader, writer } = openDatabase(file, randomBytes(32), quiet);
  return {
    store: createHandlers(reader, writer, quiet, OWN),
    reader,
    writer,
    close() {
      reader.close();
      writer.close();
    },
  };
}

/** Every place of the database that holds a text, shadow tables and words of both indexes included. */
function placesOf(database: Connection, needle: string): string[] {
  const places: string[] = [];
  const tables = database.all(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'",
  );
  for (const { name } of tables) {
    for (const row of database.all(`SELECT * FROM "${String(name)}"`)) {
      for (const [column, value] of Object.entries(row)) {
        const bytes = value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value));
        if (bytes.includes(needle)) places.push(`${String(name)}.${column}`);
      }
    }
  }
  for (const index of ['search', 'word_parts', 'group_log_search']) {
    database.exec(`CREATE VIRTUAL TABLE temp.terms USING fts5vocab (main, ${index}, row)`);
    for (const { term } of database.all('SELECT term FROM temp.terms')) {
      if (String(term).includes(needle)) places.push(`${index} has ${String(term)}`);
    }
    database.exec('DROP TABLE temp.terms');
    database.exec(`INSERT INTO ${index} (${index}) VALUES ('integrity-check')`);
  }
  return places;
}

/** What the index of messages and the list of its words hold. */
function wordsOf(database: Connection): unknown[] {
  database.exec('CREATE VIRTUAL TABLE temp.terms USING fts5vocab (main, search, row)');
  const terms = database.all('SELECT term FROM temp.terms').map(({ term }) => term);
  database.exec('DROP TABLE temp.terms');
  return [...terms, ...database.all('SELECT word FROM words').map(({ word }) => word)];
}

const WORD = 'zanzibar';

function filled(): Open & { readonly id: number } {
  const test = opened();
  const texts = Array.from({ length: 30 }, (_unused, index) => inbound(`ordinary ${index} zany`));
  test.store.commitInbound([texts, null]);
  const secret = inbound(`${WORD} 秘密`, {
    messageId: 'secret',
    links: { ...textLinks(`${WORD} 秘密`), attachments: [claim(`${WORD}.png`, 'image/png')] },
  });
  const { messages } = test.store.commitInbound([[secret], null]);
  expect(placesOf(test.writer, WORD)).toContain(`search has ${WORD}`);
  expect(placesOf(test.writer, 'zib')).toContain('word_parts has zib');
  return { ...test, id: messages[0]?.id ?? 0 };
}

function expectGone({ writer, store }: Open): void {
  for (const needle of [WORD, 'zib', '秘']) expect(placesOf(writer, needle)).toEqual([]);
  expect(store.search([{ text: 'zany', limit: 50 }])).toHaveLength(30);
  expect(store.search([{ text: WORD, limit: 50 }])).toEqual([]);
}

describe('what is gone for good', () => {
  it('leaves no word in any table or index when a message is deleted', () => {
    const test = filled();
    test.store.deleteMessages([[test.id]]);
    expectGone(test);
    test.close();
  });

  it('leaves no word of any text at all, whatever letters it is made of', () => {
    const test = opened();
    const odd = [
      '\0',
      '\uD800',
      '\uDC00',
      '\u0130',
      'ß',
      'e\u0301',
      '\u00e9',
      '\u200D',
      '\uFEFF',
      '\u202E',
      '秘',
      '😀',
      '"',
      "'",
      '*',
    ];
    const letter = fc.oneof(
      fc.constantFrom(...odd),
      fc.constantFrom('a', 'b', ' ', '.', '-', 'xyz'.repeat(50)),
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary', size: 'medium' }),
      fc.array(letter, { minLength: 1, maxLength: 12 }).map((parts) => parts.join('')),
      fc.array(letter, { minLength: 3, maxLength: 6 }).map((parts) => `one${parts.join('')}two`),
    );
    fc.assert(
      fc.property(texts, texts, (first, second) => {
        const records = [first, second].map((each) => inbound(each, { links: textLinks(each) }));
        const { messages } = test.store.commitInbound([records, null]);
        const [one, two] = messages.map(({ id }) => id);
        test.store.deleteMessages([[one ?? 0]]);
        if (two !== undefined) test.store.deleteMessages([[two]]);
        expect(wordsOf(test.writer)).toEqual([]);
      }),
      { numRuns: 50 },
    );
    for (const index of ['search', 'word_parts'])
      test.writer.exec(`INSERT INTO ${index} (${index}) VALUES ('integrity-check')`);
    test.close();
  });

  it('leaves no word in any table or index when a message is recalled', () => {
    const test = filled();
    test.store.recall([PEER, ['secret']]);
    expectGone(test);
    test.close();
  });

  it('leaves no word in any table or index when its time is over', () => {
    const test = filled();
    test.store.changeConversation([PEER, { retention: 3600 }]);
    const next = test.store.nextExpiry([]) ?? 0;
    expect(test.store.sweepExpired([next - 1, 100]).removed).toEqual([]);
    expect(test.store.sweepExpired([next + 60_000, 100]).removed).toHaveLength(31);
    for (const needle of [WORD, 'zib', '秘', 'ordinary', 'zan'])
      expect(placesOf(test.writer, needle)).toEqual([]);
    expect(test.store.nextExpiry([])).toBeNull();
    test.close();
  });

  it('leaves no word of a group, its log, its members and its keys when its conversation is deleted', () => {
    const test = opened();
    test.store.saveGroup([groupRecord({ name: `Team ${WORD}`, description: WORD })]);
    test.store.replaceMembers([GROUP, [member(`${WORD}.aun.test`)]]);
    const secret = new Uint8Array(Buffer.from(`${WORD}${WORD}${WORD}${WORD}`));
    test.store.saveGroupKey([GROUP, groupKey(1, { secret })]);
    test.store.commitGroupMessages([GROUP, [spoken(`${WORD} 秘密`)], null]);
    const entries = [
      event(1, 'joined', { actor: `${WORD}.aun.test` }),
      event(2, 'update', { values: { text: '秘密' } }),
    ];
    test.store.commitGroupEvents([GROUP, entries, null]);
    for (const needle of [WORD, '秘密']) expect(placesOf(test.writer, needle).length).toBeGreaterThan(2);
    expect(
      test.store.groupLog([GROUP, { text: 'zib', actions: [], before: null, limit: 5 }]).entries,
    ).toHaveLength(1);
    while (!test.store.clearConversation([GROUP, true, 10]).done);
    for (const needle of [WORD, 'zib', '秘']) expect(placesOf(test.writer, needle)).toEqual([]);
    test.close();
  });

  it('leaves no word of a long log, wherever deleting was interrupted, and finds what other groups have', () => {
    const test = opened();
    const said = (text: string, count: number) =>
      Array.from({ length: count }, (_unused, index) => event(index + 1, 'update', { values: { text } }));
    for (const id of [GROUP, OTHER_GROUP]) test.store.saveGroup([groupRecord({ group: id, wireId: id })]);
    // Words of many kinds: the index is too large to be written anew at once.
    const many = said('other', 1_200).map(({ entry, ...rest }) => {
      const text = `other ${createHash('sha256').update(String(entry.seq)).digest('hex')}`;
      return { ...rest, entry: { ...entry, values: { text } } };
    });
    test.store.commitGroupEvents([OTHER_GROUP, [...said('quokka', 1), ...many.slice(1)], null]);
    test.store.commitGroupEvents([GROUP, said(`${WORD} 秘密`, 450), null]);
    expect(test.store.clearConversation([GROUP, true, 500]).done).toBe(false);
    // Somebody else goes on, with a new entry of another group in between.
    const next = createHandlers(test.reader, test.writer, quiet, OWN);
    next.commitGroupEvents([OTHER_GROUP, [event(1_201, 'update', { values: { text: 'wombat' } })], null]);
    while (!next.clearConversation([GROUP, true, 500]).done);
    for (const needle of [WORD, 'zib', '秘']) expect(placesOf(test.writer, needle)).toEqual([]);
    const erases = "SELECT v FROM group_log_search_config WHERE k = 'secure-delete'";
    expect(test.writer.get(erases)).toEqual({ v: 1 });
    const found = (text: string) =>
      next
        .groupLog([OTHER_GROUP, { text, actions: [], before: null, limit: 5 }])
        .entries.map(({ seq }) => seq);
    expect(found('quokka')).toEqual([1]);
    expect(found('wombat')).toEqual([1_201]);
    expect(found('zanz')).toEqual([]);

    // The last one: the index is emptied at once, and goes on erasing word by word afterwards.
    while (!next.clearConversation([OTHER_GROUP, true, 500]).done);
    for (const needle of ['quo', 'wom', 'oth']) expect(placesOf(test.writer, needle)).toEqual([]);
    next.saveGroup([groupRecord()]);
    next.commitGroupEvents([GROUP, said(WORD, 3), null]);
    next.saveGroup([groupRecord({ group: OTHER_GROUP, wireId: OTHER_GROUP })]);
    next.commitGroupEvents([OTHER_GROUP, said('quokka', 3), null]);
    while (!next.clearConversation([GROUP, true, 500]).done);
    expect(placesOf(test.writer, 'zib')).toEqual([]);
    expect(placesOf(test.writer, 'quo').length).toBeGreaterThan(0);
    test.close();
  });

  it('leaves the words that others still use', () => {
    const test = filled();
    const again = test.store.enqueue([outgoing(`${WORD} again`)]).messages[0]?.id ?? 0;
    test.store.deleteMessages([[test.id]]);
    expect(test.store.search([{ text: 'anziba', limit: 5 }]).map((hit) => hit.message.id)).toEqual([again]);
    test.store.cancel([again]);
    expectGone(test);
    test.close();
  });

  it('takes hidden votes along with their poll, and what a status replaced along with it', () => {
    const test = opened();
    const status = (text: string): ReturnType<typeof inbound> =>
      inbound(text, { links: { ...textLinks(text), replaceKey: 'task 1' } });
    test.store.commitInbound([[status('quokka working')], null]);
    const newest = test.store.commitInbound([[status('done')], null]).messages[0]?.id ?? 0;
    test.store.commitInbound([
      [
        inbound('', {
          messageId: 'poll',
          content: {
            kind: 'poll',
            title: 't',
            options: [{ id: 'a', text: 'A' }],
            multiple: false,
            expiresAt: null,
          },
          links: noLinks,
        }),
        inbound('', {
          content: { kind: 'vote', poll: 'poll', options: ['quokka'] },
          links: { ...noLinks, hidden: true, refersTo: { messageId: 'poll', as: 'vote' } },
        }),
      ],
      null,
    ]);
    const poll = test.store.find([PEER, 'poll'])?.id ?? 0;
    test.store.deleteMessages([[newest, poll]]);
    expect(placesOf(test.writer, 'quokka')).toEqual([]);
    test.close();
  });
});
