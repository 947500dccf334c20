import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { GroupKeyRing } from './group/key-ring';
import { readKeyRing } from './group/key-ring-file';
import { isDict, numberOf, parseDict, textOf } from './json';
import type { Dict } from './json';
import type { StoredPrekey } from './prekeys';
import { readUpstreamIdentity, upstreamIdentities } from './upstream-folder';

/** Tokens of one (device, slot). */
export interface InstanceState {
  access_token?: string;
  refresh_token?: string;
  /** Unix seconds; unknown when only the token was stored (protocol/01 §7.4, the slot quirk). */
  access_token_expires_at?: number;
}

/** Everything kept for one AID, in one JSON file. */
export interface AidRecord {
  privateKeyPem: string;
  publicKeySpki: string;
  certPem: string;
  gatewayUrl: string;
  certificates: Record<string, string>;
  instances: Record<string, InstanceState>;
  cursors: Record<string, number>;
  prekeys: StoredPrekey[];
  /** Secrets of groups by group id. */
  groupKeys: Record<string, GroupKeyRing>;
}

function emptyRecord(): AidRecord {
  return {
    privateKeyPem: '',
    publicKeySpki: '',
    certPem: '',
    gatewayUrl: '',
    certificates: {},
    instances: {},
    cursors: {},
    prekeys: [],
    groupKeys: {},
  };
}

/**
 * The client's data folder: a text file with the device id and one file per AID. Every change is read, altered and
 * written at once, so that several clients of one process may share a folder as slots of one device do. An identity that
 * lies there in the layout of the SDK (protocol/01 §2) is taken over when it is first asked for.
 */
export class DataDir {
  readonly directory: string;
  readonly #seedPassword: string | undefined;

  constructor(directory: string, seedPassword?: string) {
    this.directory = directory;
    this.#seedPassword = seedPassword;
    mkdirSync(path.join(directory, 'AIDs'), { recursive: true });
  }

  /** The id of this installation, made at the first call. */
  deviceId(): string {
    const file = path.join(this.directory, '.device_id');
    if (existsSync(file)) return readFileSync(file, 'utf8').trim();
    const id = randomUUID();
    writeFileSync(file, id, { mode: 0o600 });
    return id;
  }

  /** The record of an AID, empty when there is none. */
  load(aid: string): AidRecord {
    const file = this.#file(aid);
    const source = existsSync(file) ? parseDict(readFileSync(file, 'utf8')) : null;
    return source ? readRecord(source) : this.#loadUpstream(aid);
  }

  /** Changes the record of an AID and returns it. */
  update(aid: string, change: (record: AidRecord) => void): AidRecord {
    const record = this.load(aid);
    change(record);
    const file = this.#file(aid);
    const temporary = `${file}.tmp`;
    writeFileSync(temporary, JSON.stringify(record), { mode: 0o600 });
    renameSync(temporary, file);
    return record;
  }

  /** AIDs with a private key, sorted. */
  identities(): string[] {
    const own = readdirSync(path.join(this.directory, 'AIDs'))
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length));
    return [...new Set([...own, ...upstreamIdentities(this.directory)])]
      .filter((aid) => this.load(aid).privateKeyPem !== '')
      .sort();
  }

  #loadUpstream(aid: string): AidRecord {
    if (!upstreamIdentities(this.directory).includes(aid)) return emptyRecord();
    const found = readUpstreamIdentity(this.directory, aid, this.#seedPassword);
    if (!found) return emptyRecord();
    const { privateKeyPem, publicKeySpki, certPem, gatewayUrl = '' } = found;
    return { ...emptyRecord(), privateKeyPem, publicKeySpki, certPem, gatewayUrl };
  }

  #file(aid: string): string {
    return path.join(this.directory, 'AIDs', `${aid.replace(/[/\\:]/g, '_')}.json`);
  }
}

function readRecord(source: Dict): AidRecord {
  return {
    privateKeyPem: textOf(source['privateKeyPem']),
    publicKeySpki: textOf(source['publicKeySpki']),
    certPem: textOf(source['certPem']),
    gatewayUrl: textOf(source['gatewayUrl']),
    certificates: mapOf(source['certificates'], textOf),
    instances: mapOf(source['instances'], readInstance),
    cursors: mapOf(source['cursors'], (value) => numberOf(value)),
    prekeys: Array.isArray(source['prekeys']) ? source['prekeys'].filter(isDict).map(readPrekey) : [],
    groupKeys: mapOf(source['groupKeys'], readKeyRing),
  };
}

function mapOf<Value>(source: unknown, read: (value: unknown) => Value): Record<string, Value> {
  if (!isDict(source)) return {};
  return Object.fromEntries(Object.entries(source).map(([key, value]) => [key, read(value)]));
}

function readInstance(value: unknown): InstanceState {
  const source = isDict(value) ? value : {};
  return {
    ...(textOf(source['access_token']) ? { access_token: textOf(source['access_token']) } : {}),
    ...(textOf(source['refresh_token']) ? { refresh_token: textOf(source['refresh_token']) } : {}),
    ...(typeof source['access_token_expires_at'] === 'number'
      ? { access_token_expires_at: source['access_token_expires_at'] }
      : {}),
  };
}

function readPrekey(source: Dict): StoredPrekey {
  return {
    prekey_id: textOf(source['prekey_id']),
    device_id: textOf(source['device_id']),
    created_at: numberOf(source['created_at']),
    private_key_pem: textOf(source['private_key_pem']),
  };
}
