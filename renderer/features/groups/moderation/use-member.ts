import { useEffect, useState } from 'react';
import type { GroupMember } from '../../../../shared/model/group';
import { invoke, toCommandError, type CommandError } from '../../../stores/bridge';
import { useGroupEntry } from '../../../stores/groups-store';

/** Somebody's place in a group as far as it is known. */
export interface MemberState {
  readonly member: GroupMember | null;
  readonly known: boolean;
  readonly error: CommandError | null;
}

const unknown: MemberState = { member: null, known: false, error: null };

/** Somebody's place in a group; asked for when it is shown and when the members change. */
export function useMember(account: string, group: string, aid: string): MemberState {
  const [state, setState] = useState<MemberState & { readonly key: string }>({ ...unknown, key: '' });
  const revision = useGroupEntry(account, group).members;
  const key = `${account} ${group} ${aid}`;
  useEffect(() => {
    let current = true;
    invoke('group.member', { account, group, aid }).then(
      ({ member }) =>
        current && setState({ member, known: true, error: null, key: `${account} ${group} ${aid}` }),
      (reason: unknown) =>
        current &&
        setState({
          member: null,
          known: true,
          error: toCommandError(reason),
          key: `${account} ${group} ${aid}`,
        }),
    );
    return () => {
      current = false;
    };
  }, [account, group, aid, revision]);
  return state.key === key ? state : unknown;
}
