import { groupLink } from '../../shared/aun/group-link';
import type { Group } from '../../shared/model/group';
import type { GroupKeys } from '../ports/groups';
import type { GroupReader, GroupRecord } from '../ports/group-store';

/** What showing groups works with. */
export interface GroupViewParts {
  readonly store: Pick<GroupReader, 'groupMembers'>;
  readonly keys: Pick<GroupKeys, 'state'>;
  readonly loopOf: (record: GroupRecord) => Group['loop'];
  readonly now: () => number;
}

/** A group as the window shows it. */
export async function viewOfGroup(record: GroupRecord, parts: GroupViewParts): Promise<Group> {
  const {
    wireId: _wireId,
    pictureRef: _reference,
    protocol: _protocol,
    committedEpoch: _epoch,
    ...facts
  } = record;
  const { messages, events: _events, ...shown } = facts;
  return {
    ...shown,
    duty: [...record.duty],
    agentCount: await agentsOf(record, parts),
    historyBefore: messages.joined > 0,
    link: groupLink(record.group),
    keys: parts.keys.state(record.group),
    loop: parts.loopOf(record),
  };
}

async function agentsOf(record: GroupRecord, { store, now }: GroupViewParts): Promise<number | null> {
  if (record.membership !== 'member') return null;
  const query = { text: '', only: 'agents' as const, limit: 1, offset: 0, now: now() };
  return (await store.groupMembers(record.group, query)).total;
}
