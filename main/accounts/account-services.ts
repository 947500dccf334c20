import { z } from 'zod';
import { parseDeviceId } from '../../shared/aun/ids';
import { createE2eeV1 } from '../e2ee';
import type { CryptoPool } from '../e2ee';
import { createGatewayDirectory, createPkiSource, createSession } from '../gateway';
import type { StoredIdentity } from '../identity/identity';
import { createCertificateVerifier } from '../identity/verifier';
import type { VerifierMemory } from '../identity/verifier';
import type { SessionMemory, TokenSet } from '../ports/session';
import type { AccountStore, StoreHost } from '../ports/store';
import type { Clock, Random } from '../runtime/runtime';
import { SLOT_ID } from './account';
import type { AccountServices } from './account';
import { databaseFiles, databaseKey } from './database-key';
import type { EngineOptions } from './engine-options';
import type { NetworkRecord } from './network-registry';
import { networkOptions, trustRoots } from './network-services';

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

function verifierMemory(store: AccountStore): VerifierMemory {
  return {
    loadRevocationList: (issuer) => store.getMeta(`crl:${issuer}`),
    saveRevocationList: (issuer, pem) => store.setMeta(`crl:${issuer}`, pem),
    async verifiedAt(fingerprint, name) {
      const text = await store.getMeta(`verified:${fingerprint}:${name}`);
      return text === null ? null : Number(text);
    },
    recordVerified: (fingerprint, name, at) => store.setMeta(`verified:${fingerprint}:${name}`, String(at)),
  };
}

/**
 * Opens the database of an account and builds its services.
 * @throws AunError `vault_locked`, `key_unreadable`, `database_damaged`, `database_too_new`, `disk_full`
 */
export async function openAccountServices(parts: {
  readonly identity: StoredIdentity;
  readonly folder: string;
  readonly network: NetworkRecord;
  readonly store: StoreHost;
  readonly cryptoPool: CryptoPool;
  readonly options: EngineOptions;
}): Promise<AccountServices> {
  const { identity, folder, options } = parts;
  const { runtime } = options;
  const key = await databaseKey(folder, options.vault, runtime.random);
  const store = await parts.store.open(databaseFiles(folder).database, key);
  try {
    const network = networkOptions(parts.network);
    const deviceId = await deviceIdOf(store, runtime.random);
    const memory = sessionMemory(store);
    const directory = createGatewayDirectory({ network, runtime, aid: identity.aid, memory });
    const access = { network, runtime, aid: identity.aid, memory, directory };
    const pki = createPkiSource(access);
    const verifier = createCertificateVerifier({
      pki,
      trustRoots: trustRoots(parts.network),
      pinnedIssuer: parts.network.kind !== 'public',
      clock: runtime.clock,
      logger: runtime.logger,
      memory: verifierMemory(store),
    });
    const session = createSession({
      ...access,
      deviceId,
      slotId: SLOT_ID,
      identity,
      verifier,
      hostName: options.hostName,
      startedAt: runtime.clock.now(),
    });
    // Prekeys age by the gateway's clock: a jump of ours must not retire them early.
    const gatewayClock: Clock = {
      now: () => runtime.clock.now() + session.clockSkewMs(),
      monotonic: () => runtime.clock.monotonic(),
    };
    const e2ee = createE2eeV1({
      identity,
      deviceId,
      rpc: session,
      pki,
      verifier,
      store,
      runtime: { ...runtime, clock: gatewayClock },
      pool: parts.cryptoPool,
    });
    return { identity, deviceId, store, session, e2ee };
  } catch (error) {
    await store.close();
    throw error;
  }
}
