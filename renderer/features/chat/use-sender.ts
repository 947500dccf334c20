import { useCallback, useEffect } from 'react';
import { useShallow } from 'zustand/shallow';
import type { Contact } from '../../../shared/model/people';
import { personKey, usePeopleStore } from '../../stores/people-store';

/** Asks for somebody unless they are known: in a group the same names come again and again. */
function ask(account: string, aid: string): void {
  const { contacts, loadContact } = usePeopleStore.getState();
  if (contacts[personKey(account, aid)] === undefined) void loadContact(account, aid);
}

/** Who wrote something in a group, as this identity knows them; asked for once, kept current by events. */
export function useSender(account: string, aid: string | null): Contact | undefined {
  const contact = usePeopleStore((state) =>
    aid === null ? undefined : state.contacts[personKey(account, aid)],
  );
  useEffect(() => {
    if (aid !== null) ask(account, aid);
  }, [account, aid]);
  return contact;
}

/** The name of somebody: as they are known here, else their address. */
export function useTitle(account: string, aid: string | null): string {
  return useSender(account, aid)?.title ?? aid ?? '';
}

/** Names of several people; asked for once each, and drawn again only when one of the names changes. */
export function useTitles(account: string, aids: readonly string[]): (aid: string) => string {
  const key = aids.join(' ');
  const titles = usePeopleStore(
    useShallow((state) => aids.map((aid) => state.contacts[personKey(account, aid)]?.title ?? aid)),
  );
  useEffect(() => {
    for (const aid of key === '' ? [] : key.split(' ')) ask(account, aid);
  }, [account, key]);
  return useCallback((aid: string) => titles[key.split(' ').indexOf(aid)] ?? aid, [titles, key]);
}
