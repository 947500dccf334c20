import { z } from 'zod';
import type { AttachmentRecord } from '../ports/store';
import type { Random } from '../runtime/runtime';
import type { ObjectKey } from './object-crypto';

const digestSchema = z.object({ size: z.number().int().min(0), sha256: z.string().length(64) });

const uploadStateSchema = z.object({
  /** Recorded by this user; belongs to the draft, not to the upload. */
  voice: z.boolean().default(false),
  /** Row of its small picture. */
  picture: z.number().int().nullable().default(null),
  plan: z
    .object({
      key: z.base64(),
      iv: z.base64(),
      objectKey: z.string(),
      inner: digestSchema.nullable(),
      outer: digestSchema.nullable(),
      /** The server may have it: look before anything is sent again. */
      tried: z.boolean(),
    })
    .nullable()
    .default(null),
});

/** How far an upload got. Each step is on disk before the next one begins. */
export type UploadState = z.output<typeof uploadStateSchema>;
export type UploadPlan = NonNullable<UploadState['plan']>;

/** What stands in {@link AttachmentRecord.uploadJson}; an unreadable text counts as nothing done. */
export function uploadStateOf(record: Pick<AttachmentRecord, 'uploadJson'>): UploadState {
  const empty: UploadState = { voice: false, picture: null, plan: null };
  if (record.uploadJson === null) return empty;
  try {
    return uploadStateSchema.parse(JSON.parse(record.uploadJson));
  } catch {
    return empty;
  }
}

/** A new object: key, nonce and name are fresh and never used again (`protocol/06 §3`). */
export function newPlan(random: Random): UploadPlan {
  return {
    key: random.bytes(32).toString('base64'),
    iv: random.bytes(12).toString('base64'),
    objectKey: `att/${random.bytes(16).toString('hex')}`,
    inner: null,
    outer: null,
    tried: false,
  };
}

export function keyOfPlan(plan: UploadPlan): ObjectKey {
  return { key: Buffer.from(plan.key, 'base64'), iv: Buffer.from(plan.iv, 'base64') };
}

/** The text that {@link uploadStateOf} reads. */
export function uploadJsonOf(state: UploadState): string {
  return JSON.stringify(state);
}
