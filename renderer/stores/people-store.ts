import { useEffect } from 'react';
import { create } from 'zustand';
import type { BridgeEvent } from '../../shared/bridge/contract';
import type { Contact, Profile } from '../../shared/model/people';
import { invoke, reportError, toCommandError, type CommandError } from './bridge';

/** Somebody's profile as the window has it: an answer of before stays while a new one is fetched. */
export interface ProfileState {
  readonly profile: Profile | null;
  readonly loading: boolean;
  readonly error: CommandError | null;
}

interface PeopleState {
  /** By {@link personKey}. */
  readonly contacts: Readonly<Record<string, Contact>>;
  readonly profiles: Readonly<Record<string, ProfileState>>;
  /** Reads what an identity knows of somebody; a failure leaves what is known. */
  loadContact(account: string, aid: string): Promise<void>;
  loadProfile(account: string, aid: string, refresh: boolean): Promise<void>;
  /** Takes the profile that is older than the one that is known. */
  acceptOlderProfile(account: string, aid: string): Promise<void>;
  /** Takes over contacts that commands returned. */
  merge(contacts: readonly Contact[]): void;
  applyBatch(batch: readonly BridgeEvent[]): void;
}

/** Key of a person: the same address is known separately by each identity. */
export function personKey(account: string, aid: string): string {
  return `${account} ${aid}`;
}

const unknown: ProfileState = { profile: null, loading: false, error: null };

/** Counts what arrived for a person, so that an answer that was overtaken by an event is dropped. */
const versions = new Map<string, number>();
function bump(key: string): number {
  const next = (versions.get(key) ?? 0) + 1;
  versions.set(key, next);
  return next;
}

/** Several views of one person ask at the same time; the engine hears one question. */
const asking = new Map<string, Promise<void>>();

/** What each identity knows of other people: trust and profiles. */
export const usePeopleStore = create<PeopleState>()((set, get) => {
  const putProfile = (key: string, change: Partial<ProfileState>): void =>
    set((state) => ({
      profiles: { ...state.profiles, [key]: { ...(state.profiles[key] ?? unknown), ...change } },
    }));

  const askProfile = async (account: string, aid: string, ask: () => Promise<Profile>): Promise<void> => {
    const key = personKey(account, aid);
    const before = versions.get(`profile ${key}`);
    putProfile(key, { loading: true, error: null });
    try {
      const profile = await ask();
      const current = versions.get(`profile ${key}`) === before;
      putProfile(key, current ? { profile, loading: false } : { loading: false });
    } catch (reason) {
      putProfile(key, { loading: false, error: toCommandError(reason) });
    }
  };
  return {
    contacts: {},
    profiles: {},
    loadContact: (account, aid) => {
      const key = `contact ${personKey(account, aid)}`;
      const before = versions.get(key);
      const asked =
        asking.get(key) ??
        invoke('contact.get', { account, aid })
          .then(
            (contact) => {
              if (versions.get(key) === before) get().merge([contact]);
            },
            // The conversation's own facts stand in for it, and the next event or visit brings it.
            reportError,
          )
          .finally(() => asking.delete(key));
      asking.set(key, asked);
      return asked;
    },
    loadProfile: (account, aid, refresh) =>
      askProfile(account, aid, () => invoke('profile.peer', { account, aid, refresh })),
    acceptOlderProfile: (account, aid) =>
      askProfile(account, aid, () => invoke('profile.acceptOlder', { account, aid })),
    merge: (contacts) =>
      set((state) => {
        const merged = { ...state.contacts };
        for (const contact of contacts) {
          const key = personKey(contact.account, contact.aid);
          bump(`contact ${key}`);
          merged[key] = contact;
        }
        return { contacts: merged };
      }),
    applyBatch: (batch) => {
      const contacts: Contact[] = [];
      for (const { event, data } of batch) {
        if (event === 'contact.changed') contacts.push(data.contact);
        else if (event === 'profile.changed') {
          const key = personKey(data.account, data.profile.aid);
          bump(`profile ${key}`);
          putProfile(key, { profile: data.profile, error: null });
        }
      }
      if (contacts.length > 0) get().merge(contacts);
    },
  };
});

/** What an identity knows of somebody; asked for once, kept current by events. */
export function useContact(account: string, aid: string | null): Contact | undefined {
  const contact = usePeopleStore((state) =>
    aid === null ? undefined : state.contacts[personKey(account, aid)],
  );
  useEffect(() => {
    if (aid !== null) void usePeopleStore.getState().loadContact(account, aid);
  }, [account, aid]);
  return contact;
}

/** Somebody's profile; asked for when it is first shown, kept current by events. */
export function useProfile(account: string, aid: string): ProfileState {
  const state = usePeopleStore((people) => people.profiles[personKey(account, aid)]);
  useEffect(() => {
    void usePeopleStore.getState().loadProfile(account, aid, false);
  }, [account, aid]);
  return state ?? { ...unknown, loading: true };
}
