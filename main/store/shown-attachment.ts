import { isDangerousFile, SHOWN_TYPES } from '../../shared/aun/shown-types';
import type { Attachment } from '../../shared/model/attachment';
import type { AttachmentRecord } from '../ports/store';
import { mediaAddress } from '../runtime/media-address';

/**
 * An attachment as the window shows it.
 *
 * @param account own AID, which the addresses of files name; without one nothing has an address
 * @param small the stored small picture, if there is one
 */
export function shownAttachment(
  account: string,
  record: AttachmentRecord,
  small: AttachmentRecord | undefined,
): Attachment {
  return {
    id: record.id,
    role: record.role === 'picture' ? 'picture' : 'main',
    name: record.name,
    type: record.type,
    size: record.size,
    width: record.width,
    height: record.height,
    durationMs: record.durationMs,
    encrypted: record.encrypted,
    dangerous: isDangerousFile(record.name, record.type),
    state: record.state,
    problem: record.problem,
    media: addressOf(account, record),
    thumbnail: small === undefined ? null : addressOf(account, small),
  };
}

/** Null unless the bytes are on this disk and of a type that only shows. Own files are there before they were uploaded. */
function addressOf(account: string, record: AttachmentRecord): string | null {
  const { file, fileKey, state, id } = record;
  const onDisk = file !== null && state !== 'remote' && state !== 'loading';
  if (account === '' || fileKey === null || !onDisk || !SHOWN_TYPES.has(record.type)) return null;
  return mediaAddress(account, { id, fileKey });
}
