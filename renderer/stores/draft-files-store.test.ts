// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { useComposerStore } from './composer-store';
import { forgetDraftFiles, useDraftFilesStore, type DraftFile } from './draft-files-store';
import { fakeInvoke, settle } from './fake-invoke';
import { sampleAttachment, sampleMessage } from './samples';
import { sendDraft, sendFile } from './send-draft';
import { timelineKey, useTimelineStore } from './timeline-store';

const me = 'me.aun.test';
const lin = 'lin.aun.test';
const key = timelineKey(me, lin);
const mebibyte = 1_048_576;
let bridge: ReturnType<typeof fakeInvoke>;

function store() {
  return useDraftFilesStore.getState();
}

function files(): readonly DraftFile[] {
  return store().files[key] ?? [];
}

function names(): readonly string[] {
  return files().map(({ name }) => name);
}

/** A file whose bytes are counted when somebody reads them. */
function bigFile(size: number): { readonly file: File; readonly reads: () => number } {
  const file = new File([], 'film.bin', { type: 'application/octet-stream' });
  let reads = 0;
  Object.defineProperty(file, 'size', { value: size });
  Object.defineProperty(file, 'slice', {
    value: (start: number, end: number) => {
      reads += 1;
      return { arrayBuffer: () => Promise.resolve(new ArrayBuffer(Math.min(end, size) - start)) };
    },
  });
  return { file, reads: () => reads };
}

async function give(...ids: number[]): Promise<void> {
  const loaded = store().load(me, lin);
  await bridge.next('attachment.drafts').answer({ attachments: ids.map((id) => sampleAttachment(id)) });
  await loaded;
}

function textOf(params: Readonly<Record<string, unknown>>, name: string): number {
  const value = params[name];
  return value instanceof Uint8Array ? value.byteLength : -1;
}

beforeEach(() => {
  bridge = fakeInvoke();
  forgetDraftFiles();
  useDraftFilesStore.setState({ files: {} });
  useComposerStore.setState({ drafts: {} });
  useTimelineStore.setState({ timelines: {} });
  vi.stubGlobal('crypto', { randomUUID: () => 'request' });
});

describe('files beside a draft', () => {
  it('are handed over in pieces of at most a mebibyte, in order, with their name and never a path', async () => {
    const { file } = bigFile(2.5 * mebibyte);
    const added = store().add(me, lin, [file]);
    const begin = bridge.next('attachment.begin');
    expect(begin.params).toEqual({
      account: me,
      conversation: lin,
      name: 'film.bin',
      type: 'application/octet-stream',
      size: 2.5 * mebibyte,
      voice: false,
    });
    await begin.answer({ upload: 'u1' });
    for (const [bytes, done] of [
      [mebibyte, mebibyte],
      [mebibyte, 2 * mebibyte],
      [mebibyte / 2, 2.5 * mebibyte],
    ]) {
      const piece = bridge.next('attachment.append');
      expect(textOf(piece.params, 'bytes')).toBe(bytes);
      await piece.answer({});
      expect(files()[0]?.done).toBe(done);
    }
    await bridge.next('attachment.finish').answer(sampleAttachment(7, { name: 'film.bin' }));
    expect((await added).map(({ id }) => id)).toEqual([7]);
    expect(files()[0]).toMatchObject({ name: 'film.bin', error: null, attachment: { id: 7 } });
  });

  it('have the length that was recorded, which the recording itself does not say', async () => {
    const added = store().add(me, lin, [new File(['x'], 'voice.webm', { type: 'audio/webm' })], {
      durationMs: 2500.4,
    });
    const begin = bridge.next('attachment.begin');
    expect(begin.params).toMatchObject({ voice: true });
    await begin.answer({ upload: 'u3' });
    await settle();
    await bridge.next('attachment.append').answer({});
    await bridge.next('attachment.finish').answer(sampleAttachment(8, { type: 'audio/webm' }));
    const described = bridge.next('attachment.describe');
    expect(described.params).toMatchObject({ attachment: 8, durationMs: 2500, thumbnail: null });
    await described.answer(sampleAttachment(8));
    await added;
  });

  it('are refused before a byte is read when the engine says that they are too large', async () => {
    const { file, reads } = bigFile(9_000_000_000);
    void store().add(me, lin, [file]);
    await bridge.next('attachment.begin').fail('attachment_too_large');
    expect(reads()).toBe(0);
    expect(files()[0]).toMatchObject({ attachment: null, error: { code: 'attachment_too_large' } });
    expect(bridge.calls.map(({ command }) => command)).not.toContain('attachment.append');
  });

  it('are dropped in the engine as well when they are removed while they are taken in', async () => {
    const { file } = bigFile(3 * mebibyte);
    void store().add(me, lin, [file]);
    await bridge.next('attachment.begin').answer({ upload: 'u2' });
    store().remove(me, lin, files()[0]?.key ?? '');
    await bridge.next('attachment.append').answer({});
    expect(bridge.next('attachment.abandon').params).toEqual({ upload: 'u2' });
    expect(names()).toEqual([]);
  });

  it('are discarded in the engine when they are removed later', async () => {
    await give(1, 2);
    store().remove(me, lin, files()[0]?.key ?? '');
    expect(bridge.next('attachment.discard').params).toEqual({ account: me, attachment: 1 });
    expect(names()).toEqual(['file-2.pdf']);
  });

  it('leave in the order they were given', async () => {
    await give(1, 2, 3);
    store().move(me, lin, files()[2]?.key ?? '', -1);
    store().move(me, lin, files()[0]?.key ?? '', -1);
    void sendDraft(me, lin, []);
    expect(bridge.next('message.send').params).toMatchObject({ text: '', attachments: [1, 3, 2] });
    expect(names()).toEqual([]);
  });

  it('stand beside the draft again when the message was refused', async () => {
    await give(1);
    useComposerStore.getState().type(me, lin, 'look');
    const sent = sendDraft(me, lin, []);
    await bridge.next('message.send').fail('disk_full');
    await bridge.next('attachment.drafts').answer({ attachments: [sampleAttachment(1)] });
    await sent;
    expect(names()).toEqual(['file-1.pdf']);
    expect(useComposerStore.getState().drafts[key]?.text).toBe('look');
  });

  it('do not come back into the tray from a list that was read while they were leaving', async () => {
    await give(1);
    void sendDraft(me, lin, []);
    await give(1);
    expect(names()).toEqual([]);
  });

  it('do not come back from a list that was asked for before they had left and answered after', async () => {
    await give(1, 2);
    const sent = sendDraft(me, lin, []);
    const asked = store().load(me, lin);
    await bridge.next('message.send').answer(sampleMessage(5, 1));
    await sent;
    await bridge
      .next('attachment.drafts')
      .answer({ attachments: [sampleAttachment(1), sampleAttachment(2)] });
    await asked;
    expect(names()).toEqual([]);
  });

  it('do not come back from a list that was asked for before they were taken away', async () => {
    await give(1, 2);
    const asked = store().load(me, lin);
    store().remove(me, lin, files()[0]?.key ?? '');
    await bridge
      .next('attachment.drafts')
      .answer({ attachments: [sampleAttachment(1), sampleAttachment(2)] });
    await asked;
    expect(names()).toEqual(['file-2.pdf']);
  });

  it('stand there once when a list that is read meanwhile names what is being taken in', async () => {
    const added = store().add(me, lin, [new File(['x'], 'x.pdf', { type: 'application/pdf' })]);
    await bridge.next('attachment.begin').answer({ upload: 'u4' });
    await settle();
    await bridge.next('attachment.append').answer({});
    const asked = store().load(me, lin);
    await bridge.next('attachment.drafts').answer({ attachments: [sampleAttachment(9)] });
    await asked;
    await bridge.next('attachment.finish').answer(sampleAttachment(9));
    await added;
    expect(files()).toHaveLength(1);
  });

  it('come back with a message that is taken out of the outbox again', async () => {
    await give(1);
    const sent = sendDraft(me, lin, []);
    await bridge.next('message.send').answer(sampleMessage(5, 1));
    await sent;
    await give(1);
    expect(names()).toEqual(['file-1.pdf']);
  });

  it('stay where they are when a voice message leaves by itself, and so does the text', async () => {
    await give(1, 2);
    useComposerStore.getState().type(me, lin, 'half a thought');
    void sendFile(me, lin, 2);
    expect(bridge.next('message.send').params).toMatchObject({ text: '', attachments: [2] });
    expect(names()).toEqual(['file-1.pdf']);
    expect(useComposerStore.getState().drafts[key]?.text).toBe('half a thought');
  });

  it('say so when there are more than a message can carry', async () => {
    await give(...Array.from({ length: 31 }, (_, index) => index + 1));
    const two = [new File(['a'], 'a.txt'), new File(['b'], 'b.txt')];
    void store().add(me, lin, two);
    await settle();
    expect(files()).toHaveLength(32);
    expect(useComposerStore.getState().drafts[key]).toMatchObject({
      error: { code: 'too_many_attachments' },
      failed: 'file',
    });
  });

  it('go on with the next one when one was refused', async () => {
    void store().add(me, lin, [new File([], 'empty.txt'), new File(['b'], 'b.txt')]);
    await bridge.next('attachment.begin').fail('attachment_empty');
    expect(bridge.next('attachment.begin').params).toMatchObject({ name: 'b.txt' });
  });
});
