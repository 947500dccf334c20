import { create } from 'zustand';
import type { Attachment } from '../../shared/model/attachment';
import { CommandError, invoke, reportError, toCommandError } from './bridge';
import { useComposerStore } from './composer-store';
import { describeFile } from './describe-file';
import { timelineKey } from './timeline-store';

/** A file beside a draft: being taken in, there, or refused. */
export interface DraftFile {
  /** Name within this window; stays when the engine has given the file its id. */
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  /** Bytes the engine has so far. */
  readonly done: number;
  readonly attachment: Attachment | null;
  /** Address of the picture itself while the window still holds it, or null. */
  readonly preview: string | null;
  readonly error: CommandError | null;
}

/** What is known of a voice message without decoding it: what a recorder writes says no length. */
export interface Recorded {
  readonly durationMs: number;
}

interface DraftFilesState {
  /** By `timelineKey`, in the order they will be sent. */
  readonly files: Readonly<Record<string, readonly DraftFile[]>>;
  /** Reads the files that stand beside a stored draft. */
  load(account: string, conversation: string): Promise<void>;
  /** Asks the user for files in a dialog of the main process. */
  pick(account: string, conversation: string): Promise<void>;
  /** Takes in files that were dropped, pasted or recorded, one after the other. Resolves when all are there or refused. */
  add(
    account: string,
    conversation: string,
    files: readonly File[],
    voice?: Recorded,
  ): Promise<readonly Attachment[]>;
  /** Takes a file away from the draft; one that is being taken in is dropped. */
  remove(account: string, conversation: string, key: string): void;
  /** Moves a file one place towards the start or the end. */
  move(account: string, conversation: string, key: string, step: -1 | 1): void;
  /** Files leave with a message: their ids in order. They are gone from the tray at once. `only`: these and no others. */
  take(account: string, conversation: string, only?: readonly number[]): readonly number[];
  /** The message is in the outbox, or was refused: then its files stand beside the draft again. */
  settle(account: string, conversation: string, ids: readonly number[], sent: boolean): Promise<void>;
}

/** Bytes handed over in one piece (the contract's limit). */
const pieceBytes = 1_048_576;
/** Most files of one message (the contract's limit). */
const mostFiles = 32;

let nextKey = 1;
/** Files that were removed while they were being taken in. */
const removed = new Set<string>();
/** Files on their way into the outbox, by place and id: a list that is read meanwhile may still name them. */
const leaving = new Set<string>();
/**
 * When files were sent or taken away, by place and id, counted in moves: a list that was asked for before may be answered
 * after and still name them; one that is asked for later names them only because they are back.
 */
const gone = new Map<string, number>();
let moves = 0;

function markGone(place: string, id: number): void {
  moves += 1;
  gone.set(`${place} ${id}`, moves);
}

function release(file: DraftFile): void {
  if (file.preview !== null) URL.revokeObjectURL(file.preview);
}

/** Hands the bytes over in order; stops when the file was removed meanwhile. */
async function handOver(
  upload: string,
  file: File,
  key: string,
  progress: (done: number) => void,
): Promise<boolean> {
  for (let offset = 0; offset < file.size; offset += pieceBytes) {
    if (removed.has(key)) return false;
    const piece = new Uint8Array(await file.slice(offset, offset + pieceBytes).arrayBuffer());
    await invoke('attachment.append', { upload, bytes: piece });
    progress(Math.min(file.size, offset + pieceBytes));
  }
  return !removed.has(key);
}

/** Files beside drafts. Their bytes live in the main process, encrypted; the window holds what it shows of them. */
export const useDraftFilesStore = create<DraftFilesState>()((set, get) => {
  const change = (place: string, patch: (files: readonly DraftFile[]) => readonly DraftFile[]): void =>
    set((state) => ({ files: { ...state.files, [place]: patch(state.files[place] ?? []) } }));
  const put = (place: string, key: string, patch: Partial<DraftFile>): void =>
    change(place, (files) => files.map((file) => (file.key === key ? { ...file, ...patch } : file)));

  /** Measures and a small picture, found by decoding. A file that does not decode goes without. */
  const describe = async (
    account: string,
    place: string,
    key: string,
    attachment: Attachment,
    source: Blob | null,
    voice: Recorded | null = null,
  ): Promise<void> => {
    try {
      const found =
        voice === null
          ? await describeFile(attachment, source)
          : { width: null, height: null, thumbnail: null, durationMs: Math.round(voice.durationMs) };
      if (found === null || removed.has(key)) return;
      const described = await invoke('attachment.describe', { account, attachment: attachment.id, ...found });
      put(place, key, { attachment: described });
    } catch (reason) {
      reportError(reason);
    }
  };

  const show = (place: string, attachment: Attachment): string => {
    const key = `f${nextKey++}`;
    const { name, type, size } = attachment;
    change(place, (files) => [
      ...files,
      { key, name, type, size, done: size, attachment, preview: null, error: null },
    ]);
    return key;
  };

  const takeIn = async (
    account: string,
    conversation: string,
    key: string,
    file: File,
    voice: Recorded | null,
  ): Promise<Attachment | null> => {
    const place = timelineKey(account, conversation);
    let upload: string | null = null;
    try {
      const facts = { name: file.name, type: file.type, size: file.size, voice: voice !== null };
      ({ upload } = await invoke('attachment.begin', { account, conversation, ...facts }));
      const whole = await handOver(upload, file, key, (done) => put(place, key, { done }));
      if (!whole) {
        await invoke('attachment.abandon', { upload });
        return null;
      }
      const attachment = await invoke('attachment.finish', { upload });
      if (removed.has(key)) {
        await invoke('attachment.discard', { account, attachment: attachment.id });
        return null;
      }
      put(place, key, { attachment, done: file.size, name: attachment.name, size: attachment.size });
      await describe(account, place, key, attachment, file, voice);
      return attachment;
    } catch (reason) {
      put(place, key, { error: toCommandError(reason) });
      if (upload !== null) invoke('attachment.abandon', { upload }).catch(reportError);
      return null;
    }
  };

  return {
    files: {},
    load: async (account, conversation) => {
      const place = timelineKey(account, conversation);
      const asked = moves;
      try {
        const { attachments } = await invoke('attachment.drafts', { account, conversation });
        const here = get().files[place] ?? [];
        // What is being taken in may be in the list without being known by its id yet: asked again when it is.
        if (here.some((file) => file.attachment === null && file.error === null)) return;
        const known = new Set(here.map((file) => file.attachment?.id));
        for (const attachment of attachments) {
          const name = `${place} ${attachment.id}`;
          if (known.has(attachment.id) || leaving.has(name) || (gone.get(name) ?? 0) > asked) continue;
          show(place, attachment);
        }
      } catch (reason) {
        reportError(reason);
      }
    },
    pick: async (account, conversation) => {
      const place = timelineKey(account, conversation);
      const { attachments } = await invoke('attachment.pick', { account, conversation });
      const known = new Set((get().files[place] ?? []).map((file) => file.attachment?.id));
      for (const attachment of attachments) {
        if (known.has(attachment.id)) continue;
        const key = show(place, attachment);
        void describe(account, place, key, attachment, null);
      }
    },
    add: async (account, conversation, files, voice) => {
      const place = timelineKey(account, conversation);
      const room = mostFiles - (get().files[place] ?? []).length;
      if (files.length > room) {
        const error = new CommandError('too_many_attachments', 'too many files', false, { most: mostFiles });
        useComposerStore.getState().fail(account, conversation, error);
      }
      const entries = files.slice(0, Math.max(0, room)).map((file) => ({ key: `f${nextKey++}`, file }));
      change(place, (before) => [
        ...before,
        ...entries.map(({ key, file }): DraftFile => ({
          key,
          name: file.name,
          type: file.type,
          size: file.size,
          done: 0,
          attachment: null,
          preview: file.type.startsWith('image/') ? URL.createObjectURL(file) : null,
          error: null,
        })),
      ]);
      const taken: Attachment[] = [];
      for (const { key, file } of entries) {
        const attachment = await takeIn(account, conversation, key, file, voice ?? null);
        if (attachment !== null) taken.push(attachment);
      }
      return taken;
    },
    remove: (account, conversation, key) => {
      const place = timelineKey(account, conversation);
      const file = get().files[place]?.find((candidate) => candidate.key === key);
      if (file === undefined) return;
      removed.add(key);
      release(file);
      change(place, (files) => files.filter((candidate) => candidate.key !== key));
      if (file.attachment === null) return;
      markGone(place, file.attachment.id);
      invoke('attachment.discard', { account, attachment: file.attachment.id }).catch(reportError);
    },
    move: (account, conversation, key, step) =>
      change(timelineKey(account, conversation), (files) => {
        const from = files.findIndex((file) => file.key === key);
        const moved = files[from];
        const to = from + step;
        if (moved === undefined || to < 0 || to >= files.length) return files;
        const rest = files.filter((file) => file.key !== key);
        return [...rest.slice(0, to), moved, ...rest.slice(to)];
      }),
    take: (account, conversation, only) => {
      const place = timelineKey(account, conversation);
      const ids: number[] = [];
      const staying: DraftFile[] = [];
      for (const file of get().files[place] ?? []) {
        const id = file.attachment?.id;
        if (id === undefined || (only !== undefined && !only.includes(id))) {
          staying.push(file);
          continue;
        }
        release(file);
        leaving.add(`${place} ${id}`);
        ids.push(id);
      }
      change(place, () => staying);
      return ids;
    },
    settle: async (account, conversation, ids, sent) => {
      const place = timelineKey(account, conversation);
      for (const id of ids) {
        leaving.delete(`${place} ${id}`);
        if (sent) markGone(place, id);
      }
      if (!sent && ids.length > 0) await get().load(account, conversation);
    },
  };
});

/** Lets go of every picture the window still holds: the window is locked. */
export function forgetDraftFiles(): void {
  for (const files of Object.values(useDraftFilesStore.getState().files)) files.forEach(release);
  leaving.clear();
  gone.clear();
}

const none: readonly DraftFile[] = [];

/** Files beside the draft of a conversation. */
export function useDraftFiles(account: string, conversation: string): readonly DraftFile[] {
  return useDraftFilesStore((state) => state.files[timelineKey(account, conversation)] ?? none);
}
