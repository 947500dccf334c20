import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeliveryState, Message } from '../../shared/model/message';
import type { AccountStore } from '../ports/store';
import {
  inbound,
  inboundUnreadable,
  openTestStore,
  outgoing,
  PEER,
  type TestStore,
} from './store-test-support';

const EVE = 'eve.aun.test';
const AT = 1_790_000_000_000;

/** What a message ought to be. */
interface Expected {
  kind: 'text' | 'undecryptable' | 'recalled';
  readonly own: boolean;
  readonly conversation: string;
  state: DeliveryState | null;
}

/** The simplest thing that does what the store promises. */
class Model {
  readonly messages = new Map<string, Expected>();
  readonly ids = new Map<string, number>();
  readonly readUpTo = new Map<string, number>();

  waiting(conversation: string): string[] {
    const live = [...this.messages].filter(
      ([, message]) =>
        message.conversation === conversation && (message.state === 'queued' || message.state === 'sending'),
    );
    return live.map(([id]) => id).sort((left, right) => this.id(left) - this.id(right));
  }

  id(messageId: string): number {
    return this.ids.get(messageId) ?? 0;
  }

  unread(conversation: string): number {
    const pointer = this.readUpTo.get(conversation) ?? 0;
    return [...this.messages].filter(
      ([id, message]) =>
        message.conversation === conversation &&
        !message.own &&
        message.kind !== 'recalled' &&
        this.id(id) > pointer,
    ).length;
  }
}

type Step = (test: TestStore, model: Model) => Promise<void>;

const peers = fc.constantFrom(PEER, EVE);
const numbers = fc.integer({ min: 0, max: 12 });

function receive(peer: string, number: number, kind: Expected['kind'], time: number): Step {
  return async (test, model) => {
    const messageId = `${peer} ${number}`;
    const parts = { messageId, sender: peer, conversation: peer, seq: null, serverTime: AT + time };
    const payloadJson = JSON.stringify({ type: 'text', text: `text ${number}` });
    const record =
      kind === 'undecryptable'
        ? inboundUnreadable(parts)
        : kind === 'recalled'
          ? inbound('', { ...parts, content: { kind }, payloadJson: null })
          : inbound(`text ${number}`, { ...parts, payloadJson });
    const change = await test.store.commitInbound([record], null);
    const known = model.messages.get(messageId);
    if (known === undefined) {
      model.messages.set(messageId, { kind, own: false, conversation: peer, state: null });
      model.ids.set(messageId, change.messages[0]?.id ?? 0);
    } else if (kind === 'recalled' || (kind === 'text' && known.kind === 'undecryptable')) known.kind = kind;
  };
}

function queue(peer: string, number: number): Step {
  return async (test, model) => {
    const messageId = `own ${peer} ${number}`;
    const item = outgoing(`own ${number}`, {
      conversation: peer,
      messageId,
      requestId: messageId,
      sortAt: AT + 500,
    });
    const again = model.messages.has(messageId);
    const change = await test.store.enqueue(item);
    expect(change.messages).toHaveLength(1);
    if (again) return;
    model.messages.set(messageId, { kind: 'text', own: true, conversation: peer, state: 'queued' });
    model.ids.set(messageId, change.messages[0]?.id ?? 0);
  };
}

type Settle = 'sending' | 'sent' | 'delivered' | 'waiting' | 'failed' | 'requeue' | 'cancel';

function settle(peer: string, number: number, how: Settle): Step {
  return async ({ store }, model) => {
    const messageId = `own ${peer} ${number}`;
    const message = model.messages.get(messageId);
    if (message === undefined) return;
    const id = model.id(messageId);
    const live = message.state === 'queued' || message.state === 'sending';
    const sent = {
      serverTime: AT + 600 + number,
      seq: null,
      deviceSeqs: null,
      delivered: how === 'delivered',
      forwardSecret: true,
    };
    switch (how) {
      case 'sending':
        await store.markSending(id);
        if (message.state === 'queued') message.state = 'sending';
        return;
      case 'sent':
      case 'delivered':
        await store.markSent(id, sent);
        if (message.state !== 'delivered') message.state = how;
        return;
      case 'waiting':
        await store.markWaiting(id, 'offline', 0);
        if (live) message.state = 'queued';
        return;
      case 'failed':
        await store.markFailed(id, 'internal');
        if (live) message.state = 'failed';
        return;
      case 'requeue':
        await store.requeue(id);
        if (message.state === 'failed') message.state = 'queued';
        return;
      case 'cancel': {
        const taken = await store.cancel(id);
        expect(taken === null).toBe(message.state !== 'queued' && message.state !== 'failed');
        if (taken !== null) model.messages.delete(messageId);
      }
    }
  };
}

function recall(peer: string, number: number): Step {
  return async ({ store }, model) => {
    await store.recall(peer, [`${peer} ${number}`]);
    const message = model.messages.get(`${peer} ${number}`);
    if (message !== undefined) message.kind = 'recalled';
  };
}

function read(peer: string, number: number): Step {
  return async ({ store }, model) => {
    const message = model.messages.get(`${peer} ${number}`);
    if (message === undefined) return;
    const id = model.id(`${peer} ${number}`);
    await store.markRead(peer, id);
    model.readUpTo.set(peer, Math.max(model.readUpTo.get(peer) ?? 0, id));
  };
}

const restart: Step = async (test, model) => {
  const store = await test.reopen();
  await store.recoverOutbox();
  for (const message of model.messages.values()) if (message.state === 'sending') message.state = 'queued';
};

const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .tuple(
      peers,
      numbers,
      fc.constantFrom<Expected['kind']>('text', 'undecryptable', 'recalled'),
      fc.integer({ min: 0, max: 900 }),
    )
    .map((args) => receive(...args)),
  fc.tuple(peers, numbers).map((args) => queue(...args)),
  fc
    .tuple(
      peers,
      numbers,
      fc.constantFrom<Settle>('sending', 'sent', 'delivered', 'waiting', 'failed', 'requeue', 'cancel'),
    )
    .map((args) => settle(...args)),
  fc.tuple(peers, numbers).map((args) => recall(...args)),
  fc.tuple(peers, numbers).map((args) => read(...args)),
  { weight: 1, arbitrary: fc.constant(restart) },
);

async function walk(store: AccountStore, peer: string): Promise<Message[]> {
  const all: Message[] = [];
  for (;;) {
    const page = await store.page(peer, { limit: 3, after: all.at(-1) ?? { sortAt: 0, id: 0 } });
    all.push(...page.messages);
    if (!page.hasNewer) return all;
  }
}

async function compare(store: AccountStore, model: Model, peer: string): Promise<void> {
  const messages = await walk(store, peer);
  const facts = messages.map((message) => [
    message.messageId,
    message.id,
    message.content.kind,
    message.state,
  ]);
  const expected = [...model.messages]
    .filter(([, message]) => message.conversation === peer)
    .map(([messageId, message]) => [messageId, model.id(messageId), message.kind, message.state]);
  expect(new Map(facts.map((fact) => [fact[0], fact]))).toEqual(
    new Map(expected.map((fact) => [fact[0], fact])),
  );
  const sorted = [...messages].sort((left, right) => left.sortAt - right.sortAt || left.id - right.id);
  expect(messages).toEqual(sorted);
  const conversation = await store.conversation(peer);
  if (conversation === null) {
    expect(expected).toEqual([]);
    return;
  }
  const last = messages.at(-1);
  expect(conversation.unread).toBe(model.unread(peer));
  expect(conversation.previewKind).toBe(last?.content.kind ?? 'none');
  expect(conversation.previewState).toBe(last?.state ?? null);
  expect(conversation.previewOwn).toBe(last?.own ?? false);
  if (last !== undefined) expect(conversation.lastActivityAt).toBe(last.sortAt);
  const found = await store.search({ text: 'text', conversation: peer, limit: 100 });
  const texts = messages.filter((message) => !message.own && message.content.kind === 'text');
  expect(new Set(found.map((hit) => hit.message.id))).toEqual(new Set(texts.map((message) => message.id)));
}

describe('the store against a simple model', () => {
  it('agrees after any sequence of what can happen', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const test = await openTestStore();
        const model = new Model();
        for (const apply of steps) await apply(test, model);
        for (const peer of [PEER, EVE]) await compare(test.store, model, peer);
        const heads = (await test.store.outboxHeads()).map((item) => item.messageId);
        const expectedHeads = [PEER, EVE].flatMap((peer) => {
          const [first] = model.waiting(peer);
          return first !== undefined && model.messages.get(first)?.state === 'queued' ? [first] : [];
        });
        expect(new Set(heads)).toEqual(new Set(expectedHeads));
        for (const peer of [PEER, EVE]) {
          if ((await test.store.conversation(peer)) !== null) await test.store.setStanding(peer, 'accepted');
        }
        expect(await test.store.totals(0)).toEqual({
          mentions: 0,
          requests: 0,
          unread: model.unread(PEER) + model.unread(EVE),
          queued: model.waiting(PEER).length + model.waiting(EVE).length,
        });
        await test.host.close();
      }),
      { numRuns: 60 },
    );
  });
});
