import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  pbkdf2Sync,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from '@signalapp/sqlcipher';
import { pemToDer } from './der';
import { isDict, parseDict, textOf } from './json';
import type { Dict } from './json';
import { gcmOpen, gcmSeal, sha256Hex, spkiText } from './primitives';

/** An identity as the SDK keeps it on disk (protocol/01 §2). */
export interface UpstreamIdentity {
  aid: string;
  privateKeyPem: string;
  certPem: string;
  /** Further certificates for `public/certs/`: own old ones and those of other people. */
  certificates?: string[];
  gatewayUrl?: string;
}

/** How a folder is written; the defaults are those of the Node SDK of this generation. */
export interface UpstreamStyle {
  /** Seed password; without one the folder's seed file is used (and made), with `''` the empty seed of 0.5.4. */
  password?: string;
  /** Python writes the parts of a record in hex. */
  hex?: boolean;
  /** The legacy form: the key in the clear. */
  plain?: boolean;
  /** File name of the key, for older copies. */
  keyName?: string;
}

const NO_AAD = Buffer.alloc(0);
const KEY_FIELD = 'identity/private_key';

function identityFolder(aunPath: string, aid: string): string {
  return path.join(aunPath, 'AIDs', aid.replace(/[/\\:]/g, '_'));
}

/** The seed of a folder: the password, or 32 bytes in a file that is made when it is missing. */
function seedOf(aunPath: string, password: string | undefined): Buffer {
  if (password !== undefined) return Buffer.from(password, 'utf8');
  const file = path.join(aunPath, '.seed');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600 });
  return readFileSync(file);
}

/** Key that protects one field of one identity; `master` is there for the published vector. */
export function upstreamFieldKey(
  seed: Buffer,
  scope: string,
  name: string,
): { master: Buffer; field: Buffer } {
  const master = pbkdf2Sync(seed, Buffer.from('aun_file_secret_store_v1', 'ascii'), 100_000, 32, 'sha256');
  const label = Buffer.concat([Buffer.from(`aun:${scope}:${name}`, 'utf8'), Buffer.from([0x01])]);
  return { master, field: createHmac('sha256', master).update(label).digest() };
}

/** Writes one identity into a data folder, next to those that are there. */
export function writeUpstreamIdentity(
  aunPath: string,
  identity: UpstreamIdentity,
  style: UpstreamStyle = {},
): void {
  const folder = identityFolder(aunPath, identity.aid);
  mkdirSync(path.join(folder, 'private'), { recursive: true, mode: 0o700 });
  mkdirSync(path.join(folder, 'public', 'certs'), { recursive: true, mode: 0o700 });
  const content: Dict = {
    public_key_der_b64: spkiText(createPublicKey(createPrivateKey(identity.privateKeyPem))),
    curve: 'P-256',
  };
  if (style.plain) content['private_key_pem'] = identity.privateKeyPem;
  else content['private_key_protection'] = protect(aunPath, identity, style);
  const keyFile = path.join(folder, 'private', style.keyName ?? 'key.json');
  writeFileSync(keyFile, JSON.stringify(content), { mode: 0o600 });
  if (identity.certPem) writeFileSync(path.join(folder, 'public', 'cert.pem'), identity.certPem);
  for (const pem of identity.certificates ?? []) writeCertificate(folder, pem);
  if (identity.gatewayUrl) writeMetadata(path.join(folder, 'aun.db'), identity.gatewayUrl);
}

function protect(aunPath: string, identity: UpstreamIdentity, style: UpstreamStyle): Dict {
  const scope = path.basename(identityFolder(aunPath, identity.aid));
  const { field } = upstreamFieldKey(seedOf(aunPath, style.password), scope, KEY_FIELD);
  const nonce = randomBytes(12);
  const sealed = gcmSeal(field, nonce, Buffer.from(identity.privateKeyPem, 'utf8'), NO_AAD);
  const print = (bytes: Buffer): string => bytes.toString(style.hex ? 'hex' : 'base64');
  return {
    scheme: 'file_aes',
    name: KEY_FIELD,
    persisted: true,
    nonce: print(nonce),
    ciphertext: print(sealed.ciphertext),
    tag: print(sealed.tag),
  };
}

function writeCertificate(folder: string, pem: string): void {
  const name = `sha256_${sha256Hex(pemToDer(pem, 'CERTIFICATE'))}.pem`;
  writeFileSync(path.join(folder, 'public', 'certs', name), pem);
}

function writeMetadata(file: string, gatewayUrl: string): void {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.exec(
    'CREATE TABLE IF NOT EXISTS metadata_kv (key TEXT PRIMARY KEY, value TEXT, updated_at INTEGER)',
  );
  database
    .prepare('INSERT OR REPLACE INTO metadata_kv VALUES (?, ?, ?)')
    .run(['gateway_url', JSON.stringify(gatewayUrl), 1_760_000_000_000]);
  database.close();
}

/** AIDs whose folder holds a private key file, sorted. */
export function upstreamIdentities(aunPath: string): string[] {
  const root = path.join(aunPath, 'AIDs');
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((name) => existsSync(path.join(root, name, 'private', 'key.json')))
    .sort();
}

/** Loads an identity as the SDK does; `null` when there is no key. Throws when the seed does not open it. */
export function readUpstreamIdentity(
  aunPath: string,
  aid: string,
  password?: string,
): (UpstreamIdentity & { publicKeySpki: string }) | null {
  const folder = identityFolder(aunPath, aid);
  const keyFile = path.join(folder, 'private', 'key.json');
  const content = existsSync(keyFile) ? parseDict(readFileSync(keyFile, 'utf8')) : null;
  if (content === null) return null;
  const privateKeyPem = textOf(content['private_key_pem']) || unprotect(aunPath, aid, content, password);
  const publicKeySpki = textOf(content['public_key_der_b64']);
  return { aid, privateKeyPem, publicKeySpki, ...readPublicPart(folder, publicKeySpki) };
}

function unprotect(aunPath: string, aid: string, content: Dict, password: string | undefined): string {
  const record = content['private_key_protection'];
  if (!isDict(record) || record['scheme'] !== 'file_aes') throw new Error('unsupported protection scheme');
  const scope = path.basename(identityFolder(aunPath, aid));
  const { field } = upstreamFieldKey(seedOf(aunPath, password), scope, textOf(record['name']));
  const bytes = (key: string): Buffer => hexOrBase64(textOf(record[key]));
  return gcmOpen(field, bytes('nonce'), bytes('ciphertext'), bytes('tag'), NO_AAD).toString('utf8');
}

/** The reader's rule of both languages. */
function hexOrBase64(text: string): Buffer {
  const isHex = text.length % 2 === 0 && /^[0-9a-fA-F]+$/.test(text);
  return Buffer.from(text, isHex ? 'hex' : 'base64');
}

/** A certificate of another key counts as missing (protocol/01 §2.3). */
function readPublicPart(folder: string, spki: string): { certPem: string; gatewayUrl?: string } {
  const certFile = path.join(folder, 'public', 'cert.pem');
  const pem = existsSync(certFile) ? readFileSync(certFile, 'utf8') : '';
  const fits = pem !== '' && spkiText(new X509Certificate(pem).publicKey) === spki;
  const gatewayUrl = readMetadata(path.join(folder, 'aun.db'));
  return { certPem: fits ? pem : '', ...(gatewayUrl ? { gatewayUrl } : {}) };
}

/** Opens the database as the SDK does: its own tables are added when they are missing. */
function readMetadata(file: string): string {
  const database = new Database(file);
  try {
    database.pragma('journal_mode = WAL');
    database.exec(
      'CREATE TABLE IF NOT EXISTS metadata_kv (key TEXT PRIMARY KEY, value TEXT, updated_at INTEGER);' +
        'CREATE TABLE IF NOT EXISTS tokens (key TEXT PRIMARY KEY, value TEXT, updated_at INTEGER)',
    );
    const row = database.prepare('SELECT value FROM metadata_kv WHERE key = ?').get(['gateway_url']);
    const value: unknown = JSON.parse(textOf(row?.['value']) || '""');
    return textOf(value);
  } finally {
    database.close();
  }
}
