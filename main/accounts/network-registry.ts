import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { issuerProblem, normalizeAidInput } from '../../shared/aun/aid';
import type { Network } from '../../shared/model/network';
import { parseGatewayUrl } from '../gateway/targets';
import { AunError } from '../runtime/errors';
import { fingerprintOf } from '../runtime/fingerprint';
import { jsonFile } from '../runtime/json-file';

/** Id of the public network and of the embedded one. */
export const PUBLIC_NETWORK = 'agentid.pub';
export const LOCAL_NETWORK = 'local';
/** Issuer of the embedded network: a reserved top-level name, so that it can never be a public one. */
export const LOCAL_ISSUER = 'aun.test';

/** What the engine knows of a network; `rootPem` null means the bundled public root. */
export interface NetworkRecord {
  readonly id: string;
  readonly issuer: string;
  readonly kind: Network['kind'];
  readonly gatewayUrl: string | null;
  readonly rootPem: string | null;
  /** PEMs of roots that the user imported for this network. */
  readonly importedRoots: readonly string[];
}

/** What a network is made of: its issuer, and gateway and root where they are not those of the public web. */
export interface NetworkInput {
  readonly issuer: string;
  readonly gatewayUrl: string | null;
  readonly rootPem: string | null;
}

const recordSchema = z.object({
  id: z.string(),
  issuer: z.string(),
  gatewayUrl: z.string().nullable(),
  rootPem: z.string().nullable(),
});
const fileSchema = z.object({
  networks: z.array(recordSchema),
  /** Imported roots by the id of their network, built-in ones included. */
  importedRoots: z.record(z.string(), z.array(z.string())).default({}),
  /** Highest version of a list of trust roots that was seen, by the id of the network. */
  trustListVersions: z.record(z.string(), z.number().int().min(0)).default({}),
});
type Stored = z.infer<typeof recordSchema>;

/** SHA-256 fingerprint (`sha256:…`) of a PEM certificate. @throws AunError `certificate_invalid` */
export function rootFingerprint(pem: string): string {
  try {
    return fingerprintOf(new X509Certificate(pem).raw);
  } catch (error) {
    throw new AunError('certificate_invalid', 'the trust root is not a certificate', { cause: error });
  }
}

/** Networks of this installation: two built in, the rest added by the user and kept in `networks.json`. */
export class NetworkRegistry {
  private added: Stored[] = [];
  private imported: Record<string, string[]> = {};
  private listVersions: Record<string, number> = {};
  /** Networks that only imports need which have not succeeded yet, by their id: how many need them, and whether they are on disk. */
  private readonly lent = new Map<string, { readonly users: number; readonly kept: boolean }>();
  private local: { gatewayUrl: string; rootPem: string } | null = null;
  private readonly file;

  constructor(dataDir: string) {
    this.file = jsonFile(join(dataDir, 'networks.json'), fileSchema, {
      networks: [],
      importedRoots: {},
      trustListVersions: {},
    });
  }

  async load(): Promise<void> {
    const stored = await this.file.read();
    this.added = stored.networks;
    this.imported = stored.importedRoots;
    this.listVersions = stored.trustListVersions;
  }

  /** The embedded gateway started (or stopped, with null). */
  setLocal(running: { gatewayUrl: string; rootPem: string } | null): void {
    this.local = running;
  }

  records(): NetworkRecord[] {
    const local: Omit<NetworkRecord, 'importedRoots'> = {
      id: LOCAL_NETWORK,
      issuer: LOCAL_ISSUER,
      kind: 'local',
      gatewayUrl: this.local?.gatewayUrl ?? null,
      rootPem: this.local?.rootPem ?? null,
    };
    const open: Omit<NetworkRecord, 'importedRoots'> = {
      id: PUBLIC_NETWORK,
      issuer: PUBLIC_NETWORK,
      kind: 'public',
      gatewayUrl: null,
      rootPem: null,
    };
    const added = this.added.map((network) => ({ ...network, kind: 'issuer' as const }));
    return [local, open, ...added].map((record) => ({
      ...record,
      importedRoots: this.imported[record.id] ?? [],
    }));
  }

  /** @throws AunError `network_unknown` */
  get(id: string): NetworkRecord {
    const found = this.records().find((record) => record.id === id);
    if (found === undefined) throw new AunError('network_unknown', 'this installation knows no such network');
    return found;
  }

  snapshot(): Network[] {
    return this.records().map((record) => ({
      id: record.id,
      issuer: record.issuer,
      kind: record.kind,
      gatewayUrl: record.gatewayUrl,
      rootFingerprint: record.rootPem === null ? null : rootFingerprint(record.rootPem),
      running: record.kind !== 'local' || this.local !== null,
    }));
  }

  /** Id that a network with this issuer and gateway gets. @throws AunError `invalid_request`, `gateway_not_trusted` */
  idOf({ issuer, gatewayUrl }: { readonly issuer: string; readonly gatewayUrl: string | null }): string {
    return idOf(issuer, gatewayUrl);
  }

  /**
   * Adds a network, or replaces the address and the root of one that was added before with the same issuer and host.
   * @throws AunError `invalid_request`, `certificate_invalid`, `gateway_not_trusted` for ws:// beyond this computer
   */
  async add(input: NetworkInput): Promise<NetworkRecord> {
    const record = checkedRecord(input);
    const { id, issuer, gatewayUrl, rootPem } = record;
    if (issuer === PUBLIC_NETWORK && gatewayUrl === null && rootPem === null) return this.get(PUBLIC_NETWORK);
    this.added = [...this.added.filter((network) => network.id !== id), record];
    this.lent.delete(id);
    await this.save();
    return this.get(id);
  }

  /**
   * Adds a network for an import, as long as that needs it: it is on disk from {@link NetworkRegistry.keepLent} on, and stays
   * after {@link NetworkRegistry.giveBack} only if the import succeeded. @throws as {@link NetworkRegistry.add}
   */
  lend(input: NetworkInput): NetworkRecord {
    const record = checkedRecord(input);
    this.added = [...this.added, record];
    this.lent.set(record.id, { users: 1, kept: false });
    return this.get(record.id);
  }

  /** Another import needs a network; nothing changes where it is here for good. Returns whether it has to be given back. */
  borrow(id: string): boolean {
    const lent = this.lent.get(id);
    if (lent !== undefined) this.lent.set(id, { ...lent, users: lent.users + 1 });
    return lent !== undefined;
  }

  /** An import is about to succeed: an identity must never be on disk without its network. */
  async keepLent(id: string): Promise<void> {
    const lent = this.lent.get(id);
    if (lent === undefined || lent.kept) return;
    this.lent.set(id, { ...lent, kept: true });
    await this.save();
  }

  /** An import that needed a network has ended. Returns whether the network is gone with it. */
  async giveBack(id: string, succeeded: boolean): Promise<boolean> {
    const lent = this.lent.get(id);
    if (lent === undefined) return false;
    if (!succeeded && lent.users > 1) {
      this.lent.set(id, { ...lent, users: lent.users - 1 });
      return false;
    }
    this.lent.delete(id);
    if (succeeded) return false;
    this.added = this.added.filter((network) => network.id !== id);
    const { [id]: _roots, ...imported } = this.imported;
    const { [id]: _version, ...listVersions } = this.listVersions;
    this.imported = imported;
    this.listVersions = listVersions;
    await this.save();
    return true;
  }

  /** Replaces the imported roots of a network. @throws AunError `network_unknown` */
  async setImportedRoots(id: string, pems: readonly string[]): Promise<void> {
    const { id: known } = this.get(id);
    this.imported = { ...this.imported, [known]: [...pems] };
    await this.save();
  }

  /** Highest version of a list of trust roots that was seen for a network, or null. @throws AunError `network_unknown` */
  trustListVersion(id: string): number | null {
    return this.listVersions[this.get(id).id] ?? null;
  }

  /** Keeps the version of a list that was seen, if it is the highest. @throws AunError `network_unknown` */
  async sawTrustList(id: string, version: number): Promise<void> {
    const known = this.trustListVersion(id);
    if (known !== null && known >= version) return;
    this.listVersions = { ...this.listVersions, [id]: version };
    await this.save();
  }

  private save(): Promise<void> {
    const { imported, listVersions } = this;
    const added = this.added.filter(({ id }) => this.lent.get(id)?.kept !== false);
    return this.file.write({ networks: added, importedRoots: imported, trustListVersions: listVersions });
  }
}

function idOf(issuer: string, gatewayUrl: string | null): string {
  return gatewayUrl === null ? issuer : `${issuer}@${new URL(checkedGatewayUrl(gatewayUrl)).host}`;
}

function checkedRecord(input: NetworkInput): Stored {
  const issuer = normalizeAidInput(input.issuer);
  if (issuerProblem(issuer) !== null) throw new AunError('invalid_request', 'the issuer is not a valid name');
  if (input.rootPem !== null) rootFingerprint(input.rootPem);
  const gatewayUrl = input.gatewayUrl === null ? null : checkedGatewayUrl(input.gatewayUrl);
  return { id: idOf(issuer, gatewayUrl), issuer, gatewayUrl, rootPem: input.rootPem };
}

function checkedGatewayUrl(text: string): string {
  const { secure, path } = parseGatewayUrl(text);
  const url = new URL(text);
  url.protocol = secure ? 'wss:' : 'ws:';
  // A bare address means the path that AUN gateways use.
  if (path === '/') url.pathname = '/aun';
  return url.toString();
}
