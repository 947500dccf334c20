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
    return gatewayUrl === null ? issuer : `${issuer}@${new URL(checkedGatewayUrl(gatewayUrl)).host}`;
  }

  /**
   * Adds a network, or replaces the address and the root of one that was added before with the same issuer and host.
   * @throws AunError `invalid_request`, `certificate_invalid`, `gateway_not_trusted` for ws:// beyond this computer
   */
  async add(input: {
    issuer: string;
    gatewayUrl: string | null;
    rootPem: string | null;
  }): Promise<NetworkRecord> {
    const issuer = normalizeAidInput(input.issuer);
    if (issuerProblem(issuer) !== null)
      throw new AunError('invalid_request', 'the issuer is not a valid name');
    if (input.rootPem !== null) rootFingerprint(input.rootPem);
    const gatewayUrl = input.gatewayUrl === null ? null : checkedGatewayUrl(input.gatewayUrl);
    if (issuer === PUBLIC_NETWORK && gatewayUrl === null && input.rootPem === null)
      return this.get(PUBLIC_NETWORK);
    const id = this.idOf({ issuer, gatewayUrl });
    const record: Stored = { id, issuer, gatewayUrl, rootPem: input.rootPem };
    this.added = [...this.added.filter((network) => network.id !== id), record];
    await this.save();
    return this.get(id);
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
    const { added, imported, listVersions } = this;
    return this.file.write({ networks: added, importedRoots: imported, trustListVersions: listVersions });
  }
}

function checkedGatewayUrl(text: string): string {
  const { secure, path } = parseGatewayUrl(text);
  const url = new URL(text);
  url.protocol = secure ? 'wss:' : 'ws:';
  // A bare address means the path that AUN gateways use.
  if (path === '/') url.pathname = '/aun';
  return url.toString();
}
