import type { Network } from '../../../shared/model/network';
import type { CommandError } from '../../stores/bridge';

/** Where a person is on the way to an identity. */
export type Step =
  | { readonly name: 'welcome' }
  | { readonly name: 'restore' }
  | { readonly name: 'network' }
  | { readonly name: 'other-network' }
  | { readonly name: 'name'; readonly network: Network }
  | { readonly name: 'creating'; readonly network: Network; readonly aid: string }
  | {
      readonly name: 'failed';
      readonly network: Network;
      readonly aid: string;
      readonly error: CommandError;
    };

/** The public network, as long as the engine has not listed it. */
export const publicNetwork: Network = {
  id: 'agentid.pub',
  issuer: 'agentid.pub',
  kind: 'public',
  gatewayUrl: null,
  rootFingerprint: null,
  running: false,
};

/** The network a newcomer starts with. */
export function defaultNetwork(networks: readonly Network[]): Network {
  return networks.find((network) => network.kind === 'public') ?? networks[0] ?? publicNetwork;
}

/** Whether an address names a gateway itself (then it is pinned) or an issuer (then discovery finds the gateway). */
export function isGatewayAddress(address: string): boolean {
  return /^(wss?|https?):\/\//i.test(address.trim());
}
