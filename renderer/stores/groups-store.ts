import { useEffect } from 'react';
import { create } from 'zustand';
import type { GroupStanding } from '../../shared/aun/group-permissions';
import type { BridgeEvent } from '../../shared/bridge/contract';
import type { Group } from '../../shared/model/group';
import { invoke, toCommandError, type CommandError } from './bridge';

/** A group as the window has it: what was known stays while it is asked for again. */
export interface GroupEntry {
  readonly group: Group | null;
  readonly error: CommandError | null;
  /** Counts how often its members changed: who shows them asks again. */
  readonly members: number;
  /** Counts how often its moderation log grew. */
  readonly log: number;
}

interface GroupsState {
  /** By {@link groupKey}. */
  readonly groups: Readonly<Record<string, GroupEntry>>;
  /** Reads a group; several views that ask at once are one question. A failure leaves what is known. */
  load(account: string, group: string): Promise<void>;
  /** Takes over a group that a command returned. */
  merge(account: string, group: Group): void;
  applyBatch(batch: readonly BridgeEvent[]): void;
}

/** Key of a group: each identity knows it separately. */
export function groupKey(account: string, group: string): string {
  return `${account} ${group}`;
}

const unknown: GroupEntry = { group: null, error: null, members: 0, log: 0 };
/** Questions under way, and how many changes arrived for a group: an answer that was overtaken is dropped. */
const asking = new Map<string, Promise<void>>();
const versions = new Map<string, number>();

/** The groups each identity is in or looked at. */
export const useGroupsStore = create<GroupsState>()((set, get) => {
  const put = (key: string, change: (entry: GroupEntry) => Partial<GroupEntry>): void =>
    set((state) => {
      const entry = state.groups[key] ?? unknown;
      return { groups: { ...state.groups, [key]: { ...entry, ...change(entry) } } };
    });

  return {
    groups: {},
    load: (account, group) => {
      const key = groupKey(account, group);
      const before = versions.get(key);
      const asked =
        asking.get(key) ??
        invoke('group.get', { account, group })
          .then(
            (found) => {
              if (versions.get(key) === before) get().merge(account, found);
            },
            (reason: unknown) => put(key, () => ({ error: toCommandError(reason) })),
          )
          .finally(() => asking.delete(key));
      asking.set(key, asked);
      return asked;
    },
    merge: (account, group) => {
      const key = groupKey(account, group.group);
      versions.set(key, (versions.get(key) ?? 0) + 1);
      put(key, () => ({ group, error: null }));
    },
    applyBatch: (batch) => {
      for (const { event, data } of batch) {
        if (event === 'group.changed') get().merge(data.account, data.group);
        else if (event === 'group.members')
          put(groupKey(data.account, data.group), ({ members }) => ({ members: members + 1 }));
        else if (event === 'group.logged')
          put(groupKey(data.account, data.group), ({ log }) => ({ log: log + 1 }));
      }
    },
  };
});

/** What the window has of a group; asked for when it is first shown, kept current by events. */
export function useGroupEntry(account: string, group: string): GroupEntry {
  const entry = useGroupsStore((state) => state.groups[groupKey(account, group)]);
  useEffect(() => {
    void useGroupsStore.getState().load(account, group);
  }, [account, group]);
  return entry ?? unknown;
}

/** A group, or undefined while it is not known; asked for when it is first shown, kept current by events. */
export function useGroup(account: string, group: string | null): Group | undefined {
  const found = useGroupsStore((state) =>
    group === null ? undefined : state.groups[groupKey(account, group)]?.group,
  );
  useEffect(() => {
    if (group !== null) void useGroupsStore.getState().load(account, group);
  }, [account, group]);
  return found ?? undefined;
}

/** Whether a mute holds at a moment (Unix ms). */
export function isGroupMuted(mutedUntil: number | null, now: number): boolean {
  return mutedUntil !== null && mutedUntil > now;
}

/** What the permission matrix needs to know of us in a group; `now` in Unix ms, for a mute that ends by itself. */
export function groupStandingOf(group: Group, now = Date.now()): GroupStanding {
  return {
    membership: group.membership,
    role: group.role,
    status: group.status,
    muted: isGroupMuted(group.mutedUntil, now),
    allowMemberInvite: group.allowMemberInvite,
    membersRotate: group.joinMode === 'open' || group.joinMode === 'invite_only',
  };
}
