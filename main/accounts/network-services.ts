import type { Aid } from '../../shared/aun/aid';
import type { NetworkProbe } from '../../shared/model/network';
import { callShort, checkNameAvailable, createPkiSource, probeNetwork } from '../gateway';
import type { GatewayAccess, NetworkOptions } from '../gateway';
import { PUBLIC_ROOT_PEM } from '../identity/public-root';
import type { RegistrationPorts } from '../identity/registration';
import { createCertificateVerifier } from '../identity/verifier';
import { AunError } from '../runtime/errors';
import type { Runtime } from '../runtime/runtime';
import type { LocalNetwork } from './local-network';
import { LOCAL_NETWORK } from './network-registry';
import type { NetworkRecord, NetworkRegistry } from './network-registry';

/** The roots a network trusts. */
export function trustRoots(network: NetworkRecord): string[] {
  return [network.rootPem ?? PUBLIC_ROOT_PEM];
}

/** How the gateway client sees a network. */
export function networkOptions(network: NetworkRecord): NetworkOptions {
  return { issuer: network.issuer, pinnedGatewayUrl: network.gatewayUrl, rootPem: network.rootPem };
}

/** What can be asked of a network without being signed in. */
export class NetworkServices {
  constructor(
    private readonly networks: NetworkRegistry,
    private readonly local: LocalNetwork | null,
    private readonly runtime: Runtime,
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
    const { clock, logger } = this.runtime;
    const verifier = createCertificateVerifier({
      pki,
      trustRoots: trustRoots(network),
      pinnedIssuer: network.kind !== 'public',
      clock,
      logger,
    });
    return { rpc: (method, params) => callShort(access, method, params), pki, verifier, logger };
  }

  private access(network: NetworkRecord): GatewayAccess {
    return { network: networkOptions(network), runtime: this.runtime };
  }
}
