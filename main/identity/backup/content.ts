import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { parseAid } from '../../../shared/aun/aid';
import { advancedSettingsSchema, notificationRuleSchema } from '../../../shared/model/account';
import type { BackupProgress } from '../../../shared/model/backup';
import type { IdentityMaterial } from '../../ports/identity';
import type { ExportKind, StoreReader } from '../../ports/store';
import { damaged } from './chunks';

/** Where an identity lives: enough to find and to trust its network again. */
export interface BackupNetwork {
  readonly issuer: string;
  /** Pinned gateway URL, or null where discovery finds it. */
  readonly gatewayUrl: string | null;
  /** Pinned root, or null for the bundled public one. */
  readonly rootPem: string | null;
}

/** Settings of an account that move with it. What belongs to a device (its id, slot and name) stays behind. */
export const backupSettingsSchema = z.object({
  displayName: z.string().max(1024),
  hue: z.number().int().min(0).max(359).nullable().describe('null when the user chose none'),
  notifications: notificationRuleSchema,
  deliveryMode: advancedSettingsSchema.shape.deliveryMode.nullable(),
});
export type BackupSettings = z.infer<typeof backupSettingsSchema>;

/** Where the content of a backup comes from. */
export interface BackupSource {
  readonly material: IdentityMaterial;
  readonly network: BackupNetwork | null;
  readonly settings: BackupSettings | null;
  readonly store: Pick<StoreReader, 'exportCounts' | 'exportRows'>;
  /** Folder of the attachments, or null; version 1 carries none. It may be missing. */
  readonly attachments: string | null;
}

/**
 * Takes what a backup holds, in this order: identity, settings, rows, files. It is called while the file is still being read:
 * only when {@link restoreBackup} has resolved was everything there and as it was written. Until then nothing of it may become an
 * identity of this installation, and when `restoreBackup` fails the target throws away what it has.
 */
export interface RestoreTarget {
  identity(material: IdentityMaterial, network: BackupNetwork | null): Promise<void>;
  settings(settings: BackupSettings): Promise<void>;
  /** Rows for `AccountStore.importRows`; returns how many were new. */
  rows(kind: ExportKind, rows: readonly string[]): Promise<number>;
  /** The name is safe as the name of a file in one folder. What of the stream is not taken is passed over. */
  file(name: string, content: AsyncIterable<Uint8Array>): Promise<void>;
}

/** How far it is; see {@link BackupProgress}. */
export type Progress = (now: Pick<BackupProgress, 'phase' | 'done' | 'total' | 'bytes'>) => void;

const identitySchema = z.object({
  aid: z.string(),
  private_key_pem: z.string().min(1),
  cert_pem: z.string().nullish(),
  public_key_der_b64: z.string().optional(),
  curve: z.literal('P-256').optional(),
  gateway_url: z.string().nullish(),
  older_cert_pems: z.array(z.string()).default([]),
  former_keys: z
    .array(z.object({ private_key_pem: z.string().min(1), cert_pems: z.array(z.string()) }))
    .default([]),
  network: z
    .object({ issuer: z.string(), gateway_url: z.string().nullable(), root_pem: z.string().nullable() })
    .nullish(),
});

/** The identity as both versions write it (`protocol/06 §7`; what is not named there is ours). */
export function identityDocument(source: Pick<BackupSource, 'material' | 'network'>): object {
  const { material, network } = source;
  return {
    aid: material.aid,
    private_key_pem: material.privateKeyPem,
    ...(material.certificatePem === null ? {} : { cert_pem: material.certificatePem }),
    public_key_der_b64: createPublicKey(material.privateKeyPem)
      .export({ type: 'spki', format: 'der' })
      .toString('base64'),
    curve: 'P-256',
    ...(material.gatewayUrl === null ? {} : { gateway_url: material.gatewayUrl }),
    older_cert_pems: material.olderCertificatePems,
    former_keys: material.formerKeys.map((key) => ({
      private_key_pem: key.privateKeyPem,
      cert_pems: key.certificatePems,
    })),
    ...(network === null
      ? {}
      : {
          network: { issuer: network.issuer, gateway_url: network.gatewayUrl, root_pem: network.rootPem },
        }),
  };
}

/**
 * Reads an identity. That key and certificates belong together is for whoever imports it to check.
 * @throws AunError `backup_damaged` when it is none, or one of another address than the file says outside
 */
export function parseIdentityDocument(
  value: unknown,
  aid: string,
): { material: IdentityMaterial; network: BackupNetwork | null } {
  const parsed = identitySchema.safeParse(value);
  const owner = parsed.success ? parseAid(parsed.data.aid) : null;
  if (!parsed.success || owner === null || owner !== aid)
    throw damaged('the identity in the backup cannot be read, or is another one');
  const identity = parsed.data;
  const { network } = identity;
  return {
    material: {
      aid: owner,
      privateKeyPem: identity.private_key_pem,
      certificatePem: identity.cert_pem ?? null,
      olderCertificatePems: identity.older_cert_pems,
      formerKeys: identity.former_keys.map((key) => ({
        privateKeyPem: key.private_key_pem,
        certificatePems: key.cert_pems,
      })),
      gatewayUrl: identity.gateway_url ?? null,
    },
    network:
      network === null || network === undefined
        ? null
        : { issuer: network.issuer, gatewayUrl: network.gateway_url, rootPem: network.root_pem },
  };
}

/** @throws AunError `backup_damaged` */
export function parseSettings(value: unknown): BackupSettings {
  const parsed = backupSettingsSchema.safeParse(value);
  if (!parsed.success) throw damaged('the settings in the backup cannot be read');
  return parsed.data;
}
