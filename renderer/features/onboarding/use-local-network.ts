import { useState } from 'react';
import type { Network } from '../../../shared/model/network';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';

/** Starts the network on this computer and hands it over. */
export function useLocalNetwork(onNetwork: (network: Network) => void) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const start = (): void => {
    setBusy(true);
    setError(null);
    invoke('network.startLocal', {}).then(onNetwork, (reason: unknown) => {
      setBusy(false);
      setError(toCommandError(reason));
    });
  };
  return { busy, error, start };
}
