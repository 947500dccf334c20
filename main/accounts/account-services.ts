import { z } from 'zod';
import { parseDeviceId } from '../../shared/aun/ids';
import type { AdvancedSettings } from '../../shared/model/account';
import { createE2eeV1 } from '../e2ee';
import type { CryptoPool } from '../e2ee';
import {
  createGatewayDirectory,
  createPkiSource,
  createSession,
  createTransfers,
  createWebClient,
} from '../gateway';
import type { GatewaySession } from '../gateway';
import type { StoredIdentity } from '../identity/identity';
import { createCertificateVerifier } from '../identity/verifier';
import { createCertificateDesk } from '../identity/certificate-desk';
import type { CertificateDesk } from '../identity/certificate-desk';
import { createProfiles } from '../identity/profile';
import type { TrustRoot } from '../identity/roots';
import { createPeople } from '../identity/trust/people';
import type { PeopleService } from '../identity/trust/people';
import type { VerifierMemory, WarningVerifier } from '../identity/verifier';
import type { PkiSource } from '../ports/identity';
import type { E2eeEngine } from '../ports/e2ee';
import type { Profiles } from '../ports/profile';
import type { SessionMemory, TokenSet } from '../ports/session';
import type { AccountStore, StoreHost } from '../ports/store';
import type { Transfers, TransferSockets } from '../ports/transfers';
import { fingerprintOf } from '../runtime/fingerprint';
import type { Clock, Random } from '../runtime/runtime';
import { attachmentFolder, databaseFiles, databaseKey } from './database-key';
import type { EngineOptions } from './engine-options';
import type { NetworkRecord } from './network-registry';
import type { NetworkServices } from './network-services';
import type { ServiceSignals } from './service-signals';

const tokensSchema = z.object({
  accessToken: z.string(),
  accessExpiresAt: z.number(),
  refreshToken: z.string().nullable(),
});
const urlsSchema = z.array(z.string());

/**
 * The device id of an account: made together with its database, so that a device that lost its keys is a new device
 * (`protocol/04 §3.1`).
 */
async function deviceIdOf(store: AccountStore, random: Random): Promise<string> {
  const known = parseDeviceId((await store.getMeta('device_id')) ?? '');
  if (known !== null) return known;
  const made = random.uuid();
  await store.setMeta('device_id', made);
  return made;
}

async function readJson<Schema extends z.ZodType>(
  store: AccountStore,
  key: string,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  const text = await store.getMeta(key);
  if (text === null) return null;
  const parsed = schema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

/** Tokens and found gateways, kept in the encrypted database. */
export function sessionMemory(store: AccountStore): SessionMemory {
  return {
    loadTokens: () => readJson(store, 'tokens', tokensSchema),
    saveTokens: (tokens: TokenSet | null) =>
      store.setMeta('tokens', tokens === null ? null : JSON.stringify(tokens)),
    loadGatewayUrls: async () => (await readJson(store, 'gateway_urls', urlsSchema)) ?? [],
    saveGatewayUrls: (urls) => store.setMeta('gateway_urls', JSON.stringify(urls)),
  };
}

/** What was verified counts only under the roots that were trusted then: a root that is gone takes it along. */
function verifierMemory(store: AccountStore, roots: readonly TrustRoot[]): VerifierMemory {
  const fingerprints = roots.map(({ fingerprint }) => fingerprint).sort();
  const under = fingerprintOf(Buffer.from(fingerprints.join(' '))).slice(-16);
  const name = (fingerprint: string, aid: string): string => `verified:${under}:${fingerprint}:${aid}`;
  return {
    loadRevocationList: (issuer) => store.getMeta(`crl:${issuer}`),
    saveRevocationList: (issuer, pem) => store.setMeta(`crl:${issuer}`, pem),
    async verifiedAt(fingerprint, aid) {
      const text = await store.getMeta(name(fingerprint, aid));
      return text === null ? null : Number(text);
    },
    recordVerified: (fingerprint, aid, at) => store.setMeta(name(fingerprint, aid), String(at)),
  };
}

/** The services of one account. */
export interface AccountServices {
  readonly identity: StoredIdentity;
  readonly deviceId: string;
  readonly advanced: AdvancedSettings;
  readonly store: AccountStore;
  readonly session: GatewaySession;
  readonly e2ee: E2eeEngine;
  readonly people: PeopleService;
  readonly profiles: Profiles;
  readonly certificates: CertificateDesk;
  readonly pki: PkiSource;
  readonly verifier: WarningVerifier;
  /** Files and streams, to and from the servers that keep them. */
  readonly transfers: Transfers & TransferSockets;
  /** Folder of the encrypted files of attachments. */
  readonly attachmentFolder: string;
}

/** What opening an account takes. */
export interface AccountParts {
  readonly identity: StoredIdentity;
  readonly folder: string;
  readonly network: NetworkRecord;
  readonly networkServices: NetworkServices;
  readonly advanced: AdvancedSettings;
  readonly signals: ServiceSignals;
  readonly store: StoreHost;
  readonly cryptoPool: CryptoPool;
  readonly options: EngineOptions;
}

/**
 * Another slot of the same device has its own tokens and confirmations on the gateway, but the same message numbers
 * (`protocol/04 §3.1`).
 */
async function takeSlot(store: AccountStore, slotId: string): Promise<void> {
  const before = await store.getMeta('slot_id');
  if (before === slotId) return;
  if (before !== null) {
    const { contiguous } = await store.cursor();
    await store.setCursor({ contiguous, acknowledged: 0 });
    await store.setMeta('tokens', null);
  }
  await store.setMeta('slot_id', slotId);
}

/**
 * Opens the database of an account and builds its services.
 * @throws AunError `vault_locked`, `key_unreadable`, `database_damaged`, `database_too_new`, `disk_full`
 */
export async function openAccountServices(parts: AccountParts): Promise<AccountServices> {
  const { runtime, vault } = parts.options;
  const key = await databaseKey(parts.folder, vault, runtime.random);
  const store = await parts.store
    .open(databaseFiles(parts.folder).database, key, parts.identity.aid)
    .finally(() => key.fill(0));
  try {
    await takeSlot(store, parts.advanced.slotId);
    return buildServices(parts, store, await deviceIdOf(store, runtime.random));
  } catch (error) {
    await store.close();
    throw error;
  }
}

function buildServices(parts: AccountParts, store: AccountStore, deviceId: string): AccountServices {
  const { identity, advanced, signals, options } = parts;
  const { runtime } = options;
  const { aid } = identity;
  const { network } = parts.networkServices.access(parts.network);
  const roots = parts.networkServices.roots(parts.network);
  const memory = sessionMemory(store);
  const directory = createGatewayDirectory({ network, runtime, aid, memory });
  const access = { network, runtime, aid, memory, directory };
  const pki = createPkiSource(access);
  const verifier = createCertificateVerifier({
    pki,
    trustRoots: roots.map(({ pem }) => pem),
    pinnedIssuer: parts.network.kind !== 'public',
    clock: runtime.clock,
    logger: runtime.logger,
    memory: verifierMemory(store, roots),
  });
  const session = createSession({
    ...access,
    deviceId,
    slotId: advanced.slotId,
    identity,
    verifier,
    hostName: options.hostName,
    deviceName: advanced.deviceName,
    deliveryMode: advanced.deliveryMode,
    startedAt: runtime.clock.now(),
  });
  // Prekeys age by the gateway's clock: a jump of ours must not retire them early.
  const gatewayClock: Clock = {
    now: () => runtime.clock.now() + session.clockSkewMs(),
    monotonic: () => runtime.clock.monotonic(),
  };
  const people = createPeople({
    aid,
    identity,
    store,
    pki,
    verifier,
    clock: gatewayClock,
    logger: runtime.logger,
    publish: (change) => signals.published(change),
    changed: (contact) => signals.contactChanged(contact),
    released: (released) => signals.released(released),
  });
  const e2ee = createE2eeV1({
    identity,
    deviceId,
    rpc: session,
    pki,
    verifier,
    store,
    trust: people,
    runtime: { ...runtime, clock: gatewayClock },
    pool: parts.cryptoPool,
  });
  const profiles = createProfiles({
    identity,
    web: createWebClient(access),
    store,
    verifier,
    pki,
    accessToken: () => session.accessToken(),
    clock: gatewayClock,
    logger: runtime.logger,
    changed: (profile) => signals.profileChanged(profile),
  });
  const certificates = createCertificateDesk({ identity, pki, verifier, clock: gatewayClock });
  return {
    identity,
    deviceId,
    advanced,
    store,
    session,
    e2ee,
    people,
    profiles,
    certificates,
    pki,
    verifier,
    transfers: createTransfers(access),
    attachmentFolder: attachmentFolder(parts.folder),
  };
}
