import type { StoreChange } from '../ports/store';
import { groupControls, removeControl } from './group-controls';
import { groupKeys, removeGroupKey, removeGroupKeys, saveGroupKey } from './group-keys';
import { commitGroupEvents, groupLog } from './group-log';
import { groupMember, groupMembers, removeMember, replaceMembers, saveMember } from './group-members';
import { groupAuthors, groupHealing, groupSeqOwner } from './group-messages';
import { forgetNumbers } from './group-numbers';
import { group, groups, requireGroup, saveGroup, writeGroupCursor } from './groups';
import { commitGroupMessages } from './inbound';
import type { WriteContext } from './message-writes';
import type { GroupMethod, Handlers } from './protocol';
import type { ReadConnection, WriteConnection } from './sqlite';

/** The answers about groups; `writing` runs one transaction and tells what it changed. */
export function createGroupHandlers(
  reader: ReadConnection,
  database: WriteConnection,
  writing: <Result>(work: (context: WriteContext) => Result) => { result: Result; change: StoreChange },
): Pick<Handlers, GroupMethod> {
  return {
    group: ([id]) => group(reader, id),
    groups: () => groups(reader),
    groupMembers: ([id, query]) => groupMembers(reader, id, query),
    groupMember: ([id, aid]) => groupMember(reader, id, aid),
    groupLog: ([id, query]) => groupLog(reader, id, query),
    groupKeys: ([id]) => groupKeys(reader, id),
    groupControls: ([limit]) => groupControls(reader, limit),
    groupSeqOwner: ([id, seq]) => groupSeqOwner(reader, id, seq),
    groupHealing: ([id, epoch, limit]) => groupHealing(reader, id, epoch, limit),
    groupAuthors: ([id, limit]) => groupAuthors(reader, id, limit),

    saveGroup: ([record, standing]) => writing((context) => saveGroup(context, record, standing)).change,
    replaceMembers: ([id, members]) => database.transaction(() => replaceMembers(database, id, members)),
    saveMember: ([id, member]) => database.transaction(() => saveMember(database, id, member)),
    removeMember: ([id, aid]) => database.transaction(() => removeMember(database, id, aid)),
    commitGroupMessages: ([id, records, cursor]) =>
      writing((context) => commitGroupMessages(context, id, records, cursor)).change,
    commitGroupEvents: ([id, events, cursor]) => {
      const { result, change } = writing((context) => commitGroupEvents(context, id, events, cursor));
      return { change, fresh: result };
    },
    setGroupCursor: ([id, which, cursor]) =>
      database.transaction(() => writeGroupCursor(database, requireGroup(database, id), which, cursor)),
    forgetGroupNumbers: ([id]) => database.transaction(() => forgetNumbers(database, id)),
    saveGroupKey: ([id, key]) => saveGroupKey(database, id, key),
    removeGroupKey: ([id, epoch]) => removeGroupKey(database, id, epoch),
    removeGroupKeys: ([id]) => removeGroupKeys(database, id),
    removeGroupControl: ([id]) => database.transaction(() => removeControl(database, id)),
  };
}
