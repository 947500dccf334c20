import { useState } from 'react';
import { issuerOf, parsePeerAid } from '../../../../shared/aun/aid';
import type { Network } from '../../../../shared/model/network';
import { useAppStore } from '../../../stores/app-store';
import { invoke } from '../../../stores/bridge';
import { publicNetwork } from '../../onboarding/onboarding-flow';

/** The network an identity is brought back on: the one of its address unless the user chooses another. */
export function useNetworkFor(aid: string) {
  const known = useAppStore((state) => state.networks);
  const [chosen, setChosen] = useState<Network | null>(null);
  const [added, setAdded] = useState<readonly Network[]>([]);
  const networks = [...known, ...added].filter(
    (network, index, all) => all.findIndex((other) => other.id === network.id) === index,
  );
  const all = networks.some((network) => network.kind === 'public') ? networks : [publicNetwork, ...networks];
  const parsed = parsePeerAid(aid);
  const own = parsed === null ? null : issuerOf(parsed);
  const network = chosen ?? all.find((candidate) => candidate.issuer === own) ?? null;
  return {
    networks: all,
    network,
    choose: setChosen,
    add: (made: Network): void => {
      setAdded([...added, made]);
      setChosen(made);
    },
  };
}

/** Starts the network on this computer where it is the one; returns the id to name. */
export async function readyNetwork(network: Network): Promise<string> {
  if (network.kind !== 'local' || network.running) return network.id;
  return (await invoke('network.startLocal', {})).id;
}
