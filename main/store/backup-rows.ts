import { z } from 'zod';
import {
  conversationSchema,
  peerKindSchema,
  profileStatusSchema,
  retentionSchema,
} from '../../shared/model/conversation';
import {
  groupLogEntrySchema,
  groupMembershipSchema,
  groupRoleSchema,
  groupStatusSchema,
  memberKindSchema,
} from '../../shared/model/group';
import { deliveryStateSchema, protectionSchema } from '../../shared/model/message';
import { profileWarningSchema } from '../../shared/model/people';
import type { ExportKind } from '../ports/store';
import { AunError } from '../runtime/errors';
import { keyOriginSchema } from './group-keys';
import { groupFactsSchema } from './groups';

/**
 * Version of rows, but those about groups. Rows of a newer version are refused, not guessed at; those of version 1 lack what has
 * a default here.
 */
export const ROW_VERSION = 2;
/** Version of rows that have to do with groups: a backup of somebody who is in none is readable for an older program. */
export const GROUP_ROW_VERSION = 3;

const version = z.union([z.literal(1), z.literal(ROW_VERSION), z.literal(GROUP_ROW_VERSION)]);
const time = z.number().int();
const name = z.string().min(1).max(512);
/** Whoever sends a message names it, and the network sets no limit: what was stored must come back. */
const messageName = z.string().min(1);
const base64 = z.base64();

/** Rows of kind `groups`: keys first, then groups with their members, then their logs. */
const groupKeyRow = z.object({
  v: version,
  what: z.literal('key'),
  group: name,
  epoch: z.number().int(),
  secret: base64.describe('32 bytes'),
  commitment: z.string(),
  members: z.array(z.string()),
  chain: z.string().nullable(),
  chainDoubt: z.string().nullable(),
  origin: keyOriginSchema,
  updatedAt: time,
});
const groupRow = z.object({
  v: version,
  what: z.literal('group'),
  group: name,
  membership: groupMembershipSchema,
  status: groupStatusSchema,
  memberCount: z.number().int(),
  facts: groupFactsSchema,
  members: z.array(
    z.object({
      aid: name,
      role: groupRoleSchema,
      kind: memberKindSchema,
      joinedAt: time.nullable(),
      mutedUntil: time.nullable(),
      muteReason: z.string(),
      hasKeys: z.boolean(),
    }),
  ),
});
const groupLogRow = z.object({
  v: version,
  what: z.literal('log'),
  group: name,
  entry: groupLogEntrySchema,
});

/**
 * What a row of each kind holds (`docs/backup-format.md`). Internal numbers of the database are in none of them, nor are tokens,
 * device ids of this installation, cursors and the numbers of an inbox (`protocol/06 §7`).
 */
export const backupRowSchemas = {
  contacts: z.object({
    v: version,
    aid: name,
    alias: z.string(),
    firstSeenAt: time.nullable(),
    pinnedSpki: z.string().nullable(),
    pinnedKey: z.string().nullable(),
    issuerKey: z.string().nullable(),
    pending: z.object({ spki: z.string(), key: z.string(), at: time }).nullable(),
    previousKey: z.string().nullable(),
    changedAt: time.nullable(),
    verifiedBeforeChange: z.boolean(),
    verified: z.object({ key: z.string(), at: time, method: z.enum(['manual', 'qr']) }).nullable(),
    revoked: z.object({ fingerprint: z.string(), at: time }).nullable(),
  }),
  certificates: z.object({
    v: version,
    aid: name,
    fingerprint: name,
    spkiFingerprint: z.string(),
    pem: z.string(),
    verifiedAt: time,
  }),
  prekeys: z.object({
    v: version,
    prekeyId: name,
    deviceId: z.string().describe('device of the installation that made it'),
    privateKey: base64.describe('PKCS#8 DER'),
    createdAt: time,
  }),
  conversations: z.object({
    v: version,
    id: name,
    kind: conversationSchema.shape.kind,
    title: z.string(),
    peerKind: peerKindSchema,
    profileStatus: profileStatusSchema,
    security: conversationSchema.shape.security,
    openedAt: time,
    draft: z.string(),
    standing: conversationSchema.shape.standing.default('accepted'),
    pinned: z.boolean().default(false),
    archived: z.boolean().default(false),
    mutedUntil: time.nullable().default(null),
    markedUnread: z.boolean().default(false),
    retention: retentionSchema.default(0),
  }),
  messages: z.object({
    v: version,
    conversation: name,
    sender: name,
    messageId: messageName,
    own: z.boolean(),
    sortAt: time,
    serverTime: time.nullable(),
    senderTime: time.nullable(),
    facts: z
      .looseObject({ kind: z.string().min(1) })
      .describe('what the message shows, without its text; a kind that is unknown is kept'),
    body: z.string().nullable(),
    payload: z.string().nullable(),
    raw: z.string().nullable(),
    epoch: z.number().int().nullable().default(null).describe('key of an envelope of a group in `raw`'),
    protection: protectionSchema,
    forwardSecret: z.boolean(),
    state: deliveryStateSchema.nullable(),
    stateReason: z.string().nullable(),
    read: z.boolean().describe('not behind the place up to which the user has read'),
    storedAt: time.nullable().default(null).describe('what a retention rule counts from'),
    hidden: z.number().int().min(0).max(2).default(0).describe('1 by itself, 2 replaced by a newer one'),
    mentionsMe: z.boolean().default(false),
    flags: z.number().int().min(0).max(63).nullable().default(null).describe('what the message carries'),
    indexText: z.string().nullable().default(null).describe('what is searched, where it is not the body'),
    replyTo: z.string().nullable().default(null),
    replyText: z.string().nullable().default(null),
    thread: z.string().nullable().default(null),
    refersTo: z.string().nullable().default(null),
    refersAs: z.enum(['choice', 'vote', 'final']).nullable().default(null),
    replaceKey: z.string().nullable().default(null),
    cardState: z.enum(['pending', 'completed', 'dismissed']).nullable().default(null),
    cardLabel: z.string().nullable().default(null),
  }),
  attachments: z.object({
    v: version,
    conversation: name,
    sender: name.describe('of the message'),
    messageId: messageName,
    position: z.number().int().min(0),
    parent: z
      .number()
      .int()
      .min(0)
      .nullable()
      .describe('position of the attachment it is the small picture of'),
    role: z.enum(['main', 'picture', 'thumbnail']),
    name: z.string(),
    type: z.string(),
    size: z.number().int().min(0),
    width: z.number().int().nullable(),
    height: z.number().int().nullable(),
    durationMs: z.number().nullable(),
    encrypted: z.boolean(),
    reference: z.string().nullable().describe('of the payload'),
    gone: z.boolean(),
    file: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,128}$/)
      .nullable()
      .default(null)
      .describe('name of the encrypted file, which a full backup carries'),
    fileKey: base64.nullable().default(null).describe('its 32-byte key'),
  }),
  tombstones: z.object({
    v: version,
    conversation: z.string().max(512).default('').describe('the group it was in, or empty'),
    sender: name,
    messageId: messageName,
  }),
  groups: z.discriminatedUnion('what', [groupKeyRow, groupRow, groupLogRow]),
  profiles: z.object({
    v: version,
    aid: name,
    raw: base64,
    etag: z.string().nullable(),
    lastModified: z.string().nullable(),
    fetchedAt: time,
    status: profileStatusSchema,
    reason: z.string(),
    name: z.string(),
    type: z.string(),
    certificateFingerprint: z.string().nullable(),
    signedAt: time.nullable(),
    wasSigned: z.boolean(),
    highestVersion: z.string(),
    highestUpdatedAt: z.string(),
    highestSignedAt: time,
    warning: profileWarningSchema.nullable(),
  }),
} as const satisfies Record<ExportKind, z.ZodType>;

type BackupRows = { readonly [Kind in ExportKind]: z.output<(typeof backupRowSchemas)[Kind]> };
/** A row as it is written. */
export type BackupRow<Kind extends ExportKind> = BackupRows[Kind];

const readers: { readonly [Kind in ExportKind]: z.ZodType<BackupRows[Kind]> } = backupRowSchemas;

const versionOnly = z.looseObject({ v: z.number().int() });

/**
 * Reads a row of a backup.
 * @throws AunError `backup_too_new` for a row of a later version, `backup_damaged` for what is no row of this kind
 */
export function parseBackupRow<Kind extends ExportKind>(kind: Kind, row: string): BackupRow<Kind> {
  const value = parseJson(row);
  const outer = versionOnly.safeParse(value);
  if (outer.success && outer.data.v > GROUP_ROW_VERSION) {
    throw new AunError('backup_too_new', `a row of kind ${kind} has version ${outer.data.v}`);
  }
  const parsed = readers[kind].safeParse(value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new AunError('backup_damaged', `a row of kind ${kind} is not one: ${where}`);
}

function parseJson(row: string): unknown {
  try {
    return JSON.parse(row);
  } catch {
    return undefined;
  }
}
