import { z } from 'zod';

/** Work on a backup that takes a while. */
export const backupProgressSchema = z.object({
  job: z.string(),
  aid: z.string().describe('identity it is about'),
  kind: z.enum(['create', 'restore']),
  phase: z.enum(['key', 'identity', 'history', 'attachments', 'finishing', 'done', 'failed', 'cancelled']),
  done: z.number().int().describe('records so far'),
  total: z.number().int().nullable(),
  bytes: z.number().describe('bytes of the file so far'),
});
export type BackupProgress = z.infer<typeof backupProgressSchema>;

/** Where this installation holds an identity that is to come from outside. */
export const heldSchema = z
  .enum(['no', 'window', 'removed', 'replaceable'])
  .describe('replaceable: in the window with a key that another device replaced; the newer key may come');
export type Held = z.infer<typeof heldSchema>;

/** What a backup file says of itself before it is opened. Untrusted until it is. */
export const backupFileSchema = z.object({
  file: z.string().describe('handle for `backup.restore`; not a path'),
  name: z.string().describe('name of the file, without its folder'),
  version: z.union([z.literal(1), z.literal(2)]),
  aid: z.string(),
  createdAt: z.number().nullable(),
  bytes: z.number(),
  contents: z.array(z.string()),
  held: heldSchema,
});
export type BackupFile = z.infer<typeof backupFileSchema>;

/** When an account was last saved. */
export const backupStatusSchema = z.object({
  lastAt: z.number().nullable(),
  lastVersion: z.union([z.literal(1), z.literal(2)]).nullable(),
  custodyAt: z.number().nullable(),
  reminder: z.boolean().describe('there has been a real conversation and nothing was ever saved'),
});
export type BackupStatus = z.infer<typeof backupStatusSchema>;

/** What a restore brought back. */
export const restoreResultSchema = z.object({
  account: z.string(),
  messages: z.number().int(),
  conversations: z.number().int(),
  contacts: z.number().int(),
  files: z.number().int(),
  archived: z.boolean().describe('the key of the backup is no longer the active one: history only'),
});
export type RestoreResult = z.infer<typeof restoreResultSchema>;

/** Why an identity in a folder of the SDKs cannot be imported; each has a text in both languages. */
export const sdkProblemSchema = z.enum(['address', 'key_damaged', 'key_scheme', 'key_type']);
export type SdkProblem = z.infer<typeof sdkProblemSchema>;

/** An identity found in a data folder of the SDKs (`protocol/01 §2`). */
export const sdkIdentitySchema = z.object({
  aid: z.string(),
  protection: z.enum(['password', 'seed_file', 'empty_seed', 'plain', 'unknown']),
  generation: z.enum(['0.2', '0.5', 'unknown']),
  certificate: z.enum(['valid', 'expired', 'missing', 'mismatch', 'unreadable']),
  notAfter: z.number().nullable(),
  olderKeys: z.number().int(),
  peers: z.number().int().describe('certificates of other people found beside it'),
  gatewayUrl: z.string().nullable(),
  held: heldSchema,
  problem: sdkProblemSchema.nullable().describe('why it cannot be imported, null when it can'),
});
export type SdkIdentity = z.infer<typeof sdkIdentitySchema>;
