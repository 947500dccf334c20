import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { parseAid, type Aid } from '../../../shared/aun/aid';
import type { IdentityMaterial } from '../../ports/identity';
import type { ExportKind } from '../../ports/store';
import { replaceFileAtomically } from '../../runtime/files';
import { systemClock, systemRandom } from '../../runtime/runtime';
import type { BackupNetwork, BackupSettings, BackupSource, RestoreTarget } from './content';
import { writeDocument } from './document';
import { restoreBackup, type Restored } from './index';
import { writeStream, type WriteJob, type Written } from './write-stream';

/** A cheap derivation: what is tested here is not how slow scrypt is. */
export const TEST_COST = 16;
export const SECRET = 'correct horse battery staple';

/** The toy key of the vectors (`protocol/06 §12`): scalar 1 on P-256. */
export const KEY_PEM = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAAAAAAAAAAAAGhRANCAARrF9Hy4SxCR/i85uVjpEDydwN9gS3r
M6D0oTlF2JjClk/jQuL+Gn+bjufrSnwPnhYrzjNXazFezsu2QGg3v1H1
-----END PRIVATE KEY-----
`;
export const CERTIFICATE_PEM = `-----BEGIN CERTIFICATE-----
MIIBHjCBxaADAgECAgEBMAoGCCqGSM49BAMCMBkxFzAVBgNVBAMMDmFsaWNlLmF1
bi50ZXN0MB4XDTI1MDEwMTAwMDAwMFoXDTQ1MDEwMTAwMDAwMFowGTEXMBUGA1UE
AwwOYWxpY2UuYXVuLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARrF9Hy
4SxCR/i85uVjpEDydwN9gS3rM6D0oTlF2JjClk/jQuL+Gn+bjufrSnwPnhYrzjNX
azFezsu2QGg3v1H1MAoGCCqGSM49BAMCA0gAMEUCIQDmwZ9P4IwM/eoxW4+acYvN
6c3bGq71q3mtYsFabkQsKQIgcKt3rRDKC+scke3ToW691TQXHbVWbldYucqkL0Wv
Ua8=
-----END CERTIFICATE-----
`;

export function aid(text: string): Aid {
  const parsed = parseAid(text);
  if (parsed === null) throw new Error(`not an address: ${text}`);
  return parsed;
}

export const material: IdentityMaterial = {
  aid: aid('alice.aun.test'),
  privateKeyPem: KEY_PEM,
  certificatePem: CERTIFICATE_PEM,
  olderCertificatePems: ['older'],
  formerKeys: [{ privateKeyPem: KEY_PEM, certificatePems: ['former'] }],
  gatewayUrl: 'wss://gateway.aun.test/aun',
};
export const network: BackupNetwork = {
  issuer: 'aun.test',
  gatewayUrl: 'wss://127.0.0.1:1/aun',
  rootPem: 'root',
};
export const settings: BackupSettings = {
  displayName: 'Alicja 爱',
  hue: 120,
  notifications: 'none',
  deliveryMode: { mode: 'fanout' },
};

export type Rows = Readonly<Partial<Record<ExportKind, readonly string[]>>>;

/** Rows as a store pages them. */
export function storeOf(rows: Rows): BackupSource['store'] {
  const all = (kind: ExportKind): readonly string[] => rows[kind] ?? [];
  return {
    exportCounts: async () => ({
      contacts: all('contacts').length,
      certificates: all('certificates').length,
      prekeys: all('prekeys').length,
      conversations: all('conversations').length,
      messages: all('messages').length,
      attachments: all('attachments').length,
      tombstones: all('tombstones').length,
      profiles: all('profiles').length,
      groups: all('groups').length,
    }),
    exportRows: async (kind, after, limit) => {
      const from = after ?? 0;
      const page = all(kind).slice(from, from + limit);
      return { rows: page, next: from + limit < all(kind).length ? from + limit : null };
    },
  };
}

export function sourceOf(rows: Rows, attachments: string | null = null): BackupSource {
  return { material, network, settings, store: storeOf(rows), attachments };
}

/** What a target was given. */
export interface Taken {
  identity: [IdentityMaterial, BackupNetwork | null] | null;
  settings: BackupSettings | null;
  readonly rows: Record<string, string[]>;
  readonly files: Map<string, Buffer>;
}

export function collectingTarget(): { target: RestoreTarget; taken: Taken } {
  const taken: Taken = { identity: null, settings: null, rows: {}, files: new Map() };
  const target: RestoreTarget = {
    async identity(each, where) {
      taken.identity = [each, where];
    },
    async settings(each) {
      taken.settings = each;
    },
    async rows(kind, rows) {
      (taken.rows[kind] ??= []).push(...rows);
      return rows.length;
    },
    async file(name, content) {
      const parts: Uint8Array[] = [];
      for await (const part of content) parts.push(part);
      taken.files.set(name, Buffer.concat(parts));
    },
  };
  return { target, taken };
}

/** Restores a file into nothing but memory. */
export async function restored(file: string, secret = SECRET): Promise<{ taken: Taken; result: Restored }> {
  const { target, taken } = collectingTarget();
  const result = await restoreBackup({ path: file, secret, target });
  return { taken, result };
}

/** As `writeBackup`, with a cheap key derivation. */
export async function writeCheaply(
  file: string,
  version: 1 | 2,
  source: BackupSource,
  parts: Partial<WriteJob> = {},
): Promise<Written> {
  let written: Written = { bytes: 0, records: 0 };
  await replaceFileAtomically(file, async (handle) => {
    written = await (version === 1 ? writeDocument : writeStream)({
      handle,
      secret: SECRET,
      source,
      random: systemRandom,
      clock: systemClock,
      signal: undefined,
      progress: () => undefined,
      cost: TEST_COST,
      ...parts,
    });
  });
  return written;
}

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-backup-'));
  folders.push(folder);
  return folder;
}
