import { useCallback, useEffect, useRef, useState } from 'react';
import type { CommandParams } from '../../../../shared/bridge/contract';
import type { GroupMember } from '../../../../shared/model/group';
import { invoke, toCommandError, type CommandError } from '../../../stores/bridge';
import { useGroupOnline } from '../../../stores/group-people-store';
import { useGroupEntry } from '../../../stores/groups-store';

export type MemberFilter = NonNullable<CommandParams<'group.members'>['only']>;

/** Members of a group as far as they were asked for. */
export interface MembersPage {
  readonly members: readonly GroupMember[];
  /** How many there are in all; null until the first answer. */
  readonly total: number | null;
  readonly error: CommandError | null;
  /** Asks for the next page unless one is on its way or all are there. */
  loadMore(): void;
  reload(): void;
}

/** Members that are asked for at once. */
const page = 100;
/** Most that one question may ask for (the contract's limit). */
const most = 500;
/** Rest after a change before the list is read again, in ms: in a big group many come and go. */
const restTime = 400;

interface Known {
  readonly key: string;
  readonly members: readonly GroupMember[];
  readonly total: number | null;
  readonly error: CommandError | null;
}

/** Members of a group, page by page, read again when they change; who is connected is watched while it is shown. */
export function useMembers(account: string, group: string, query: string, only: MemberFilter): MembersPage {
  const revision = useGroupEntry(account, group).members;
  const key = `${account} ${group} ${only} ${query}`;
  const [known, setKnown] = useState<Known>({ key: '', members: [], total: null, error: null });
  const [attempt, setAttempt] = useState(0);
  const loaded = useRef(0);
  const turn = useRef(0);
  const loading = useRef(false);

  const load = useCallback(
    async (offset: number, limit: number) => {
      const mine = (turn.current += 1);
      loading.current = true;
      try {
        const found = await invoke('group.members', { account, group, query, only, offset, limit });
        if (mine !== turn.current) return;
        setKnown((before) => {
          const kept = offset === 0 || before.key !== key ? [] : before.members.slice(0, offset);
          const members = [...kept, ...found.members];
          loaded.current = members.length;
          return { key, members, total: found.total, error: null };
        });
      } catch (reason) {
        if (mine === turn.current)
          setKnown((before) => ({
            ...(before.key === key ? before : { members: [], total: null }),
            key,
            error: toCommandError(reason),
          }));
      } finally {
        if (mine === turn.current) loading.current = false;
      }
    },
    [account, group, query, only, key],
  );

  const shown = useRef('');
  useEffect(() => {
    // Another question is asked at once; changes of the same answer may gather first.
    const fresh = shown.current !== `${key} ${attempt}`;
    shown.current = `${key} ${attempt}`;
    const limit = fresh ? page : Math.min(most, Math.max(page, loaded.current));
    const timer = setTimeout(() => void load(0, limit), fresh ? 0 : restTime);
    return () => clearTimeout(timer);
  }, [load, key, revision, attempt]);

  useGroupOnline(account, group, true);

  const current = known.key === key ? known : null;
  const loadMore = (): void => {
    if (current?.total == null || loading.current) return;
    if (current.members.length < current.total) void load(current.members.length, page);
  };
  return {
    // While a new search is under way the last answer stays, so that nothing jumps.
    members: known.members,
    total: known.total,
    error: current?.error ?? null,
    loadMore,
    reload: () => setAttempt((before) => before + 1),
  };
}
