import { useEffect, useState } from 'react';
import type { CommandResult } from '../../../shared/bridge/contract';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';

export type Peer = CommandResult<'peer.lookup'>;

/** What is known about an address. */
export type PeerLookup =
  | { readonly state: 'idle' }
  | { readonly state: 'looking'; readonly aid: string }
  | { readonly state: 'found'; readonly aid: string; readonly peer: Peer }
  | { readonly state: 'failed'; readonly aid: string; readonly error: CommandError };

/** Rest after the last key before the network is asked, in ms. */
const delay = 350;

/** Asks the network about an address whenever it changes; null asks nothing. */
export function usePeerLookup(account: string, aid: string | null, attempt = 0): PeerLookup {
  const [answer, setAnswer] = useState<PeerLookup & { attempt?: number }>({ state: 'idle' });
  useEffect(() => {
    if (aid === null) return;
    let current = true;
    const timer = setTimeout(() => {
      invoke('peer.lookup', { account, aid }).then(
        (peer) => current && setAnswer({ state: 'found', aid, peer, attempt }),
        (reason: unknown) =>
          current && setAnswer({ state: 'failed', aid, error: toCommandError(reason), attempt }),
      );
    }, delay);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [account, aid, attempt]);
  if (aid === null) return { state: 'idle' };
  if (answer.state === 'idle' || answer.aid !== aid || answer.attempt !== attempt)
    return { state: 'looking', aid };
  return answer;
}
