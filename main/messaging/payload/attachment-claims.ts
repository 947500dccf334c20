import { z } from 'zod';
import {
  encryptionBlockSchema,
  pendingIndex,
  storedReferenceSchema,
  type EncryptionBlock,
  type StoredReference,
} from '../../../shared/aun/attachment-reference';
import { safeFileName, safeMediaType } from '../../../shared/aun/file-name';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import type { AttachmentClaim } from '../../ports/store';
import type { PayloadContext } from './described';
import { duration, entriesOf, isObject, pixels } from './fields';

/** Most attachments that are taken from one payload. */
const MAX_ATTACHMENTS = 100;

const text = (max: number) => z.string().min(1).max(max).optional().catch(undefined);
const fields = storedReferenceSchema.shape;
/** Every member by itself: a broken one counts as missing. */
const referenceSchema = z.object({
  owner_aid: text(320),
  bucket: text(128),
  object_key: text(1_024),
  url: text(2_048),
  filename: text(1_024),
  content_type: text(255),
  size_bytes: fields.size_bytes.catch(undefined),
  sha256: fields.sha256.catch(undefined),
  enc: z.unknown().optional(),
  thumbnail: z.unknown().optional(),
  width: pixels,
  height: pixels,
  duration_ms: duration,
});

/** Measures that the payload states for its one attachment. */
export interface StatedMeasures {
  readonly width: number | null;
  readonly height: number | null;
  readonly durationMs: number | null;
}

const UNKNOWN: StatedMeasures = { width: null, height: null, durationMs: null };

/** Attachments of a payload (`protocol/04 §9.4`), and whether there is any, uploaded or not. */
export function readAttachments(
  payload: JsonObject,
  context: PayloadContext,
  stated: StatedMeasures = UNKNOWN,
): { readonly claims: AttachmentClaim[]; readonly any: boolean } {
  const entries = entriesOf(payload['attachments'], MAX_ATTACHMENTS);
  const own = context.sender === context.ownAid;
  const measures = entries.length === 1 ? stated : UNKNOWN;
  const claims = entries
    .map((entry) => readClaim(entry, 'main', context, measures))
    .filter((claim): claim is AttachmentClaim => claim !== null);
  return { claims, any: claims.length > 0 || (own && entries.some((entry) => pendingIndex(entry) !== null)) };
}

/**
 * One attachment as its sender describes it: names and types harmless, sizes as claimed. A key is believed only where the
 * message itself was end-to-end encrypted (`protocol/06 §3`); null without anything it could be found by.
 */
export function readClaim(
  value: unknown,
  role: AttachmentClaim['role'],
  context: PayloadContext,
  stated: StatedMeasures = UNKNOWN,
): AttachmentClaim | null {
  if (!isObject(value)) return null;
  const parsed = referenceSchema.safeParse(value);
  if (!parsed.success) return null;
  const { enc, thumbnail, width, height, duration_ms: durationMs, ...outer } = parsed.data;
  if (outer.object_key === undefined && outer.url === undefined) return null;
  const block = encryptionOf(enc, context);
  const inner = block === null || block === 'unsupported' ? undefined : block;
  const reference: StoredReference = {
    ...outer,
    ...(inner === undefined ? {} : { enc: inner }),
    ...(block === 'unsupported' ? { unsupported: true } : {}),
  };
  const lastPart = outer.object_key?.split('/').at(-1);
  return {
    role,
    name: safeFileName(inner?.filename || outer.filename || lastPart || 'file'),
    type: safeMediaType((inner === undefined ? outer.content_type : inner.content_type) ?? ''),
    size: (inner === undefined ? outer.size_bytes : inner.size_bytes) ?? 0,
    width: width ?? stated.width,
    height: height ?? stated.height,
    durationMs: durationMs ?? stated.durationMs,
    encrypted: inner !== undefined,
    referenceJson: JSON.stringify(reference),
    thumbnail: role === 'thumbnail' ? null : readClaim(thumbnail, 'thumbnail', context),
  };
}

/** The decryption block, `unsupported` for one that cannot be used, null for none or where it must not be believed. */
function encryptionOf(enc: unknown, context: PayloadContext): EncryptionBlock | 'unsupported' | null {
  if (enc === undefined || enc === null || context.protection === 'none') return null;
  const block = encryptionBlockSchema.safeParse(enc);
  return block.success ? block.data : 'unsupported';
}
