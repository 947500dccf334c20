import { z } from 'zod';
import { attachmentStateSchema, type Attachment } from '../../shared/model/attachment';
import { errorCodeSchema } from '../../shared/bridge/errors';
import type { AttachmentRecord } from '../ports/store';
import {
  bytesOrNull,
  flag,
  integer,
  integerOrNull,
  oneOf,
  text,
  textOrNull,
  type SqlRow,
  type SqlValue,
} from './columns';
import { shownAttachment } from './shown-attachment';
import type { ReadConnection } from './sqlite';

const roleSchema = z.enum(['main', 'picture', 'thumbnail']);
const problemSchema = errorCodeSchema.nullable().catch('internal');

const QUERY = `SELECT a.*, c.id AS conversation_id FROM attachments a JOIN conversations c ON c.key = a.conversation`;

/** A row of {@link QUERY}. */
export function readAttachment(row: SqlRow): AttachmentRecord {
  return {
    id: integer(row, 'id'),
    conversation: text(row, 'conversation_id'),
    message: integerOrNull(row, 'message'),
    parent: integerOrNull(row, 'parent'),
    role: oneOf(row, 'role', roleSchema),
    name: text(row, 'name'),
    type: text(row, 'type'),
    size: integer(row, 'size'),
    width: integerOrNull(row, 'width'),
    height: integerOrNull(row, 'height'),
    durationMs: integerOrNull(row, 'duration_ms'),
    encrypted: flag(row, 'encrypted'),
    referenceJson: textOrNull(row, 'reference'),
    uploadJson: textOrNull(row, 'upload'),
    file: textOrNull(row, 'file'),
    fileKey: bytesOrNull(row, 'file_key'),
    state: oneOf(row, 'state', attachmentStateSchema),
    problem: oneOf(row, 'problem', problemSchema),
  };
}

/** Attachments that match a condition. */
export function attachmentRecords(
  database: ReadConnection,
  condition: string,
  params: readonly SqlValue[],
): AttachmentRecord[] {
  return database.all(`${QUERY} ${condition}`, params).map(readAttachment);
}

/** An attachment by its id, or null. */
export function attachmentById(database: ReadConnection, id: number): AttachmentRecord | null {
  return attachmentRecords(database, 'WHERE a.id = ?', [id])[0] ?? null;
}

/** Attachments of a message in their order, each followed by its small picture. */
export function attachmentsOf(database: ReadConnection, message: number): AttachmentRecord[] {
  return attachmentRecords(database, 'WHERE a.message = ? ORDER BY a.position', [message]);
}

/** Attachments beside the draft of a conversation, in the order in which they were put there. */
export function draftAttachments(database: ReadConnection, conversation: string): AttachmentRecord[] {
  return attachmentRecords(
    database,
    'WHERE c.id = ? AND a.message IS NULL AND a.parent IS NULL ORDER BY a.id',
    [conversation],
  );
}

/** Attachments in one of these states, oldest first. */
export function attachmentsIn(
  database: ReadConnection,
  states: readonly string[],
  limit: number,
): AttachmentRecord[] {
  return attachmentRecords(
    database,
    'WHERE a.state IN (SELECT value FROM json_each(?)) ORDER BY a.id LIMIT ?',
    [JSON.stringify(states), limit],
  );
}

/** Names of every file the database refers to. */
export function attachmentFiles(database: ReadConnection): string[] {
  return database
    .all('SELECT DISTINCT file FROM attachments WHERE file IS NOT NULL')
    .map((row) => text(row, 'file'));
}

/** Attachments of a message as the window shows them. `account` is the own AID, which their addresses name. */
export function shownAttachments(database: ReadConnection, account: string, message: number): Attachment[] {
  const records = attachmentsOf(database, message);
  return records.flatMap((record) => {
    if (record.parent !== null || record.role === 'thumbnail') return [];
    const small = records.find((other) => other.parent === record.id);
    return [shownAttachment(account, record, small)];
  });
}
