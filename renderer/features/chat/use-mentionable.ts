import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group, GroupMember } from '../../../shared/model/group';
import { useDraft } from '../../stores/composer-store';
import { useGroupPeople } from '../../stores/group-people-store';
import type { Mentionable } from './composer-mentions';

/** How everybody is called in a text, whatever language the window has. */
const wordsForAll = ['all', '所有人'];

/** People before agents, or agents first where only the mentioned hear; each by name as they came. */
function order(members: readonly GroupMember[], agentsFirst: boolean): readonly GroupMember[] {
  const rank = ({ verifiedKind, kind }: GroupMember): number => {
    const agent = verifiedKind === 'agent' || (verifiedKind === 'unknown' && kind === 'ai');
    return agent === agentsFirst ? 0 : 1;
  };
  return [...members].sort((first, second) => rank(first) - rank(second));
}

/** What a member is called behind an `@`: their name, or their address where two have the same name. */
function mentionables(members: readonly GroupMember[], account: string): Mentionable[] {
  const counts = new Map<string, number>();
  for (const { title } of members) counts.set(title, (counts.get(title) ?? 0) + 1);
  return members
    .filter(({ aid }) => aid !== account)
    .map(({ aid, title, verifiedKind, kind }) => ({
      aid,
      name: counts.get(title) === 1 ? title : aid,
      kind: verifiedKind === 'unknown' && kind === 'ai' ? 'agent' : verifiedKind,
    }));
}

const nobody: readonly Mentionable[] = [];

/**
 * Who can be named in a group: agents first where only the mentioned hear, everybody at once only by owner and admins.
 * Members are read when the first `@` is typed.
 */
export function useMentionable(account: string, group: Group): readonly Mentionable[] {
  const { t } = useTranslation();
  const { text } = useDraft(account, group.group);
  const [wanted, setWanted] = useState(false);
  if (!wanted && text.includes('@')) setWanted(true);
  const members = useGroupPeople(account, group.group, wanted)?.members;
  const leads = group.role === 'owner' || group.role === 'admin';
  const agentsFirst = group.dispatchMode === 'mention';
  const all = t('groups.all');
  return useMemo(() => {
    const everybody: Mentionable[] = leads ? [{ aid: null, name: all, also: wordsForAll }] : [];
    if (members === undefined) return leads ? everybody : nobody;
    return [...everybody, ...mentionables(order(members, agentsFirst), account)];
  }, [members, agentsFirst, leads, all, account]);
}
