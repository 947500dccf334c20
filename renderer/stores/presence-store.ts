import { create } from 'zustand';
import type { BridgeEvent } from '../../shared/bridge/contract';
import { invoke, reportError } from './bridge';
import { personKey } from './people-store';

interface PresenceState {
  /** By `personKey`; somebody who is missing is not known to be either. */
  readonly online: Readonly<Record<string, boolean>>;
  /** People of the rows on the screen; replaces those of before. */
  showRows(account: string, aids: readonly string[]): void;
  /** The person of the open conversation, or null. */
  showOpen(account: string, aid: string | null): void;
  applyBatch(batch: readonly BridgeEvent[]): void;
}

/** Rest after the rows last moved before the engine hears who is on the screen, in ms. */
const delay = 600;
/** Most people that can be watched at once (the contract's limit). */
const most = 100;

const rows = new Map<string, readonly string[]>();
const open = new Map<string, string>();
const asked = new Map<string, string>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();

/** Forgets who is on the screen: the window is locked, or a test begins. */
export function forgetPresence(): void {
  for (const timer of timers.values()) clearTimeout(timer);
  for (const known of [rows, open, asked, timers]) known.clear();
}

/** Who is connected, of the people on the screen. Nobody else is asked about. */
export const usePresenceStore = create<PresenceState>()((set) => {
  const take = (account: string, online: Readonly<Record<string, boolean>>): void =>
    set((state) => {
      const next = { ...state.online };
      for (const [aid, connected] of Object.entries(online)) next[personKey(account, aid)] = connected;
      return { online: next };
    });

  const ask = (account: string): void => {
    timers.delete(account);
    const first = open.get(account);
    const aids = [...new Set([...(first === undefined ? [] : [first]), ...(rows.get(account) ?? [])])]
      .filter((aid) => aid !== account)
      .slice(0, most)
      .sort();
    const wish = aids.join(' ');
    if (asked.get(account) === wish || (aids.length === 0 && !asked.has(account))) return;
    asked.set(account, wish);
    invoke('presence.watch', { account, aids }).then(
      ({ online }) => take(account, online),
      (reason: unknown) => {
        // Asked again with the next change on the screen.
        asked.delete(account);
        reportError(reason);
      },
    );
  };
  const askSoon = (account: string): void => {
    clearTimeout(timers.get(account));
    timers.set(
      account,
      setTimeout(() => ask(account), delay),
    );
  };

  return {
    online: {},
    showRows: (account, aids) => {
      rows.set(account, aids);
      askSoon(account);
    },
    showOpen: (account, aid) => {
      if (aid === null) open.delete(account);
      else open.set(account, aid);
      askSoon(account);
    },
    applyBatch: (batch) => {
      for (const { event, data } of batch) if (event === 'presence.changed') take(data.account, data.online);
    },
  };
});

/** Whether somebody is connected; undefined while that is not known. */
export function useIsOnline(account: string, aid: string): boolean | undefined {
  return usePresenceStore((state) => state.online[personKey(account, aid)]);
}
