import { useEffect, useState } from 'react';
import { nameProblem } from '../../../shared/aun/aid';
import type { CommandResult } from '../../../shared/bridge/contract';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';

/** What is known about a name. */
export type NameCheck =
  | { readonly state: 'idle' }
  | { readonly state: 'checking' }
  | { readonly state: 'known'; readonly answer: CommandResult<'network.checkName'> }
  | { readonly state: 'failed'; readonly error: CommandError };

/** Rest after the last key before the network is asked, in ms. */
const delay = 350;

/** Asks the network whether a name that keeps the rules is free; asks again when `attempt` changes. */
export function useNameCheck(network: string, name: string, attempt: number): NameCheck {
  const key = `${network} ${name} ${attempt}`;
  const [result, setResult] = useState<{ readonly key: string; readonly check: NameCheck } | null>(null);
  const valid = nameProblem(name) === null;
  useEffect(() => {
    if (!valid) return;
    let current = true;
    const timer = setTimeout(() => {
      invoke('network.checkName', { network, name }).then(
        (answer) => current && setResult({ key, check: { state: 'known', answer } }),
        (reason: unknown) =>
          current && setResult({ key, check: { state: 'failed', error: toCommandError(reason) } }),
      );
    }, delay);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [network, name, key, valid]);
  if (!valid) return { state: 'idle' };
  return result?.key === key ? result.check : { state: 'checking' };
}
