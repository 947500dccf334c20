import { beforeEach, describe, expect, it, vi } from 'vitest';
import { useComposerStore } from './composer-store';
import { fakeInvoke, settle } from './fake-invoke';
import { sampleMessage } from './samples';
import { timelineKey } from './timeline-store';

const account = 'me.aun.test';
const conversation = 'lin.aun.test';
const key = timelineKey(account, conversation);
let bridge: ReturnType<typeof fakeInvoke>;

function store() {
  return useComposerStore.getState();
}

beforeEach(() => {
  vi.useFakeTimers();
  bridge = fakeInvoke();
  useComposerStore.setState({ drafts: {} });
});

describe('composer store', () => {
  it('stores a draft a moment after the last key, not at every key', () => {
    store().type(account, conversation, 'h');
    store().type(account, conversation, 'he');
    expect(bridge.calls).toHaveLength(0);
    vi.advanceTimersByTime(500);
    expect(bridge.next('conversation.setDraft').params).toMatchObject({ text: 'he' });
    expect(bridge.calls).toHaveLength(0);
  });

  it('empties the field at once and clears the stored draft only when the outbox has the text', async () => {
    store().type(account, conversation, ' hello ');
    void store().send(account, conversation);
    expect(store().drafts[key]?.text).toBe('');
    const call = bridge.next('message.send');
    expect(call.params).toMatchObject({ text: 'hello' });
    expect(bridge.calls).toHaveLength(0);
    await call.answer(sampleMessage(1, 1));
    expect(bridge.next('conversation.setDraft').params).toMatchObject({ text: '' });
  });

  it('gives every message a request id of its own', () => {
    for (const text of ['a', 'b']) {
      store().type(account, conversation, text);
      void store().send(account, conversation);
    }
    const [first, second] = [bridge.next('message.send'), bridge.next('message.send')];
    expect(first.params['requestId']).not.toBe(second.params['requestId']);
  });

  it('brings the text back after a failure, before what was typed meanwhile', async () => {
    store().type(account, conversation, 'first');
    void store().send(account, conversation);
    store().type(account, conversation, 'second');
    await bridge.next('message.send').fail('disk_full');
    expect(store().drafts[key]).toMatchObject({ text: 'first\nsecond', error: { code: 'disk_full' } });
  });

  it('keeps what is typed with one identity apart from the same person under another', () => {
    store().type(account, conversation, 'as me');
    store().type('work.aun.test', conversation, 'as work');
    void store().send('work.aun.test', conversation);
    expect(bridge.next('message.send').params).toMatchObject({ account: 'work.aun.test', text: 'as work' });
    expect(store().drafts[key]?.text).toBe('as me');
  });

  it('brings a failed text back under the identity that sent it, whatever is typed elsewhere meanwhile', async () => {
    store().type(account, conversation, 'for Lin');
    void store().send(account, conversation);
    store().type('work.aun.test', conversation, 'another');
    await bridge.next('message.send').fail('disk_full');
    expect(store().drafts[key]).toMatchObject({ text: 'for Lin', error: { code: 'disk_full' } });
    expect(store().drafts[timelineKey('work.aun.test', conversation)]).toMatchObject({
      text: 'another',
      error: null,
    });
  });

  it('stores each draft under the identity it was typed with, also when both rest at once', () => {
    store().type(account, conversation, 'one');
    store().type('work.aun.test', conversation, 'two');
    vi.advanceTimersByTime(500);
    const stored = [bridge.next('conversation.setDraft'), bridge.next('conversation.setDraft')];
    expect(stored.map(({ params }) => [params['account'], params['text']])).toEqual([
      [account, 'one'],
      ['work.aun.test', 'two'],
    ]);
  });

  it('does not send blanks', () => {
    store().type(account, conversation, '  \n ');
    void store().send(account, conversation);
    expect(bridge.calls.filter(({ command }) => command === 'message.send')).toHaveLength(0);
  });

  it('keeps what is typed when the stored draft of the same conversation arrives again', () => {
    store().begin(account, conversation, 'stored');
    store().type(account, conversation, 'stored and more');
    store().begin(account, conversation, 'stored');
    expect(store().drafts[key]?.text).toBe('stored and more');
  });

  it('puts a message taken out of the outbox into the field', async () => {
    store().putBack(account, conversation, 'again', null);
    expect(store().drafts[key]?.text).toBe('again');
    await bridge.next('conversation.setDraft').answer({});
    await settle();
  });
});

describe('what a draft answers', () => {
  it('is stored with the draft at once and goes out with the message', async () => {
    store().type(account, conversation, 'yes');
    store().reply(account, conversation, 12);
    expect(bridge.next('conversation.setDraft').params).toMatchObject({ text: 'yes', replyTo: 12 });
    void store().send(account, conversation);
    const call = bridge.next('message.send');
    expect(call.params).toMatchObject({ text: 'yes', replyTo: 12 });
    await call.answer(sampleMessage(13, 1));
    expect(bridge.next('conversation.setDraft').params).toMatchObject({ text: '', replyTo: null });
  });

  it('comes back with the text after a failure', async () => {
    store().reply(account, conversation, 12);
    store().type(account, conversation, 'yes');
    void store().send(account, conversation);
    expect(store().drafts[key]?.replyTo).toBeNull();
    await bridge.next('message.send').fail('disk_full');
    expect(store().drafts[key]).toMatchObject({ text: 'yes', replyTo: 12, failed: 'send' });
  });

  it('is a card or a message, the last one chosen', async () => {
    store().beginAnswer(account, conversation, 30);
    store().type(account, conversation, 'Tuesday');
    void store().send(account, conversation);
    expect(bridge.next('message.send').params).toMatchObject({ answering: 30, text: 'Tuesday' });
    store().beginAnswer(account, conversation, 30);
    store().reply(account, conversation, 12);
    expect(store().drafts[key]).toMatchObject({ replyTo: 12, answering: null });
    await settle();
  });

  it('is there again when the stored draft is opened', () => {
    store().begin(account, conversation, 'typed before', 5);
    expect(store().drafts[key]).toMatchObject({ text: 'typed before', replyTo: 5 });
  });
});

describe('Markdown', () => {
  it('is asked for only where it was switched on', () => {
    store().type(account, conversation, '**now**');
    void store().send(account, conversation);
    expect(bridge.next('message.send').params).not.toHaveProperty('markdown');
    store().setMarkdown(account, conversation, true);
    store().type(account, conversation, '**now**');
    void store().send(account, conversation);
    expect(bridge.next('message.send').params).toMatchObject({ markdown: true });
  });
});
