import { randomBytes } from 'node:crypto';
import type { KeyObject, X509Certificate } from 'node:crypto';
import { canonicalE2ee } from '../canonical';
import { isDict, textOf } from '../json';
import type { Dict } from '../json';
import { headerBody, isProtected, protect, withoutAuth } from '../metadata-auth';
import { gcmOpen, gcmSeal, hkdf, signText, verifyText } from '../primitives';

/** Type of a V1 group envelope, and of the row that carries one. */
export const GROUP_ENVELOPE = 'e2ee.group_encrypted';
const MODE = 'epoch_group_key';
const SUITE = 'P256_HKDF_SHA256_AES_256_GCM';
/** The seven members bound by the AEAD, in sorted order (protocol/02 §8.3). */
const AAD_KEYS = ['encryption_mode', 'epoch', 'from', 'group_id', 'message_id', 'suite', 'timestamp'];

export interface GroupSealInput {
  senderKey: KeyObject;
  senderFingerprint: string;
  groupId: string;
  epoch: number;
  secret: Buffer;
  from: string;
  messageId: string;
  timestamp: number;
  payload: Dict;
  headers?: unknown;
  context?: Dict | null;
  /** Fixed nonce, for vectors only. */
  nonce?: Buffer;
}

/** Everything computed on the way, so that vectors can be compared step by step. */
export interface GroupSealed {
  envelope: Dict;
  info: string;
  messageKey: Buffer;
  aad: Buffer;
  signed: Buffer;
}

function aadBytes(aad: Dict): Buffer {
  return Buffer.from(
    canonicalE2ee(Object.fromEntries(AAD_KEYS.map((key) => [key, aad[key] ?? null]))),
    'utf8',
  );
}

function infoOf(groupId: string, messageId: string): string {
  return `aun-group:${groupId}:msg:${messageId}`;
}

/** Seals one group message with the secret of an epoch. */
export function sealGroup(input: GroupSealInput): GroupSealed {
  const info = infoOf(input.groupId, input.messageId);
  const messageKey = hkdf(input.secret, info);
  const nonce = input.nonce ?? randomBytes(12);
  const aad: Dict = {
    group_id: input.groupId,
    from: input.from,
    message_id: input.messageId,
    timestamp: input.timestamp,
    epoch: input.epoch,
    encryption_mode: MODE,
    suite: SUITE,
  };
  const bytes = aadBytes(aad);
  const headers = headerBody(input.headers, input.payload);
  const box = gcmSeal(messageKey, nonce, Buffer.from(JSON.stringify(input.payload), 'utf8'), bytes);
  const signed = Buffer.concat([box.ciphertext, box.tag, bytes]);
  const envelope: Dict = {
    type: GROUP_ENVELOPE,
    version: '1',
    encryption_mode: MODE,
    suite: SUITE,
    epoch: input.epoch,
    ...(headers ? { protected_headers: protect(messageKey, 'aun-protected-headers-v1', headers) } : {}),
    ...(input.context ? { context: protect(messageKey, 'aun-protected-context-v1', input.context) } : {}),
    nonce: nonce.toString('base64'),
    ciphertext: box.ciphertext.toString('base64'),
    tag: box.tag.toString('base64'),
    aad,
    sender_signature: signText(input.senderKey, signed),
    sender_cert_fingerprint: input.senderFingerprint,
  };
  return { envelope, info, messageKey, aad: bytes, signed };
}

/** What opening needs to know. */
export interface GroupOpenContext {
  secret(groupId: string, epoch: number): Buffer | null;
  /** The sender's certificate, of whatever fingerprint: the generation does not compare it for groups. */
  senderCertificate(aid: string): X509Certificate | null;
}

export type GroupOpened =
  { kind: 'opened'; payload: unknown; e2ee: Dict } | { kind: 'failed'; reason: string; missingEpoch: number };

class GroupOpenFailure extends Error {}

/** True for a row the SDK would try to decrypt as a group message. */
export function isGroupCiphertext(row: Dict): boolean {
  return isDict(row['payload']) && textOf(row['payload']['type']) === GROUP_ENVELOPE;
}

/** Epoch an envelope names, 0 when it names none. */
export function epochOf(row: Dict): number {
  const epoch = isDict(row['payload']) ? row['payload']['epoch'] : null;
  return typeof epoch === 'number' && Number.isInteger(epoch) && epoch > 0 ? epoch : 0;
}

/** Opens one row with the checks in the order of protocol/02 §8.3. */
export function openGroup(row: Dict, context: GroupOpenContext): GroupOpened {
  const epoch = epochOf(row);
  try {
    const envelope = isDict(row['payload']) ? row['payload'] : {};
    const aad = isDict(envelope['aad']) ? envelope['aad'] : null;
    if (aad === null || epoch === 0) throw new GroupOpenFailure('not a group envelope');
    const groupId = textOf(row['group_id']) || textOf(aad['group_id']);
    const secret = context.secret(groupId, epoch);
    if (secret === null) {
      return { kind: 'failed', reason: 'group secret unavailable', missingEpoch: epoch };
    }
    return openChecked(row, envelope, aad, epoch, secret, context);
  } catch (error) {
    return {
      kind: 'failed',
      reason: error instanceof Error ? error.message : 'decrypt failed',
      missingEpoch: 0,
    };
  }
}

function openChecked(
  row: Dict,
  envelope: Dict,
  aad: Dict,
  epoch: number,
  secret: Buffer,
  context: GroupOpenContext,
): GroupOpened {
  if (textOf(row['group_id']) && row['group_id'] !== aad['group_id']) {
    throw new GroupOpenFailure('group_id does not match');
  }
  for (const name of ['from', 'sender_aid']) {
    if (textOf(row[name]) && row[name] !== aad['from']) throw new GroupOpenFailure(`${name} does not match`);
  }
  const messageKey = hkdf(secret, infoOf(textOf(aad['group_id']), textOf(aad['message_id'])));
  if (!isProtected(messageKey, 'aun-protected-headers-v1', envelope['protected_headers'])) {
    throw new GroupOpenFailure('protected headers authentication failed');
  }
  if (!isProtected(messageKey, 'aun-protected-context-v1', envelope['context'])) {
    throw new GroupOpenFailure('protected context authentication failed');
  }
  const ciphertext = Buffer.from(textOf(envelope['ciphertext']), 'base64');
  const tag = Buffer.from(textOf(envelope['tag']), 'base64');
  const bytes = aadBytes(aad);
  if (aad['epoch'] !== epoch) throw new GroupOpenFailure('epoch does not match');
  const nonce = Buffer.from(textOf(envelope['nonce']), 'base64');
  const payload: unknown = JSON.parse(gcmOpen(messageKey, nonce, ciphertext, tag, bytes).toString('utf8'));
  const headers = isDict(envelope['protected_headers']) ? withoutAuth(envelope['protected_headers']) : null;
  if (headers && 'payload_type' in headers) {
    if (!isDict(payload) || String(payload['type'] ?? '') !== headers['payload_type']) {
      throw new GroupOpenFailure('payload type does not match the protected header');
    }
  }
  const inner = isDict(envelope['context']) ? withoutAuth(envelope['context']) : null;
  if (inner) {
    const outer = isDict(row['context']) ? withoutAuth(row['context']) : null;
    if (!outer || canonicalE2ee(outer) !== canonicalE2ee(inner)) {
      throw new GroupOpenFailure('context does not match the protected context');
    }
  }
  const certificate = context.senderCertificate(textOf(aad['from']));
  if (!certificate) throw new GroupOpenFailure('sender certificate unavailable');
  const signed = Buffer.concat([ciphertext, tag, bytes]);
  if (!verifyText(certificate.publicKey, signed, textOf(envelope['sender_signature']))) {
    throw new GroupOpenFailure('sender signature verification failed');
  }
  const e2ee: Dict = {
    encryption_mode: envelope['encryption_mode'],
    suite: envelope['suite'],
    epoch,
    sender_verified: true,
    ...(headers ? { protected_headers: headers } : {}),
    ...(inner ? { context: inner } : {}),
  };
  return { kind: 'opened', payload, e2ee };
}

const SEEN_LIMIT = 50_000;

/** Messages that were opened before; of this generation's memory only, gone with the process (protocol/02 §8.3). */
export class GroupReplayGuard {
  readonly #seen = new Set<string>();

  static keyOf(row: Dict): string {
    const envelope = isDict(row['payload']) ? row['payload'] : {};
    const aad = isDict(envelope['aad']) ? envelope['aad'] : {};
    return `${textOf(aad['group_id'])}:${textOf(aad['from'])}:${textOf(aad['message_id'])}`;
  }

  has(row: Dict): boolean {
    return this.#seen.has(GroupReplayGuard.keyOf(row));
  }

  add(row: Dict): void {
    this.#seen.add(GroupReplayGuard.keyOf(row));
    if (this.#seen.size <= SEEN_LIMIT) return;
    const surplus = this.#seen.size - Math.floor(SEEN_LIMIT * 0.8);
    for (const key of [...this.#seen].slice(0, surplus)) this.#seen.delete(key);
  }
}
