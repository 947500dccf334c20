import { useEffect } from 'react';
import { create } from 'zustand';
import type { BridgeEvent } from '../../shared/bridge/contract';
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
  /** What somebody does who was away says that they are there now. */
  applyBatch(batch: readonly BridgeEvent[]): void;
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
export const useGroupPeopleStore = create<GroupPeopleState>()((set, get) => ({
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
  applyBatch: (batch) => {
    const seemsAway = (account: string, group: string, aid: string): boolean =>
      get().people[groupKey(account, group)]?.members.find((member) => member.aid === aid)?.online === false;
    for (const { event, data } of batch) {
      if (event === 'group.logged') noticeSign(data.account, data.group);
      else if (event === 'typing.changed') {
        if (seemsAway(data.account, data.conversation, data.who)) noticeSign(data.account, data.conversation);
      } else if (event === 'message.changed') {
        const { account, conversation } = data;
        if (data.messages.some(({ own, sender }) => !own && seemsAway(account, conversation, sender)))
          noticeSign(account, conversation);
      }
    }
  },
}));

/** Groups whose connected members somebody wants to see, by `groupKey`, with how many views do; the newest last. */
const watching = new Map<string, { readonly account: string; readonly group: string; views: number }>();
/** Who has just come online shows soon after a group was opened: it is asked again after these times, in ms. */
const soon: readonly number[] = [3000, 10_000];
/** Signs of somebody who was away gather this long before they make a question, in ms. */
const signRest = 2000;
const signs = new Map<string, ReturnType<typeof setTimeout>>();

function ask(account: string, group: string | null): void {
  invoke('group.watchOnline', { account, group }).catch(reportError);
}

function watch(account: string, group: string): () => void {
  const key = groupKey(account, group);
  const views = (watching.get(key)?.views ?? 0) + 1;
  watching.delete(key);
  watching.set(key, { account, group, views });
  ask(account, group);
  const timers = soon.map((wait) => setTimeout(() => ask(account, group), wait));
  return () => {
    timers.forEach(clearTimeout);
    const left = (watching.get(key)?.views ?? 1) - 1;
    if (left > 0) watching.set(key, { account, group, views: left });
    else watching.delete(key);
    if (left > 0) return;
    // The engine watches one group of an identity: what is shown behind has its turn again.
    const behind = [...watching.values()].filter((other) => other.account === account).at(-1);
    ask(account, behind?.group ?? null);
  };
}

/** Asks again who is connected, where somebody looks and as soon as the signs have come to rest. */
function noticeSign(account: string, group: string): void {
  const key = groupKey(account, group);
  if (!watching.has(key) || signs.has(key)) return;
  const again = (): void => {
    signs.delete(key);
    if (watching.has(key)) ask(account, group);
  };
  signs.set(key, setTimeout(again, signRest));
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
