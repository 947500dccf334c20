import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../shared/model/conversation';
import { noLinks, type AccountStore } from '../ports/store';
import { inbound, inboundUnreadable, openTestStore, outgoing, PEER, textLinks } from './store-test-support';

const EVE = 'eve.aun.test';
const AT = 1_790_000_000_000;
const PEERS = [PEER, EVE];

/** A message as it ought to be. */
interface Row {
  readonly peer: string;
  readonly own: boolean;
  readonly time: number;
  readonly id: number;
  text: string;
  kind: 'text' | 'undecryptable' | 'recalled';
  mention: boolean;
  hidden: boolean;
}

/** A conversation as it ought to be. */
interface Place {
  standing: Conversation['standing'];
  archived: boolean;
  muted: number | null;
  marked: boolean;
  readUpTo: number;
}

/** Everything is counted from the rows, every time. */
class Life {
  readonly rows = new Map<string, Row>();
  readonly buried = new Set<string>();
  readonly places = new Map<string, Place>();

  of(peer: string): Row[] {
    return [...this.rows.values()]
      .filter((row) => row.peer === peer && !row.hidden)
      .sort((left, right) => left.time - right.time || left.id - right.id);
  }

  unread(peer: string): Row[] {
    const place = this.places.get(peer);
    return this.of(peer).filter(
      (row) => !row.own && row.kind !== 'recalled' && row.id > (place?.readUpTo ?? 0),
    );
  }

  place(peer: string, standing: Conversation['standing']): Place {
    const known = this.places.get(peer);
    const place = known ?? { standing, archived: false, muted: null, marked: false, readUpTo: 0 };
    this.places.set(peer, place);
    return place;
  }
}

type Step = (store: AccountStore, life: Life) => Promise<void>;

const receive =
  (peer: string, number: number, kind: Row['kind'], mention: boolean, hidden: boolean): Step =>
  async (store, life) => {
    const messageId = `${peer} ${number}`;
    const text = `text ${number}`;
    const parts = {
      messageId,
      sender: peer,
      conversation: peer,
      seq: null,
      serverTime: AT + ((number * 7) % 11),
    };
    const links = { ...textLinks(text), mentionsMe: mention, hidden };
    const record =
      kind === 'undecryptable'
        ? inboundUnreadable(parts)
        : kind === 'recalled'
          ? inbound('', { ...parts, content: { kind }, links: noLinks })
          : inbound(text, { ...parts, links, payloadJson: `"${number}"` });
    const change = await store.commitInbound([record], null);
    if (life.buried.has(messageId)) return;
    const place = life.place(peer, 'pending');
    const known = life.rows.get(messageId);
    if (known === undefined) {
      const shown = kind === 'text' && hidden;
      const row = { peer, own: false, time: parts.serverTime, kind, text, hidden: shown };
      const id = change.messages[0]?.id ?? 0;
      life.rows.set(messageId, { ...row, id, mention: kind === 'text' && mention });
      if (!shown && kind !== 'recalled' && (place.muted ?? 0) <= Date.now()) place.archived = false;
    } else if (kind === 'recalled') known.kind = kind;
    else if (kind === 'text' && known.kind === 'undecryptable')
      Object.assign(known, { kind, mention, hidden, text });
  };

const send =
  (peer: string, number: number): Step =>
  async (store, life) => {
    const messageId = `own ${peer} ${number}`;
    const item = outgoing(messageId, {
      conversation: peer,
      messageId,
      requestId: messageId,
      sortAt: AT + 20,
    });
    if (life.rows.has(messageId) || life.buried.has(messageId)) return;
    const [message] = (await store.enqueue(item)).messages;
    const place = life.place(peer, 'accepted');
    place.standing = 'accepted';
    if ((place.muted ?? 0) <= Date.now()) place.archived = false;
    const row = { peer, own: true, kind: 'text' as const, text: messageId, mention: false, hidden: false };
    life.rows.set(messageId, { ...row, id: message?.id ?? 0, time: message?.sortAt ?? 0 });
  };

const remove =
  (peer: string, number: number): Step =>
  async (store, life) => {
    const messageId = `${peer} ${number}`;
    const row = life.rows.get(messageId);
    if (row === undefined) return;
    await store.deleteMessages([row.id]);
    life.rows.delete(messageId);
    life.buried.add(messageId);
  };

const recall =
  (peer: string, number: number): Step =>
  async (store, life) => {
    await store.recall(peer, [`${peer} ${number}`]);
    const row = life.rows.get(`${peer} ${number}`);
    if (row !== undefined) row.kind = 'recalled';
  };

const read =
  (peer: string, number: number): Step =>
  async (store, life) => {
    const place = life.places.get(peer);
    const row = life.rows.get(`${peer} ${number}`);
    if (place === undefined || row === undefined) return;
    await store.markRead(peer, row.id);
    place.marked = false;
    place.readUpTo = Math.max(place.readUpTo, row.id);
  };

const change =
  (peer: string, patch: Partial<Place>): Step =>
  async (store, life) => {
    const place = life.places.get(peer);
    if (place === undefined) return;
    Object.assign(place, patch);
    if (patch.standing !== undefined) await store.setStanding(peer, patch.standing);
    else if (patch.archived !== undefined) await store.changeConversation(peer, { archived: patch.archived });
    else if (patch.marked !== undefined) await store.changeConversation(peer, { markedUnread: patch.marked });
    else await store.changeConversation(peer, { mutedUntil: patch.muted ?? null });
  };

const clear =
  (peer: string): Step =>
  async (store, life) => {
    if (!life.places.has(peer)) return;
    await store.clearConversation(peer, false, 1_000);
    for (const [messageId, row] of life.rows) {
      if (row.peer !== peer) continue;
      life.rows.delete(messageId);
      life.buried.add(messageId);
    }
  };

const peers = fc.constantFrom(...PEERS);
const numbers = fc.integer({ min: 0, max: 9 });
const kinds = fc.constantFrom<Row['kind']>('text', 'text', 'undecryptable', 'recalled');
const patches = fc.constantFrom<Partial<Place>>(
  { standing: 'accepted' },
  { standing: 'blocked' },
  { archived: true },
  { marked: true },
  { muted: 8.64e15 },
  { muted: null },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(peers, numbers, kinds, fc.boolean(), fc.boolean()).map((args) => receive(...args)),
  },
  { weight: 2, arbitrary: fc.tuple(peers, numbers).map((args) => send(...args)) },
  { weight: 2, arbitrary: fc.tuple(peers, numbers).map((args) => remove(...args)) },
  { weight: 2, arbitrary: fc.tuple(peers, numbers).map((args) => recall(...args)) },
  { weight: 2, arbitrary: fc.tuple(peers, numbers).map((args) => read(...args)) },
  { weight: 3, arbitrary: fc.tuple(peers, patches).map((args) => change(...args)) },
  { weight: 1, arbitrary: peers.map((peer) => clear(peer)) },
);

async function compare(store: AccountStore, life: Life): Promise<void> {
  const totals = { unread: 0, mentions: 0, requests: 0 };
  for (const [peer, place] of life.places) {
    const rows = life.of(peer);
    const unread = life.unread(peer);
    const mentions = unread.filter((row) => row.mention).length;
    const last = rows.at(-1);
    expect(await store.conversation(peer)).toMatchObject({
      standing: place.standing,
      archived: place.archived,
      markedUnread: place.marked,
      unread: unread.length,
      mentions,
      previewKind: last?.kind ?? 'none',
      preview: last?.kind === 'text' ? last.text : '',
    });
    const { messages } = await store.page(peer, { limit: 100 });
    expect(messages.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    const found = await store.search({ text: 'tex', conversation: peer, limit: 100 });
    const texts = rows.filter((row) => row.kind === 'text' && !row.own);
    expect(new Set(found.map((hit) => hit.message.id))).toEqual(new Set(texts.map(({ id }) => id)));
    if (place.standing === 'pending' && last !== undefined) totals.requests += 1;
    if (place.standing !== 'accepted') continue;
    totals.mentions += mentions;
    if ((place.muted ?? 0) <= Date.now()) totals.unread += Math.max(unread.length, place.marked ? 1 : 0);
  }
  expect(await store.totals(Date.now())).toMatchObject(totals);
  let listed = 0;
  for (const view of ['inbox', 'archived'] as const) {
    const { conversations } = await store.conversations(view, 10, 0);
    for (const { mutedUntil, unread, markedUnread } of conversations)
      if ((mutedUntil ?? 0) <= Date.now()) listed += Math.max(unread, markedUnread ? 1 : 0);
  }
  expect(listed).toBe(totals.unread);
}

describe('counts, previews and lists', () => {
  it('agree with the rows after any sequence of what people do', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 50 }), async (steps) => {
        const { store, host } = await openTestStore();
        const life = new Life();
        for (const apply of steps) await apply(store, life);
        await compare(store, life);
        await host.close();
      }),
      { numRuns: 60 },
    );
  });
});
