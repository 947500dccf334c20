import type { Groups } from '../groups';
import type { ConversationDeskParts } from './conversation-desk';

/** What the user does with the conversations of groups, besides what they do with every conversation. */
export function groupsOf({ sync, desk }: Pick<Groups, 'sync' | 'desk'>): ConversationDeskParts['groups'] {
  return {
    isIn(group) {
      const record = sync.record(group);
      return record?.membership === 'member' && record.status !== 'dissolved';
    },
    async leave(group) {
      await desk.commands.leave({ group });
    },
    accepted(group) {
      // Its picture was not fetched while it was a request.
      const record = sync.record(group);
      if (record !== null) desk.recordChanged(record);
    },
    async forget(group) {
      if (sync.record(group) !== null) await sync.forget(group);
    },
  };
}
