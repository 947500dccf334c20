import type { Aid } from '../../shared/aun/aid';
import type { NetworkProbe } from '../../shared/model/network';
import { callShort, checkNameAvailable, createPkiSource, createWebClient, probeNetwork } from '../gateway';
import type { GatewayAccess } from '../gateway';
import { requireRoots } from '../identity/environment';
import type { Environment } from '../identity/environment';
import type { RegistrationPorts } from '../identity/registration';
import { trustRootsOf } from '../identity/roots';
import type { RootSources, TrustRoot } from '../identity/roots';
import { createCertificateVerifier } from '../identity/verifier';
import type { CertificateVerifier, PkiSource } from '../ports/identity';
import type { WebClient } from '../ports/web';
import { AunError } from '../runtime/errors';
import type { Runtime } from '../runtime/runtime';
import type { LocalNetwork } from './local-network';
import { LOCAL_NETWORK } from './network-registry';
import type { NetworkRecord, NetworkRegistry } from './network-registry';

/** What can be asked of a network without being signed in. */
export class NetworkServices {
  constructor(
    private readonly networks: NetworkRegistry,
    private readonly local: LocalNetwork | null,
    private readonly runtime: Runtime,
    private readonly environment: () => Environment,
  ) {}

  /** Starts the embedded network if it does not run. @throws AunError `local_network_failed` */
  async startLocal(): Promise<NetworkRecord> {
    if (this.local === null) throw new AunError('local_network_failed', 'there is no embedded network here');
    await this.local.start();
    return this.networks.get(LOCAL_NETWORK);
  }

  /** The network, running if it is the embedded one. @throws AunError `network_unknown`, `local_network_failed` */
  async ready(id: string): Promise<NetworkRecord> {
    const record = this.networks.get(id);
    return record.kind === 'local' && record.gatewayUrl === null ? this.startLocal() : record;
  }

  /** Looks at an address without trusting it. */
  probe(address: string): Promise<NetworkProbe> {
    return probeNetwork(address, { runtime: this.runtime });
  }

  /** Whether nobody holds an address yet. */
  isFree(network: NetworkRecord, aid: Aid): Promise<boolean> {
    return checkNameAvailable(this.access(network), aid);
  }

  /** What registration needs of a network. */
  async registration(network: NetworkRecord): Promise<RegistrationPorts> {
    const access = this.access(await this.ready(network.id));
    const pki = createPkiSource(access);
    const { logger } = this.runtime;
    return {
      rpc: (method, params) => callShort(access, method, params),
      pki,
      logger,
      ...this.judge(network, pki),
    };
  }

  /** HTTP to the hosts of a network, and who judges its certificates. */
  outside(network: NetworkRecord): { web: WebClient; verifier: CertificateVerifier } {
    const access = this.access(network);
    return { web: createWebClient(access), ...this.judge(network, createPkiSource(access)) };
  }

  /** How the gateway client reaches a network. */
  access(network: NetworkRecord): GatewayAccess {
    const { issuer, gatewayUrl, rootPem } = network;
    const { verifyTls } = this.environment();
    return {
      network: { issuer, pinnedGatewayUrl: gatewayUrl, rootPem, verifyTls },
      runtime: this.runtime,
    };
  }

  /** The roots a network trusts and where each comes from. @throws AunError `certificate_invalid`, `gateway_not_trusted` */
  roots(network: NetworkRecord): TrustRoot[] {
    const environment = this.environment();
    // A network without a root of its own may rely on the configured one: trusting the public root instead would be wrong.
    if (network.kind === 'issuer' && network.rootPem === null && network.importedRoots.length === 0)
      requireRoots(environment);
    return trustRootsOf(rootSources(network, environment));
  }

  private judge(network: NetworkRecord, pki: PkiSource): { verifier: CertificateVerifier } {
    const { clock, logger } = this.runtime;
    const verifier = createCertificateVerifier({
      pki,
      trustRoots: this.roots(network).map(({ pem }) => pem),
      pinnedIssuer: network.kind !== 'public',
      clock,
      logger,
    });
    return { verifier };
  }
}

/** What the trust of a network is made of. */
export function rootSources(network: NetworkRecord, environment: Environment): RootSources {
  return {
    bundled: network.rootPem === null && network.kind !== 'local',
    pinned: network.rootPem,
    imported: network.importedRoots,
    configured: environment.configuredRoots,
  };
}
