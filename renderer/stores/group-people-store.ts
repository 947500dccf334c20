import { useEffect } from 'react';
import { create } from 'zustand';
import type { GroupMember } from '../../shared/model/group';
import { invoke, reportError } from './bridge';
import { groupKey, useGroupsStore } from './groups-store';

/** Members of a group as the composer and the header need them. */
export interface GroupPeople {
  readonly members: readonly GroupMember[];
  /** Connected now, as far as that is known; null while it is known of nobody. */
  readonly online: number | null;
}

interface GroupPeopleState {
  /** By `groupKey`. */
  readonly people: Readonly<Record<string, GroupPeople>>;
  /** Reads the members of a group; an answer that was overtaken by a newer question is dropped. */
  load(account: string, group: string): Promise<void>;
}

/** Members one question asks for: as many as a group can have. */
const most = 500;
/** Members are read again at most this often, in ms, however often they change. */
const rest = 1500;

const asked = new Map<string, number>();

function onlineAmong(members: readonly GroupMember[]): number | null {
  const known = members.filter(({ online }) => online !== null);
  return known.length === 0 ? null : known.filter(({ online }) => online === true).length;
}

/** Who is in the groups that are open. */
export const useGroupPeopleStore = create<GroupPeopleState>()((set) => ({
  people: {},
  load: async (account, group) => {
    const key = groupKey(account, group);
    const turn = (asked.get(key) ?? 0) + 1;
    asked.set(key, turn);
    try {
      const { members } = await invoke('group.members', { account, group, limit: most });
      if (asked.get(key) !== turn) return;
      set((state) => ({ people: { ...state.people, [key]: { members, online: onlineAmong(members) } } }));
    } catch (reason) {
      // What is known stays; the next change asks again.
      reportError(reason);
    }
  },
}));

/** Views of a group that want to know who is connected, by `groupKey`. */
const watching = new Map<string, number>();

function watch(account: string, group: string): () => void {
  const key = groupKey(account, group);
  watching.set(key, (watching.get(key) ?? 0) + 1);
  invoke('group.watchOnline', { account, group }).catch(reportError);
  return () => {
    const left = (watching.get(key) ?? 1) - 1;
    if (left > 0) watching.set(key, left);
    else watching.delete(key);
    // Another group of this identity may be watched already: only the last one that goes ends it.
    const others = [...watching.keys()].some((other) => other.startsWith(`${account} `));
    if (!others) invoke('group.watchOnline', { account, group: null }).catch(reportError);
  };
}

/** Keeps asking who of a group is connected while somebody looks at it. */
export function useGroupOnline(account: string, group: string, wanted: boolean): void {
  useEffect(() => (wanted ? watch(account, group) : undefined), [account, group, wanted]);
}

/** Members of a group, read when they are first wanted and again, not too often, when they change. */
export function useGroupPeople(account: string, group: string, wanted: boolean): GroupPeople | undefined {
  const key = groupKey(account, group);
  const version = useGroupsStore((state) => state.groups[key]?.members ?? 0);
  const people = useGroupPeopleStore((state) => state.people[key]);
  useEffect(() => {
    if (!wanted) return;
    const known = useGroupPeopleStore.getState().people[key] !== undefined;
    const timer = setTimeout(
      () => void useGroupPeopleStore.getState().load(account, group),
      known ? rest : 0,
    );
    return () => clearTimeout(timer);
  }, [account, group, key, version, wanted]);
  return wanted ? people : undefined;
}
