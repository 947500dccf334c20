import type { Attachment } from '../../shared/model/attachment';
import { emit, fail, pause, scene, type Handlers } from './fake-engine';
import {
  addDraft,
  attachmentOf,
  conversationOf,
  discardDraft,
  draftsOf,
  findMessage,
  putAttachment,
  putConversation,
  putMessage,
  timelineOf,
} from './fake-store';
import { timelines } from './fake-data';

type Names =
  | 'attachment.pick'
  | 'attachment.begin'
  | 'attachment.append'
  | 'attachment.finish'
  | 'attachment.abandon'
  | 'attachment.describe'
  | 'attachment.drafts'
  | 'attachment.discard'
  | 'attachment.download'
  | 'attachment.cancel'
  | 'attachment.save'
  | 'attachment.list';

interface Upload {
  readonly account: string;
  readonly conversation: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly pieces: Uint8Array<ArrayBuffer>[];
}

const uploads = new Map<string, Upload>();
let nextUpload = 1;
/** Largest file the fake engine takes, in bytes. */
const largest = 2 * 1024 ** 3;

function urlOf(pieces: readonly Uint8Array<ArrayBuffer>[], type: string): string {
  return URL.createObjectURL(new Blob([...pieces], { type }));
}

function countDrafts(account: string, conversation: string): void {
  const row = conversationOf(account, conversation);
  putConversation(account, { ...row, draftAttachments: draftsOf(account, conversation).length });
}

/** The attachment of a message, changed wherever it is shown. */
function changeInMessages(account: string, id: number, change: Partial<Attachment>): Attachment {
  for (const [key, timeline] of timelines) {
    if (!key.startsWith(`${account} `)) continue;
    for (const message of timeline) {
      const found = message.attachments.find((attachment) => attachment.id === id);
      if (found === undefined) continue;
      const changed = { ...found, ...change };
      const attachments = message.attachments.map((other) => (other.id === id ? changed : other));
      putMessage(account, { ...findMessage(account, message.id), attachments });
      return changed;
    }
  }
  return putAttachment(account, { ...attachmentOf(account, id), ...change });
}

/** Files that are taken in, sent, fetched and listed. Development only. */
export const fakeAttachments: Handlers<Names> = {
  'attachment.pick': async ({ account, conversation }) => {
    await pause(200);
    const picked = addDraft(account, conversation, {
      name: '会议记录 minutes.pdf',
      type: 'application/pdf',
      size: 384_512,
    });
    countDrafts(account, conversation);
    return { attachments: [picked] };
  },
  'attachment.begin': ({ account, conversation, name, type, size }) => {
    if (size > largest) fail('attachment_too_large', { most: largest });
    if (size === 0) fail('attachment_empty');
    const upload = `upload-${nextUpload++}`;
    uploads.set(upload, { account, conversation, name, type, size, pieces: [] });
    return { upload };
  },
  'attachment.append': async ({ upload, bytes }) => {
    if (scene.has('slow-files')) await pause(800);
    uploads.get(upload)?.pieces.push(new Uint8Array(bytes));
    return {};
  },
  'attachment.finish': ({ upload }) => {
    const known = uploads.get(upload) ?? fail('not_found');
    uploads.delete(upload);
    const { account, conversation, name, type, size, pieces } = known;
    const shows = /^(image|video|audio)\//.test(type);
    const added = addDraft(account, conversation, {
      name,
      type,
      size,
      media: shows ? urlOf(pieces, type) : null,
    });
    countDrafts(account, conversation);
    return added;
  },
  'attachment.abandon': ({ upload }) => {
    uploads.delete(upload);
    return {};
  },
  'attachment.describe': ({ account, attachment, width, height, durationMs, thumbnail }) =>
    putAttachment(account, {
      ...attachmentOf(account, attachment),
      width,
      height,
      durationMs,
      thumbnail: thumbnail === null ? null : urlOf([new Uint8Array(thumbnail)], 'image/jpeg'),
    }),
  'attachment.drafts': ({ account, conversation }) => ({ attachments: draftsOf(account, conversation) }),
  'attachment.discard': ({ account, attachment }) => {
    discardDraft(account, attachment);
    return {};
  },
  'attachment.download': ({ account, attachment }) => {
    const total = 4_200_000;
    for (const step of [1, 2, 3, 4]) {
      setTimeout(() => {
        emit({
          event: 'transfer.progress',
          data: { account, attachment, done: (total / 4) * step, total },
        });
        if (step === 4) changeInMessages(account, attachment, { state: 'here' });
      }, step * 400);
    }
    return changeInMessages(account, attachment, { state: 'loading', problem: null });
  },
  'attachment.cancel': ({ account, attachment }) =>
    changeInMessages(account, attachment, { state: 'remote' }),
  'attachment.save': () => ({ saved: true }),
  'attachment.list': ({ account, conversation, what, before, limit }) => {
    const fits = timelineOf(account, conversation).filter(({ content }) => {
      if (what === 'links')
        return content.kind === 'link' || /https?:/.test('text' in content ? content.text : '');
      if (content.kind !== 'media') return false;
      return what === 'media'
        ? content.media === 'image' || content.media === 'video'
        : content.media === 'file';
    });
    const newestFirst = [...fits].reverse().filter(({ id }) => before === undefined || id < before);
    return { messages: newestFirst.slice(0, limit), more: newestFirst.length > limit };
  },
};
