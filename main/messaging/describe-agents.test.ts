import { describe, expect, it } from 'vitest';
import { contentOf, described, linksOf, open, OWN, sample, sealed } from './payload/payload-test-support';

describe('what agents tell of their work', () => {
  it('keeps one line per task, thread or sender', () => {
    expect(linksOf(sample('status')).replaceKey).toBe('task:t-7');
    expect(linksOf(sample('event')).replaceKey).toBe('task:t-7');
    expect(linksOf({ type: 'status', state: 'busy', thread_id: 'th' }).replaceKey).toBe('status:th');
    expect(linksOf({ type: 'status', state: 'busy' }).replaceKey).toBe('status:');
    expect(linksOf({ type: 'event', event: 'joined', text: 'x' }).replaceKey).toBeNull();
  });

  it('replaces nothing verified by something that came in the clear', () => {
    expect(linksOf(sample('status'), open).replaceKey).toBe('plain:task:t-7');
    expect(linksOf(sample('event'), open).replaceKey).toBe('plain:task:t-7');
    expect(linksOf(sample('vote'), open)).toMatchObject({ hidden: false, refersTo: null });
  });

  it('shows no line for somebody who is typing', () => {
    expect(described({ type: 'status', state: 'typing' })).toMatchObject({
      content: { kind: 'status', state: 'typing' },
      links: { hidden: true },
    });
  });

  it('reads numbers as far as they make sense', () => {
    expect(contentOf(sample('status', { progress: 7 }))).toMatchObject({ progress: 1 });
    expect(contentOf(sample('status', { progress: -1 }))).toMatchObject({ progress: 0 });
    expect(contentOf(sample('status', { progress: 'half' }))).toMatchObject({ progress: null });
    expect(contentOf(sample('event'))).toMatchObject({
      severity: 'error',
      task: 't-7',
      durationMs: 1_200,
      toolCalls: 3,
      errorCode: 'auth_error',
    });
    expect(contentOf({ type: 'event', event: 'task.timeout' })).toMatchObject({ severity: 'error' });
    expect(contentOf({ type: 'event', event: 'joined' })).toMatchObject({ severity: 'info' });
  });

  it('shows tools and what they gave, and thoughts', () => {
    expect(contentOf(sample('tool_call'))).toMatchObject({
      kind: 'tool',
      phase: 'call',
      call: 'k1',
      name: 'search',
      ok: null,
      detail: '{\n  "query": "cats"\n}',
    });
    expect(contentOf(sample('tool_result'))).toMatchObject({ phase: 'result', ok: false });
    expect(contentOf(sample('thought'))).toMatchObject({ kind: 'thought', stage: 'planning' });
  });
});

describe('data', () => {
  it('of a known kind is a poll, a vote or a stream', () => {
    expect(contentOf(sample('poll'))).toMatchObject({
      kind: 'poll',
      multiple: true,
      options: [{ id: 'a' }, { id: 'b' }],
    });
    expect(
      contentOf({ type: 'json', kind: 'poll', data: { title: 'x', options: [{ id: '1', text: 'y' }] } }),
    ).toMatchObject({ kind: 'poll', title: 'x' });
    expect(described(sample('vote'))).toMatchObject({
      content: { kind: 'vote', poll: 'm-3', options: ['a', 'b'] },
      links: { refersTo: { messageId: 'm-3', as: 'vote' }, hidden: true },
    });
    expect(contentOf(sample('stream'))).toEqual({
      kind: 'stream',
      stream: '4d50',
      text: '(streaming reply)',
    });
    expect(contentOf(sample('stream', { type: 'custom' }))).toMatchObject({ kind: 'stream' });
  });

  it('announces no stream in the clear, and none without an address', () => {
    expect(contentOf(sample('stream'), open)).toMatchObject({ kind: 'data', text: '(streaming reply)' });
    expect(
      contentOf(sample('stream', { data: { stream_id: 'x', pull_url: 'file:///a', pull_token: 't' } })),
    ).toMatchObject({ kind: 'data' });
  });

  it('of an unknown kind shows its words, with the data behind them', () => {
    expect(contentOf(sample('json'))).toEqual({
      kind: 'data',
      name: 'weather',
      text: '21 degrees',
      json: '{\n  "degrees": 21,\n  "city": "Łódź"\n}',
    });
    expect(contentOf(sample('custom'))).toMatchObject({ kind: 'data', name: 'chess', text: 'e4' });
    expect(contentOf(sample('json', { kind: 'constructor' }))).toMatchObject({
      kind: 'data',
      name: 'constructor',
    });
  });

  it('of a poll that is none shows its words', () => {
    expect(contentOf(sample('poll', { options: [{ id: 'a' }] }))).toMatchObject({
      kind: 'data',
      text: 'Lunch?',
    });
  });
});

describe('what nobody is to see or know', () => {
  it.each(['peer.offer', 'meta.reject', 'message.recalled'])(
    '%s is kept and hidden, and does nothing',
    (type) => {
      for (const context of [sealed, open]) {
        expect(
          described(sample(type, { reply_to: { message_id: 'm' }, mentions: [{ aid: OWN }] }), context),
        ).toEqual({
          content: { kind: 'control', type },
          links: {
            replyTo: null,
            thread: null,
            refersTo: null,
            replaceKey: null,
            mentionsMe: false,
            hidden: true,
            searchText: '',
            attachments: [],
          },
        });
      }
    },
  );

  it('is shown as unsupported, with its words and its files', () => {
    expect(described(sample('unknown'))).toMatchObject({
      content: { kind: 'unsupported', type: 'acme.sticker', text: 'a sticker' },
      links: { attachments: [{ name: 'minutes.pdf' }] },
    });
    expect(contentOf(sample('e2ee.encrypted'))).toEqual({
      kind: 'unsupported',
      type: 'e2ee.encrypted',
      text: '',
    });
    expect(contentOf({ type: 7, summary: 's' })).toEqual({ kind: 'unsupported', type: '', text: 's' });
  });
});
