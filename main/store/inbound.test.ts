import { describe, expect, it } from 'vitest';
import type { LogLevel } from '../runtime/logger';
import { systemClock } from '../runtime/runtime';
import {
  claim,
  inbound,
  inboundUnreadable,
  openTestStore,
  outgoing,
  OWN,
  PEER,
  textContent,
  textLinks,
  unreadable,
} from './store-test-support';

describe('committing inbound messages', () => {
  it('keeps messages, cursor and summary across a restart', async () => {
    const test = await openTestStore();
    const first = inbound('hello');
    const second = inbound('line one\nline two');
    const change = await test.store.commitInbound([first, second], { contiguous: 2, acknowledged: 1 });
    expect(change.messages.map((message) => message.content)).toEqual([first.content, second.content]);
    expect(change.conversations).toHaveLength(1);

    const store = await test.reopen();
    const page = await store.page(PEER, { limit: 10 });
    expect(page.messages).toEqual(change.messages);
    expect(page).toMatchObject({ hasOlder: false, hasNewer: false });
    expect(await store.cursor()).toEqual({ contiguous: 2, acknowledged: 1 });
    expect(await store.conversation(PEER)).toMatchObject({
      kind: 'direct',
      title: PEER,
      preview: 'line one line two',
      previewKind: 'text',
      previewOwn: false,
      previewState: null,
      lastActivityAt: second.serverTime,
      unread: 2,
    });
  });

  it('orders by the time of the gateway, and equal times by arrival', async () => {
    const { store } = await openTestStore();
    const at = 1_790_000_000_000;
    await store.commitInbound(
      [
        inbound('c', { serverTime: at + 5 }),
        inbound('a', { serverTime: at }),
        inbound('d', { serverTime: at + 5 }),
        inbound('b', { serverTime: at + 1 }),
      ],
      null,
    );
    const page = await store.page(PEER, { limit: 10 });
    expect(page.messages.map(({ content }) => 'text' in content && content.text)).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });

  it('changes nothing when a row comes again', async () => {
    const { store } = await openTestStore();
    const record = inbound('once');
    const first = await store.commitInbound([record, record], null);
    expect(first.messages).toHaveLength(1);
    const again = await store.commitInbound([{ ...record, seq: record.seq }], null);
    expect(again).toEqual({ messages: [], conversations: [], removed: [] });
    expect((await store.conversation(PEER))?.unread).toBe(1);
  });

  it('ignores and logs a second row with the same id and other content', async () => {
    const lines: [LogLevel, string][] = [];
    const logger = {
      // A slow machine has other things to say as well.
      log: (level: LogLevel, event: string) => {
        if (event === 'store.duplicate_conflict') lines.push([level, event]);
      },
      with: () => logger,
    };
    const { store } = await openTestStore({ clock: systemClock, logger });
    const record = inbound('the first');
    await store.commitInbound([record], null);
    const change = await store.commitInbound(
      [{ ...record, content: textContent('another'), payloadJson: '{"type":"text","text":"another"}' }],
      null,
    );
    expect(change.messages).toEqual([]);
    expect((await store.page(PEER, { limit: 5 })).messages[0]?.content).toEqual(textContent('the first'));
    expect(lines).toEqual([['warn', 'store.duplicate_conflict']]);

    const elsewhere = { ...record, conversation: 'eve.aun.test', content: { kind: 'recalled' as const } };
    expect((await store.commitInbound([elsewhere], null)).messages).toEqual([]);
    expect(lines).toHaveLength(2);
    await store.recall(PEER, [record.messageId]);
    await store.commitInbound([record], null);
    expect(lines).toHaveLength(2);
  });

  it('puts the sealed message in the place of one in the clear with its id, never the other way round', async () => {
    const { store } = await openTestStore();
    const state = { ...textLinks('forged'), replaceKey: 'state' };
    const links = { ...state, attachments: [claim('forged.txt', 'text/plain')] };
    const forged = inbound('forged', { protection: 'none', forwardSecret: false, links });
    const id = (await store.commitInbound([forged], null)).messages[0]?.id ?? 0;
    expect(await store.known([forged])).toEqual([false]);
    const { messageId, serverTime } = forged;
    const real = inbound('real', {
      messageId,
      serverTime: serverTime - 1,
      links: { ...state, searchText: 'real' },
    });
    const change = await store.commitInbound([real], null);
    const shown = { id, content: textContent('real'), protection: 'e2ee-v1', attachments: [] };
    expect(change.messages).toMatchObject([shown]);
    expect(await store.payload(id)).toBe(real.payloadJson);
    expect(await store.attachmentsOf(id)).toEqual([]);
    expect(await store.known([real])).toEqual([true]);
    await store.commitInbound([forged], null);
    expect((await store.page(PEER, { limit: 5 })).messages).toMatchObject([shown]);
    expect((await store.conversation(PEER))?.unread).toBe(1);
  });

  it('heals an unreadable message in place when a readable copy arrives', async () => {
    const { store } = await openTestStore();
    const lost = inboundUnreadable();
    const before = await store.commitInbound([lost, inbound('later')], null);
    const id = before.messages[0]?.id ?? 0;
    expect(await store.raw(id)).toBe('{"raw":true}');
    expect(await store.known([lost])).toEqual([false]);
    const change = await store.commitInbound(
      [
        inbound('now readable', {
          ...lost,
          content: textContent('now readable'),
          links: textLinks('now readable'),
          payloadJson: '{}',
          rawJson: null,
        }),
      ],
      null,
    );
    expect(change.messages).toMatchObject([
      { id, sortAt: lost.serverTime, content: textContent('now readable') },
    ]);
    expect(await store.raw(id)).toBeNull();
    expect(await store.known([lost, { sender: OWN, messageId: lost.messageId }])).toEqual([true, false]);
    expect((await store.search({ text: 'readable', limit: 5 })).map((hit) => hit.message.id)).toEqual([id]);
    expect((await store.conversation(PEER))?.unread).toBe(2);
  });

  it('does not make a readable message unreadable again', async () => {
    const { store } = await openTestStore();
    const record = inbound('fine');
    await store.commitInbound([record], null);
    const change = await store.commitInbound([{ ...record, content: unreadable, payloadJson: null }], null);
    expect(change.messages).toEqual([]);
  });

  it('blanks a message when its recalled row arrives, and it stays blank', async () => {
    const { store } = await openTestStore();
    const record = inbound('regretted words');
    await store.commitInbound([record], null);
    const recalled = {
      ...record,
      content: { kind: 'recalled' as const },
      payloadJson: null,
      protection: 'none' as const,
    };
    const change = await store.commitInbound([recalled], null);
    expect(change.messages).toMatchObject([{ content: { kind: 'recalled' } }]);
    expect(change.conversations).toMatchObject([{ previewKind: 'recalled', preview: '', unread: 0 }]);
    expect(await store.search({ text: 'regretted', limit: 5 })).toEqual([]);
    expect((await store.commitInbound([record], null)).messages).toEqual([]);
  });

  it('marks messages whose sender has another time than the gateway by more than ten minutes', async () => {
    const { store } = await openTestStore();
    const at = 1_790_000_000_000;
    const change = await store.commitInbound(
      [
        inbound('in time', { serverTime: at, senderTime: at - 600_000 }),
        inbound('too early', { serverTime: at + 1, senderTime: at - 600_000 }),
        inbound('unknown', { serverTime: at, senderTime: null }),
      ],
      null,
    );
    expect(change.messages.map((message) => message.timeDoubtful)).toEqual([false, true, false]);
  });

  it('merges a note to self with the message of the outbox it is', async () => {
    const { store } = await openTestStore();
    const note = outgoing('remember', { conversation: OWN });
    const queued = await store.enqueue(note);
    const id = queued.messages[0]?.id ?? 0;
    await store.markSending(id);
    const change = await store.commitInbound(
      [
        inbound('remember', {
          sender: OWN,
          own: true,
          conversation: OWN,
          messageId: note.messageId,
          payloadJson: note.payloadJson,
        }),
      ],
      null,
    );
    expect(change.messages).toMatchObject([{ id, state: 'sent' }]);
    expect(change.conversations).toMatchObject([{ kind: 'self', unread: 0 }]);
    expect(await store.outboxHeads()).toEqual([]);
    await store.markWaiting(id, 'retrying', 5);
    expect((await store.message(id))?.state).toBe('sent');
  });

  it('remembers whose a sequence number is, the newest owner after a reset of the gateway', async () => {
    const { store } = await openTestStore();
    await store.commitInbound([inbound('old', { seq: 7, messageId: 'a' })], null);
    expect(await store.seqOwner(7)).toEqual({ sender: PEER, messageId: 'a' });
    expect(await store.seqOwner(8)).toBeNull();
    await store.commitInbound([inbound('new', { seq: 7, messageId: 'b' })], null);
    expect(await store.seqOwner(7)).toEqual({ sender: PEER, messageId: 'b' });
    await store.commitInbound([inbound('old', { seq: 8, messageId: 'a', payloadJson: null })], null);
    expect(await store.seqOwner(8)).toEqual({ sender: PEER, messageId: 'a' });
  });

  it('stores nothing of a batch that fails', async () => {
    const { store } = await openTestStore();
    const broken = { ...inbound('bad'), messageId: null as unknown as string };
    await expect(
      store.commitInbound([inbound('good'), broken], { contiguous: 9, acknowledged: 9 }),
    ).rejects.toThrow();
    expect(await store.cursor()).toEqual({ contiguous: 0, acknowledged: 0 });
    expect(await store.conversation(PEER)).toBeNull();
    expect(await store.search({ text: 'good', limit: 5 })).toEqual([]);
  });

  it('takes odd numbers and odd text without stopping', async () => {
    const { store } = await openTestStore();
    const text = 'nul \0 lone \ud800 emoji 😀';
    const change = await store.commitInbound(
      [inbound(text, { serverTime: 1.5, senderTime: Number.NaN, seq: null })],
      null,
    );
    expect(change.messages[0]?.sortAt).toBe(2);
    const page = await store.page(PEER, { limit: 1 });
    expect(page.messages[0]?.content).toEqual(textContent('nul \0 lone \ufffd emoji 😀'));
  });
});

describe('recalling', () => {
  it('blanks only messages of that sender', async () => {
    const { store } = await openTestStore();
    const mine = inbound('mine', { messageId: 'same' });
    const other = inbound('other', {
      messageId: 'same',
      sender: 'eve.aun.test',
      conversation: 'eve.aun.test',
    });
    await store.commitInbound([mine, other], null);
    const change = await store.recall('eve.aun.test', ['same', 'unknown', 'same']);
    expect(change.messages).toHaveLength(1);
    expect((await store.page(PEER, { limit: 5 })).messages[0]?.content).toEqual(mine.content);
    expect((await store.page('eve.aun.test', { limit: 5 })).messages[0]?.content).toEqual({
      kind: 'recalled',
    });
  });

  it('counts a recalled message as unread no longer, and one read before not twice', async () => {
    const { store } = await openTestStore();
    const first = inbound('one');
    const second = inbound('two');
    const change = await store.commitInbound([first, second], null);
    await store.markRead(PEER, change.messages[0]?.id ?? 0);
    expect((await store.recall(PEER, [first.messageId])).conversations).toMatchObject([{ unread: 1 }]);
    expect((await store.recall(PEER, [second.messageId])).conversations).toMatchObject([{ unread: 0 }]);
  });
});

describe('healing', () => {
  it('offers what may be opened later, least tried first, and replaces it', async () => {
    const { store } = await openTestStore();
    const first = inboundUnreadable();
    const second = inboundUnreadable({ conversation: 'eve.aun.test', sender: 'eve.aun.test' });
    const hopeless = inboundUnreadable({ content: { ...unreadable, retrying: false } });
    const change = await store.commitInbound([first, second, hopeless], null);
    const [one, two] = change.messages;
    expect((await store.healing(null, 10)).map((item) => item.id)).toEqual([one?.id, two?.id]);
    expect(await store.healing('eve.aun.test', 10)).toMatchObject([{ id: two?.id, rawJson: '{"raw":true}' }]);

    const still = await store.heal(one?.id ?? 0, { ...first, content: { ...unreadable, detail: 'still' } });
    expect(still.messages).toMatchObject([{ content: { kind: 'undecryptable', detail: 'still' } }]);
    expect((await store.healing(null, 10)).map((item) => item.id)).toEqual([two?.id, one?.id]);

    const wrong = await store.heal(two?.id ?? 0, inbound('not this one'));
    expect(wrong.messages).toEqual([]);
    const healed = await store.heal(two?.id ?? 0, {
      ...second,
      content: textContent('opened'),
      payloadJson: '{}',
      rawJson: null,
    });
    expect(healed.messages).toMatchObject([{ id: two?.id, content: textContent('opened') }]);
    expect(healed.conversations).toMatchObject([{ unread: 1, preview: 'opened' }]);
  });
});
