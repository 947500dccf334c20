import type { AttachmentPatch, AttachmentRecord, NewAttachment } from '../ports/store';
import { AunError } from '../runtime/errors';
import { attachmentById } from './attachment-rows';
import type { ChangeSet } from './change-set';
import { integer, text, textOrNull, wholeNumber, wholeNumberOrNull, type SqlValue } from './columns';
import { requireKey } from './conversations';
import type { WriteConnection } from './sqlite';

interface Context {
  readonly database: WriteConnection;
  readonly change: ChangeSet;
}

/** Stores a draft attachment or the small picture of one. @throws AunError `unknown_conversation`, `attachment_gone` */
export function addAttachment(context: Context, made: NewAttachment): AttachmentRecord {
  const { database, change } = context;
  const key = requireKey(database, made.conversation);
  const parent = made.parent ?? null;
  const owner = parent === null ? null : attachmentById(database, parent);
  if (parent !== null && owner?.conversation !== made.conversation) {
    throw new AunError('attachment_gone', 'the attachment is not there any more');
  }
  const message = owner?.message ?? null;
  const id = database.run(
    `INSERT INTO attachments (conversation, message, parent, position, role, name, type, size, width, height, duration_ms,
       encrypted, reference, upload, file, file_key, state, problem)
     VALUES (?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM attachments WHERE message = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
       ?, ?, ?)`,
    [
      key,
      message,
      parent,
      message,
      parent === null ? made.role : 'thumbnail',
      made.name,
      made.type,
      Math.max(0, wholeNumber(made.size)),
      wholeNumberOrNull(made.width),
      wholeNumberOrNull(made.height),
      made.durationMs,
      made.encrypted ? 1 : 0,
      made.referenceJson,
      made.uploadJson,
      made.file,
      made.fileKey === null ? null : new Uint8Array(made.fileKey),
      made.state,
      made.problem,
    ],
  ).lastInsertRowid;
  touch(context, key, message);
  change.conversation(key);
  const stored = attachmentById(database, id);
  if (stored === null) throw new AunError('internal', 'the attachment was not stored');
  return stored;
}

const COLUMNS = {
  name: 'name',
  type: 'type',
  size: 'size',
  width: 'width',
  height: 'height',
  durationMs: 'duration_ms',
  encrypted: 'encrypted',
  referenceJson: 'reference',
  uploadJson: 'upload',
  file: 'file',
  fileKey: 'file_key',
  state: 'state',
  problem: 'problem',
} as const satisfies Record<keyof AttachmentPatch, string>;

function isField(name: string): name is keyof AttachmentPatch {
  return Object.hasOwn(COLUMNS, name);
}

function valueOf(name: keyof AttachmentPatch, value: AttachmentPatch[keyof AttachmentPatch]): SqlValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return name === 'durationMs' ? value : wholeNumber(value);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  return value ?? null;
}

/** Changes what is named; a file whose place another one takes is told as one nothing refers to. */
export function updateAttachment(context: Context, id: number, patch: AttachmentPatch): void {
  const { database, change } = context;
  const before = database.get('SELECT conversation, message, file FROM attachments WHERE id = ?', [id]);
  if (before === undefined) return;
  for (const [name, value] of Object.entries(patch)) {
    if (!isField(name)) continue;
    database.run(`UPDATE attachments SET ${COLUMNS[name]} = ? WHERE id = ?`, [valueOf(name, value), id]);
  }
  const file = textOrNull(before, 'file');
  if (file !== null && patch.file !== undefined && patch.file !== file) change.file(file);
  const key = integer(before, 'conversation');
  touch(context, key, before['message'] === null ? null : integer(before, 'message'));
}

function touch({ change }: Context, conversation: number, message: number | null): void {
  if (message === null) change.conversation(conversation);
  else change.message(message, conversation);
}

/** Takes a draft attachment away, with its small picture. */
export function removeDraftAttachment(context: Context, id: number): void {
  const { database, change } = context;
  const row = database.get(
    'SELECT conversation FROM attachments WHERE id = ? AND message IS NULL AND parent IS NULL',
    [id],
  );
  if (row === undefined) return;
  dropRows(context, 'WHERE id = ? OR parent = ?', [id, id]);
  change.conversation(integer(row, 'conversation'));
}

/** Deletes the attachments of a message, or those beside the draft of a conversation, and tells their files. */
export function dropFiles(context: Context, of: number | { readonly draftOf: number }): void {
  if (typeof of === 'number') dropRows(context, 'WHERE message = ?', [of]);
  else dropRows(context, 'WHERE conversation = ? AND message IS NULL', [of.draftOf]);
}

function dropRows({ database, change }: Context, where: string, params: readonly SqlValue[]): void {
  for (const row of database.all(`SELECT id, file FROM attachments ${where}`, params)) {
    if (row['file'] !== null) change.file(text(row, 'file'));
    database.run('DELETE FROM attachments WHERE id = ?', [integer(row, 'id')]);
  }
}

/**
 * Moves draft attachments into a message, in order, each followed by its small picture. Returns what they are, for the bits of
 * the message.
 * @throws AunError `attachment_gone` when one of them does not stand beside the draft
 */
export function bindAttachments(
  database: WriteConnection,
  conversation: number,
  message: number,
  ids: readonly number[],
): void {
  let position = 0;
  for (const id of ids) {
    position += 1;
    const bound = database.run(
      `UPDATE attachments SET message = ?, position = ? WHERE id = ? AND conversation = ? AND message IS NULL
         AND parent IS NULL`,
      [message, position, id, conversation],
    );
    if (bound.changes === 0) throw new AunError('attachment_gone', 'an attachment is not there any more');
    position += 1;
    database.run('UPDATE attachments SET message = ?, position = ? WHERE parent = ?', [
      message,
      position,
      id,
    ]);
  }
}

/** Puts the attachments of a message that did not leave beside the draft again. What was on its way is here, as before. */
export function unbindAttachments(database: WriteConnection, message: number): void {
  database.run(
    `UPDATE attachments SET message = NULL, position = 0, problem = NULL,
       state = iif(file IS NOT NULL AND state IN ('waiting', 'uploading', 'failed'), 'here', state) WHERE message = ?`,
    [message],
  );
}
