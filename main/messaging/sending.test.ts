import { beforeEach, describe, expect, it } from 'vitest';
import { BOB, EVE, openDesk, type Desk } from './testing/action-test-support';
import type { NewMessage } from './sending';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});

let requests = 0;
function message(text: string, parts: Partial<NewMessage> = {}): NewMessage {
  requests += 1;
  return {
    conversation: BOB,
    text,
    markdown: false,
    mentions: [],
    replyTo: null,
    attachments: [],
    answering: null,
    requestId: `request-${requests}`,
    ...parts,
  };
}

async function texts(conversation = BOB): Promise<string[]> {
  const { messages } = await desk.store.page(conversation, { limit: 100 });
  return messages.map(({ content }) => ('text' in content ? content.text : content.kind));
}

describe('sending a text', () => {
  it('puts it into the outbox as it was written', async () => {
    const sent = await desk.actions.send(message('**Hi**', { markdown: true }));
    expect(sent).toMatchObject({ state: 'queued', own: true, content: { kind: 'text', format: 'markdown' } });
    expect(await desk.payloadOf(sent)).toEqual({ type: 'text', text: '**Hi**', format: 'markdown' });
  });

  it('refuses nothing at all, and somebody who is blocked', async () => {
    await expect(desk.actions.send(message(' \n'))).rejects.toMatchObject({ code: 'message_empty' });
    await desk.store.setStanding(BOB, 'blocked');
    await expect(desk.actions.send(message('Hi'))).rejects.toMatchObject({ code: 'conversation_blocked' });
    expect(await texts()).toEqual([]);
  });

  it('sends once however often it is asked', async () => {
    const once = message('Hi');
    const [first, second] = await Promise.all([desk.actions.send(once), desk.actions.send(once)]);
    const third = await desk.actions.send(once);
    expect([second.id, third.id]).toEqual([first.id, first.id]);
    expect(await texts()).toEqual(['Hi']);
  });

  it('quotes what it answers, in its thread', async () => {
    const original = await desk.receive({ type: 'text', text: 'Shall we?', thread_id: 'th' });
    const sent = await desk.actions.send(message('Yes', { replyTo: original.id }));
    expect(sent.reply).toMatchObject({ id: original.id, standing: 'known', text: 'Shall we?' });
    expect(await desk.payloadOf(sent)).toMatchObject({
      type: 'quote',
      quote: { message_id: 'in-1', text: 'Shall we?', sender_display: BOB },
      thread_id: 'th',
    });
  });

  it('answers nothing of another conversation', async () => {
    const original = await desk.receive({ type: 'text', text: 'Shall we?' });
    const elsewhere = message('Yes', { replyTo: original.id, conversation: EVE });
    await expect(desk.actions.send(elsewhere)).rejects.toMatchObject({ code: 'unknown_message' });
    await expect(desk.actions.send(message('Yes', { replyTo: 999 }))).rejects.toMatchObject({
      code: 'unknown_message',
    });
  });
});

describe('sending files', () => {
  it('takes them from beside the draft, in order, with a caption', async () => {
    const [one, two] = [await desk.draft(BOB), await desk.draft(BOB, { name: 'b.png', type: 'image/png' })];
    const sent = await desk.actions.send(message('Look', { attachments: [two, one] }));
    expect(sent).toMatchObject({ content: { kind: 'media', media: 'image', text: 'Look' } });
    expect(sent.attachments.map((attachment) => attachment.name)).toEqual(['b.png', 'a.jpg']);
    expect(await desk.store.draftAttachments(BOB)).toEqual([]);
  });

  it('needs no text, and is repeated without a second message', async () => {
    const id = await desk.draft(BOB);
    const request = message('', { attachments: [id] });
    const sent = await desk.actions.send(request);
    expect((await desk.actions.send(request)).id).toBe(sent.id);
    expect(await texts()).toHaveLength(1);
  });

  it('knows what was recorded here', async () => {
    const id = await desk.draft(BOB, { type: 'audio/webm', uploadJson: '{"voice":true}', durationMs: 900 });
    const sent = await desk.actions.send(message('', { attachments: [id] }));
    expect(sent.content).toMatchObject({ kind: 'media', media: 'voice', durationMs: 900 });
  });

  it('takes no file of another draft, of a message, or twice', async () => {
    const [elsewhere, sent] = [await desk.draft(EVE), await desk.draft(BOB)];
    await desk.actions.send(message('', { attachments: [sent] }));
    for (const id of [elsewhere, sent, 999]) {
      await expect(desk.actions.send(message('', { attachments: [id] }))).rejects.toMatchObject({
        code: 'not_found',
      });
    }
    const draft = await desk.draft(BOB);
    await expect(desk.actions.send(message('', { attachments: [draft, draft] }))).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });
});

describe('writing the answer to a card', () => {
  const card = {
    type: 'action_card',
    title: 'Deploy?',
    actions: [{ label: 'Yes' }, { label: 'Say why', behavior: 'compose', compose_timeout_ms: 60_000 }],
  };

  it('makes the first text within the time an answer, later ones plain', async () => {
    const asked = await desk.receive(card);
    expect((await desk.actions.answerCard(asked.id, 1, 'r')).card).toEqual({
      state: 'pending',
      label: 'Say why',
    });
    desk.time.advance(60_000);
    const answer = await desk.actions.send(message('Because', { answering: asked.id }));
    expect(await desk.payloadOf(answer)).toEqual({
      type: 'action_card_reply',
      card_message_id: 'in-1',
      behavior: 'compose',
      action_label: 'Say why',
      text: 'Because',
      card_title: 'Deploy?',
    });
    expect((await desk.store.message(asked.id))?.card).toEqual({ state: 'completed', label: 'Say why' });
    const later = await desk.actions.send(message('And', { answering: asked.id }));
    expect(later.content).toMatchObject({ kind: 'text', text: 'And' });
  });

  it('is a plain text after the time, without a word about it', async () => {
    const asked = await desk.receive(card);
    await desk.actions.answerCard(asked.id, 1, 'r');
    desk.time.advance(60_001);
    const sent = await desk.actions.send(message('Late', { answering: asked.id }));
    expect(sent.content).toMatchObject({ kind: 'text', text: 'Late' });
    expect((await desk.store.message(asked.id))?.card?.state).toBe('pending');
  });

  it('needs no press that this process knows of', async () => {
    const asked = await desk.receive(card);
    const sent = await desk.actions.send(message('Because', { answering: asked.id }));
    expect(sent.content).toMatchObject({ kind: 'choice', label: 'Say why', typed: true });
  });

  it('goes before the files that were sent with it, each once', async () => {
    const asked = await desk.receive(card);
    const request = message('Because', { answering: asked.id, attachments: [await desk.draft(BOB)] });
    const sent = await desk.actions.send(request);
    expect(sent.content).toMatchObject({ kind: 'media', text: '' });
    expect((await desk.actions.send(request)).id).toBe(sent.id);
    const { messages } = await desk.store.page(BOB, { limit: 10 });
    expect(messages.map(({ content }) => content.kind)).toEqual(['actions', 'choice', 'media']);
  });

  it('is refused for what is no such card here', async () => {
    const plain = await desk.receive({ type: 'text', text: 'x' });
    const asked = await desk.receive({ ...card, actions: [{ label: 'Yes' }] });
    for (const id of [plain.id, asked.id]) {
      await expect(desk.actions.send(message('x', { answering: id }))).rejects.toMatchObject({
        code: 'invalid_request',
      });
    }
  });
});

describe('sending an object', () => {
  it('names a person as they name themselves', async () => {
    const sent = await desk.actions.sendObject(BOB, { kind: 'person', aid: EVE }, 'r-1');
    expect(sent.content).toEqual({ kind: 'person', name: 'evelyn', aid: EVE });
    expect(await desk.actions.sendObject(BOB, { kind: 'person', aid: EVE }, 'r-1')).toMatchObject({
      id: sent.id,
    });
  });

  it('goes to nobody who is blocked', async () => {
    await desk.store.setStanding(BOB, 'blocked');
    await expect(
      desk.actions.sendObject(BOB, { kind: 'location', latitude: 1, longitude: 2, name: '' }, 'r'),
    ).rejects.toMatchObject({ code: 'conversation_blocked' });
  });
});
