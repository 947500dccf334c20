import { beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../shared/model/message';
import { AunError } from '../runtime/errors';
import { BOB, EVE, ME, openDesk, type Desk } from './testing/action-test-support';
import { openReference, samples } from './payload/payload-test-support';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});

async function own(conversation: string): Promise<Message[]> {
  const { messages } = await desk.store.page(conversation, { limit: 100 });
  return messages.filter((message) => message.own);
}

async function sendText(text: string, attachments: number[] = []): Promise<Message> {
  return desk.actions.send({
    conversation: BOB,
    text,
    markdown: false,
    mentions: [],
    replyTo: null,
    attachments,
    answering: null,
    requestId: text,
  });
}

describe('pressing a button of a card', () => {
  const card = {
    type: 'action_card',
    title: 'Deploy?',
    actions: [
      { label: 'Yes', value: 'deploy' },
      { label: 'No', value: 'leave', style: 'danger' },
      { label: 'Later', behavior: 'dismiss' },
    ],
  };

  it('answers it once, however often and with whatever is pressed', async () => {
    const asked = await desk.receive(card);
    const [first] = await Promise.all([
      desk.actions.answerCard(asked.id, 0, 'a'),
      desk.actions.answerCard(asked.id, 0, 'b'),
    ]);
    expect(first.card).toEqual({ state: 'completed', label: 'Yes: deploy' });
    expect((await desk.actions.answerCard(asked.id, 0, 'c')).card?.label).toBe('Yes: deploy');
    await expect(desk.actions.answerCard(asked.id, 1, 'd')).rejects.toMatchObject({ code: 'card_answered' });
    const sent = await own(BOB);
    expect(sent.map(({ content }) => content)).toEqual([
      { kind: 'choice', card: 'in-1', label: 'Yes: deploy', text: 'deploy', typed: false },
    ]);
  });

  it('of two at once sends and shows one', async () => {
    const asked = await desk.receive(card);
    await Promise.allSettled([
      desk.actions.answerCard(asked.id, 0, 'a'),
      desk.actions.answerCard(asked.id, 1, 'b'),
    ]);
    const [sent, ...more] = await own(BOB);
    expect(more).toEqual([]);
    const label = sent?.content.kind === 'choice' ? sent.content.label : null;
    expect((await desk.store.message(asked.id))?.card).toEqual({ state: 'completed', label });
  });

  it('may only put it away here', async () => {
    const asked = await desk.receive(card);
    expect((await desk.actions.answerCard(asked.id, 2, 'a')).card).toEqual({
      state: 'dismissed',
      label: 'Later',
    });
    expect(await own(BOB)).toEqual([]);
  });

  it('does nothing after its time, without a button, for a stranger who is blocked, or on what is no card', async () => {
    const late = await desk.receive({ ...card, expires_at: desk.time.now() + 5_000 });
    desk.time.advance(5_000);
    await expect(desk.actions.answerCard(late.id, 0, 'a')).rejects.toMatchObject({ code: 'card_expired' });
    const asked = await desk.receive(card);
    await expect(desk.actions.answerCard(asked.id, 3, 'a')).rejects.toMatchObject({
      code: 'invalid_request',
    });
    const text = await desk.receive({ type: 'text', text: 'x' });
    await expect(desk.actions.answerCard(text.id, 0, 'a')).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(desk.actions.answerCard(999, 0, 'a')).rejects.toMatchObject({ code: 'unknown_message' });
    await desk.store.setStanding(BOB, 'blocked');
    await expect(desk.actions.answerCard(asked.id, 0, 'a')).rejects.toMatchObject({
      code: 'conversation_blocked',
    });
    expect(await own(BOB)).toEqual([]);
  });
});

describe('voting', () => {
  const poll = {
    type: 'json',
    kind: 'poll',
    title: 'Lunch?',
    options: [
      { id: 'a', text: 'Soup' },
      { id: 'b', text: 'Salad' },
    ],
  };

  it('counts the newest vote of each, and shows no line for it', async () => {
    const asked = await desk.receive(poll);
    await desk.actions.vote(asked.id, ['a'], 'r1');
    desk.time.advance(1_000);
    const after = await desk.actions.vote(asked.id, ['b'], 'r2');
    expect(after.votes).toEqual([
      { option: 'a', count: 0, mine: false },
      { option: 'b', count: 1, mine: true },
    ]);
    desk.time.advance(1_000);
    expect((await desk.actions.vote(asked.id, [], 'r3')).votes?.some((vote) => vote.mine)).toBe(false);
    expect(await own(BOB)).toEqual([]);
  });

  it('takes a vote of the peer only where it came encrypted', async () => {
    const asked = await desk.receive(poll);
    const vote = { type: 'json', kind: 'poll_vote', data: { poll_message_id: 'in-1', option_ids: ['a'] } };
    await desk.receive(vote, { protection: 'none' });
    expect((await desk.store.message(asked.id))?.votes?.[0]?.count).toBe(0);
    await desk.receive(vote);
    expect((await desk.store.message(asked.id))?.votes?.[0]?.count).toBe(1);
  });

  it('is refused when the poll is closed or does not have it', async () => {
    const closed = await desk.receive({ ...poll, expires_at: desk.time.now() + 2_000 });
    desk.time.advance(2_000);
    await expect(desk.actions.vote(closed.id, ['a'], 'r')).rejects.toMatchObject({ code: 'poll_closed' });
    const asked = await desk.receive(poll);
    for (const options of [['c'], ['a', 'b']])
      await expect(desk.actions.vote(asked.id, options, 'r')).rejects.toMatchObject({
        code: 'invalid_request',
      });
    await desk.store.setStanding(BOB, 'blocked');
    await expect(desk.actions.vote(asked.id, ['a'], 'r')).rejects.toMatchObject({
      code: 'conversation_blocked',
    });
  });
});

describe('sending messages on', () => {
  it('sends each to each, oldest first, once', async () => {
    const one = await desk.receive({ type: 'text', text: 'one' });
    const two = await desk.receive({ type: 'text', text: 'two', reply_to: { message_id: 'in-1' } });
    const request = { ids: [two.id, one.id, two.id], to: [EVE, ME], bundle: false, requestId: 'r' };
    const [sent, again] = await Promise.all([desk.actions.forward(request), desk.actions.forward(request)]);
    expect(again.map(({ id }) => id)).toEqual(sent.map(({ id }) => id));
    expect((await desk.actions.forward(request)).map(({ id }) => id)).toEqual(sent.map(({ id }) => id));
    for (const target of [EVE, ME]) {
      const texts = (await own(target)).map(({ content }) => ('text' in content ? content.text : ''));
      expect(texts).toEqual(['one', 'two']);
    }
    expect(await desk.payloadOf(sent[1] ?? one)).toEqual({ type: 'text', text: 'two' });
  });

  it('fetches files first and sends them as own ones', async () => {
    const film = await desk.receive(samples['image'] ?? {});
    const [sent] = await desk.actions.forward({ ids: [film.id], to: [EVE], bundle: false, requestId: 'r' });
    expect(sent).toMatchObject({ content: { kind: 'media', media: 'image', text: 'Look' } });
    expect(sent?.attachments.map((file) => file.name)).toEqual(['minutes.pdf', 'minutes.pdf']);
    expect((await desk.store.message(film.id))?.attachments.map((file) => file.state)).toEqual([
      'here',
      'here',
    ]);
    expect(await desk.store.draftAttachments(EVE)).toEqual([]);
    await desk.actions.forward({ ids: [film.id], to: [EVE], bundle: false, requestId: 'r' });
    expect(await own(EVE)).toHaveLength(1);
    expect(await desk.store.draftAttachments(EVE)).toEqual([]);
  });

  it('sends nothing where a file cannot be had', async () => {
    const text = await desk.receive({ type: 'text', text: 'one' });
    const lost = await desk.receive({ type: 'file', attachments: [openReference] });
    desk.downloads = 'gone';
    const request = { ids: [text.id, lost.id], to: [EVE], bundle: false, requestId: 'r' };
    await expect(desk.actions.forward(request)).rejects.toBeInstanceOf(AunError);
    expect(await own(EVE)).toEqual([]);
  });

  it('leaves no files beside a draft when the outbox refuses', async () => {
    const picture = await desk.receive({
      type: 'image',
      attachments: [openReference],
      text: 'x'.repeat(90_000),
    });
    const refusing = desk.deps.outbox.sendPayload.bind(desk.deps.outbox);
    desk.deps.outbox.sendPayload = () => Promise.reject(new AunError('disk_full', 'full'));
    const request = { ids: [picture.id], to: [EVE], bundle: false, requestId: 'r' };
    await expect(desk.actions.forward(request)).rejects.toMatchObject({ code: 'disk_full' });
    expect(await desk.store.draftAttachments(EVE)).toEqual([]);
    desk.deps.outbox.sendPayload = refusing;
    expect(await desk.actions.forward(request)).toHaveLength(1);
  });

  it('makes one bundle of many', async () => {
    const one = await desk.receive({ type: 'text', text: 'one' });
    const two = await desk.receive({ type: 'file', text: 'two', attachments: [openReference] });
    const [sent, ...more] = await desk.actions.forward({
      ids: [one.id, two.id],
      to: [EVE],
      bundle: true,
      requestId: 'r',
    });
    expect(more).toEqual([]);
    expect(sent?.content).toMatchObject({
      kind: 'bundle',
      title: BOB,
      items: [
        { sender: BOB, text: 'one' },
        { sender: BOB, text: 'two\nminutes.pdf' },
      ],
    });
    expect(sent?.attachments).toHaveLength(1);
  });

  it('sends the text a stream ended with, and a stream without an end not at all', async () => {
    const stream = await desk.receive(samples['stream'] ?? {});
    const request = { ids: [stream.id], to: [EVE], bundle: false, requestId: 'r' };
    await expect(desk.actions.forward(request)).rejects.toMatchObject({ code: 'invalid_request' });
    await desk.receive({ type: 'text', text: 'the end', reply_to: { message_id: 'in-1' } });
    const [sent] = await desk.actions.forward(request);
    expect(sent?.content).toMatchObject({ kind: 'text', text: 'the end' });
  });

  it('goes to nobody when one of them is blocked', async () => {
    const one = await desk.receive({ type: 'text', text: 'one' });
    await desk.store.setStanding(BOB, 'blocked');
    const request = { ids: [one.id], to: [EVE, BOB], bundle: false, requestId: 'r' };
    await expect(desk.actions.forward(request)).rejects.toMatchObject({ code: 'conversation_blocked' });
    expect(await own(EVE)).toEqual([]);
  });
});

describe('taking messages back', () => {
  it('just does not let go what still waits, and its files are not beside the draft again', async () => {
    const waiting = await sendText('oops', [await desk.draft(BOB)]);
    expect(await desk.actions.recall([waiting.id])).toEqual({ recalled: [waiting.id], refused: [] });
    expect(await desk.store.message(waiting.id)).toBeNull();
    expect(await desk.store.draftAttachments(BOB)).toEqual([]);
    await desk.goOnline();
    expect(desk.calls).toEqual([]);
  });

  it('asks the gateway for what has left, blanks what it took back and deletes the files', async () => {
    const sent = await sendText('oops', [await desk.draft(BOB)]);
    await desk.goOnline();
    desk.answer = () => ({ success: true, accepted: 1, recalled: 1, errors: null });
    expect(await desk.actions.recall([sent.id])).toEqual({ recalled: [sent.id], refused: [] });
    expect(desk.calls.at(-1)).toEqual({
      method: 'message.recall',
      params: { message_ids: [sent.messageId] },
    });
    expect((await desk.store.message(sent.id))?.content).toEqual({ kind: 'recalled' });
    expect(desk.withdrawn).toEqual([sent.id]);
    expect(await desk.actions.recall([sent.id])).toEqual({
      recalled: [],
      refused: [{ id: sent.id, reason: 'already_recalled' }],
    });
  });

  it.each([
    ['expired', 'too_late', 'text'],
    ['not_found', 'not_found', 'text'],
    ['not_sender', 'not_own', 'text'],
    ['whatever', 'refused', 'text'],
    ['already_recalled', 'already_recalled', 'recalled'],
  ])('says why the gateway refused: %s', async (error, reason, kind) => {
    const [one, two] = [await sendText('one'), await sendText('two')];
    await desk.goOnline();
    desk.answer = () => ({
      success: true,
      recalled: 1,
      errors: [{ message_id: two.messageId, error }, null, 7],
    });
    expect(await desk.actions.recall([one.id, two.id])).toEqual({
      recalled: [one.id],
      refused: [{ id: two.id, reason }],
    });
    expect((await desk.store.message(one.id))?.content.kind).toBe('recalled');
    expect((await desk.store.message(two.id))?.content.kind).toBe(kind);
  });

  it('believes no success that nothing came of', async () => {
    const sent = await sendText('one');
    await desk.goOnline();
    desk.answer = () => ({ success: true, recalled: 0 });
    expect(await desk.actions.recall([sent.id])).toMatchObject({ refused: [{ reason: 'refused' }] });
    desk.answer = () => 'nonsense';
    await expect(desk.actions.recall([sent.id])).rejects.toMatchObject({ code: 'protocol_error' });
    expect((await desk.store.message(sent.id))?.content.kind).toBe('text');
  });

  it('takes back nothing of others and nothing that is not there', async () => {
    const theirs = await desk.receive({ type: 'text', text: 'x' });
    expect(await desk.actions.recall([theirs.id, 999])).toEqual({
      recalled: [],
      refused: [
        { id: theirs.id, reason: 'not_own' },
        { id: 999, reason: 'not_found' },
      ],
    });
    expect(desk.calls).toEqual([]);
  });
});

describe('on this computer', () => {
  it('messages are deleted, and marked as what breaks the window', async () => {
    const one = await desk.receive({ type: 'text', text: 'one' });
    await desk.actions.quarantine(one.id, true);
    expect((await desk.actions.quarantine(one.id, true)).quarantined).toBe(true);
    expect((await desk.actions.quarantine(one.id, false)).quarantined).toBe(false);
    await desk.actions.delete([one.id]);
    expect(await desk.store.message(one.id)).toBeNull();
    expect(desk.changes.at(-1)?.removed).toEqual([{ conversation: BOB, id: one.id }]);
    await expect(desk.actions.quarantine(one.id, true)).rejects.toMatchObject({ code: 'unknown_message' });
  });
});
