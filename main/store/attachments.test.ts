import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { NewAttachment } from '../ports/store';
import { opensMedia, parseMediaAddress } from '../runtime/media-address';
import { claim, inbound, openTestStore, outgoing, OWN, PEER, textLinks } from './store-test-support';

function draft(name: string, parts: Partial<NewAttachment> = {}): NewAttachment {
  return {
    conversation: PEER,
    role: 'main',
    name,
    type: 'image/png',
    size: 10,
    width: null,
    height: null,
    durationMs: null,
    encrypted: true,
    referenceJson: null,
    uploadJson: null,
    file: `${name}.file`,
    fileKey: new Uint8Array(randomBytes(32)),
    state: 'here',
    problem: null,
    ...parts,
  };
}

async function withDrafts() {
  const { store } = await openTestStore();
  await store.openConversation(PEER, 'direct', PEER, 1);
  const first = (await store.addAttachment(draft('first'))).attachment;
  const second = (await store.addAttachment(draft('second', { type: 'text/html' }))).attachment;
  const small = (await store.addAttachment(draft('small', { parent: first.id, type: 'image/jpeg' })))
    .attachment;
  return { store, first, second, small };
}

describe('attachments beside a draft', () => {
  it('are kept with their keys, in order, and go away with their small pictures and files', async () => {
    const { store, first, second, small } = await withDrafts();
    expect(await store.conversation(PEER)).toMatchObject({ draftAttachments: 2 });
    expect(await store.draftAttachments(PEER)).toEqual([first, second]);
    expect((await store.attachment(small.id))?.fileKey).toEqual(small.fileKey);
    const change = await store.removeDraftAttachment(first.id);
    expect(change.files).toEqual(['first.file', 'small.file']);
    expect(change.conversations[0]).toMatchObject({ draftAttachments: 1 });
    expect(await store.attachmentFiles()).toEqual(['second.file']);
    await expect(store.addAttachment(draft('x', { parent: first.id }))).rejects.toMatchObject({
      code: 'attachment_gone',
    });
  });

  it('leave with a message in the order it names, and come back when it is cancelled', async () => {
    const { store, first, second, small } = await withDrafts();
    const item = outgoing('look', { attachments: [second.id, first.id] });
    const { messages, conversations } = await store.enqueue(item);
    const [message] = messages;
    expect(message?.attachments.map(({ name }) => name)).toEqual(['second', 'first']);
    expect(conversations[0]).toMatchObject({ draftAttachments: 0 });
    expect((await store.attachmentsOf(message?.id ?? 0)).map(({ id }) => id)).toEqual([
      second.id,
      first.id,
      small.id,
    ]);
    expect((await store.outboxHeads())[0]?.attachments).toEqual([second.id, first.id]);
    expect((await store.removeDraftAttachment(first.id)).files).toBeUndefined();
    await expect(store.enqueue(outgoing('again', { attachments: [first.id] }))).rejects.toMatchObject({
      code: 'attachment_gone',
    });
    await store.updateAttachment(first.id, { state: 'uploading', uploadJson: '{"part":1}' });
    expect((await store.attachmentsIn(['uploading'], 5)).map(({ id }) => id)).toEqual([first.id]);
    await store.setOutboxPayload(message?.id ?? 0, '{"finished":true}');
    const taken = await store.cancel(message?.id ?? 0);
    expect(taken?.payloadJson).toBe('{"finished":true}');
    expect(taken?.change.files).toBeUndefined();
    expect((await store.draftAttachments(PEER)).map(({ id, state }) => [id, state])).toEqual([
      [first.id, 'here'],
      [second.id, 'here'],
    ]);
    expect((await store.attachment(small.id))?.message).toBeNull();
  });

  it('go with their conversation', async () => {
    const { store } = await withDrafts();
    const { change } = await store.clearConversation(PEER, true, 10);
    expect(new Set(change.files)).toEqual(new Set(['first.file', 'second.file', 'small.file']));
    expect(await store.attachmentFiles()).toEqual([]);
  });
});

describe('addresses for the window', () => {
  it('are there for files that only show, and open with the token of their key alone', async () => {
    const { store, first, second } = await withDrafts();
    const { messages } = await store.enqueue(outgoing('look', { attachments: [first.id, second.id] }));
    const [picture, page] = messages[0]?.attachments ?? [];
    expect(page).toMatchObject({ media: null, thumbnail: null, dangerous: true });
    expect(picture).toMatchObject({ dangerous: false });
    const address = parseMediaAddress(picture?.media ?? '');
    expect(address).toMatchObject({ account: OWN, id: first.id });
    const key = first.fileKey ?? new Uint8Array();
    expect(opensMedia({ id: first.id, fileKey: key }, address?.token ?? '')).toBe(true);
    expect(opensMedia({ id: first.id, fileKey: new Uint8Array(32) }, address?.token ?? '')).toBe(false);
    expect(parseMediaAddress(picture?.thumbnail ?? '')?.id).not.toBe(first.id);
    await store.updateAttachment(first.id, { state: 'loading' });
    expect((await store.message(messages[0]?.id ?? 0))?.attachments[0]?.media).toBeNull();
    for (const bad of [
      '',
      'app://parley/media/x',
      `${picture?.media}/y`,
      `${picture?.media}0`,
      'app://parley/media/%/1/a',
    ])
      expect(parseMediaAddress(bad)).toBeNull();
  });
});

describe('attachments of messages that came', () => {
  const files = [
    claim('photo.png', 'image/png', { thumbnail: claim('t', 'image/jpeg') }),
    claim('doc.pdf', 'application/pdf'),
  ];

  it('are on the server until they were fetched; a recall takes their rows and files away', async () => {
    const { store } = await openTestStore();
    const record = inbound('see', { links: { ...textLinks('see photo.png'), attachments: files } });
    const [message] = (await store.commitInbound([record], null)).messages;
    expect(message?.attachments).toMatchObject([
      { name: 'photo.png', state: 'remote', media: null },
      { name: 'doc.pdf', state: 'remote' },
    ]);
    const id = message?.attachments[0]?.id ?? 0;
    const file = { file: 'a.file', fileKey: new Uint8Array(32).fill(1), state: 'here' as const };
    const change = await store.updateAttachment(id, file);
    expect(change.messages[0]?.attachments[0]?.media).not.toBeNull();
    expect((await store.updateAttachment(id, { file: 'b.file' })).files).toEqual(['a.file']);
    const recalled = await store.recall(PEER, [record.messageId]);
    expect(recalled.files).toEqual(['b.file']);
    expect(recalled.messages[0]?.attachments).toEqual([]);
    expect(await store.attachmentsOf(message?.id ?? 0)).toEqual([]);
  });

  it('are listed by what they are, newest first', async () => {
    const { store } = await openTestStore();
    const one = { ...textLinks('a'), attachments: [claim('a.png', 'image/png')] };
    const both = { ...textLinks('b'), attachments: files };
    const { messages } = await store.commitInbound(
      [inbound('a', { links: one }), inbound('b', { links: both }), inbound('see https://x.example')],
      null,
    );
    const ids = messages.map(({ id }) => id);
    const list = async (what: 'media' | 'files' | 'links', before: number | null = null): Promise<number[]> =>
      (await store.messagesWith(PEER, what, before, 5)).map(({ id }) => id);
    expect(await list('media')).toEqual([ids[1], ids[0]]);
    expect(await list('media', ids[1])).toEqual([ids[0]]);
    expect(await list('files')).toEqual([ids[1]]);
    expect(await list('links')).toEqual([ids[2]]);
    const found = async (has: 'file' | 'image' | 'link', text = ''): Promise<number[]> =>
      (await store.search({ text, has, limit: 5 })).map((hit) => hit.message.id);
    expect(await found('file')).toEqual([ids[1], ids[0]]);
    expect(await found('image', 'a')).toEqual([ids[0]]);
    expect(await found('link')).toEqual([ids[2]]);
  });
});
