import type { StoreChange } from '../ports/store';
import { AunError } from '../runtime/errors';
import type { Logger } from '../runtime/logger';
import { ChangeSet } from './change-set';
import { contact, contacts, saveContact } from './contacts';
import { markRead, setDraft, setPeer, setSecurity } from './conversation-writes';
import {
  conversationById,
  ensureConversation,
  hasRealConversation,
  listConversations,
  totals,
} from './conversations';
import { applyAck } from './deliveries';
import { exportCounts, exportRows } from './export-rows';
import { importRows } from './import-rows';
import { commitInbound, heal, recall } from './inbound';
import { certificates, prekeys, prunePrekeys, saveCertificate, savePrekey } from './keys';
import { messageById } from './message-rows';
import { getMeta, readCursor, setMeta, writeCursor } from './meta';
import { addNotice } from './notices';
import * as outbox from './outbox';
import { profile, saveProfile } from './profiles';
import type { Handlers } from './protocol';
import { searchMessages } from './search';
import type { ReadConnection, WriteConnection } from './sqlite';
import { healingItems, known, rawOf, readPage, seqOwner } from './timeline';

/** The answers of one open database: reads go to the reader, each write is one transaction of the writer. */
export function createHandlers(reader: ReadConnection, database: WriteConnection, logger: Logger): Handlers {
  function changing(work: (change: ChangeSet) => void): StoreChange {
    return database.transaction(() => {
      const change = new ChangeSet(database);
      work(change);
      return change.finish();
    });
  }

  return {
    getMeta: ([key]) => getMeta(reader, key),
    cursor: () => readCursor(reader),
    conversations: ([limit, offset]) => listConversations(reader, limit, offset),
    conversation: ([id]) => conversationById(reader, id),
    page: ([conversation, query]) => readPage(reader, conversation, query),
    message: ([id]) => messageById(reader, id),
    raw: ([id]) => rawOf(reader, id),
    search: ([query, options]) => searchMessages(reader, query, options),
    totals: () => totals(reader),
    known: ([pairs]) => known(reader, pairs),
    seqOwner: ([seq]) => seqOwner(reader, seq),
    outboxHeads: () => outbox.outboxHeads(reader),
    healing: ([conversation, limit]) => healingItems(reader, conversation, limit),
    prekeys: () => prekeys(reader),
    certificates: ([aid]) => certificates(reader, aid),
    contact: ([aid]) => contact(reader, aid),
    contacts: ([only]) => contacts(reader, only),
    profile: ([aid]) => profile(reader, aid),
    exportCounts: () => exportCounts(reader),
    exportRows: ([kind, after, limit]) => exportRows(reader, kind, after, limit),
    hasRealConversation: () => hasRealConversation(reader),

    setMeta: ([key, value]) => setMeta(database, key, value),
    setCursor: ([cursor]) => writeCursor(database, cursor),
    commitInbound: ([records, cursor]) =>
      changing((change) => commitInbound({ database, change, logger }, records, cursor)),
    heal: ([id, record]) => changing((change) => heal({ database, change, logger }, id, record)),
    recall: ([sender, ids]) => changing((change) => recall({ database, change, logger }, sender, ids)),
    enqueue: ([item]) => changing((change) => outbox.enqueue(database, change, item)),
    markSending: ([id]) => changing((change) => outbox.markSending(database, change, id)),
    markSent: ([id, sent]) => changing((change) => outbox.markSent(database, change, id, sent)),
    markWaiting: ([id, reason, notBefore]) =>
      changing((change) => outbox.markWaiting(database, change, id, reason, notBefore)),
    markFailed: ([id, code]) => changing((change) => outbox.markFailed(database, change, id, code)),
    requeue: ([id]) => changing((change) => outbox.requeue(database, change, id)),
    recoverOutbox: () => changing((change) => outbox.recoverOutbox(database, change)),
    wakeOutbox: ([conversation]) => database.transaction(() => outbox.wakeOutbox(database, conversation)),
    cancel: ([id]) =>
      database.transaction(() => {
        const change = new ChangeSet(database);
        const payloadJson = outbox.cancel(database, change, id);
        return payloadJson === null ? null : { payloadJson, change: change.finish() };
      }),
    applyAck: ([peer, deviceId, ackSeq]) =>
      changing((change) => applyAck(database, change, peer, deviceId, ackSeq)),
    openConversation: ([id, kind, title, now]) => {
      const known = conversationById(reader, id);
      if (known !== null) return known;
      database.transaction(() => ensureConversation(database, id, kind, title, now));
      const made = conversationById(reader, id);
      if (made === null) throw new AunError('internal', 'the conversation was not made');
      return made;
    },
    setDraft: ([conversation, draft]) =>
      changing((change) => setDraft(database, change, conversation, draft)),
    markRead: ([conversation, upTo]) => changing((change) => markRead(database, change, conversation, upTo)),
    setSecurity: ([conversation, security]) =>
      changing((change) => setSecurity(database, change, conversation, security)),
    savePrekey: ([prekey]) => savePrekey(database, prekey),
    prunePrekeys: ([deviceId, olderThan, keep]) => prunePrekeys(database, deviceId, olderThan, keep),
    saveCertificate: ([certificate]) => saveCertificate(database, certificate),
    saveContact: ([record]) => saveContact(database, record),
    saveProfile: ([record]) => saveProfile(database, record),
    setPeer: ([conversation, peer]) => changing((change) => setPeer(database, change, conversation, peer)),
    addNotice: ([conversation, notice, at, detail]) =>
      changing((change) => addNotice(database, change, conversation, notice, at, detail)),
    importRows: ([kind, rows]) => database.transaction(() => importRows(database, kind, rows)),
  };
}
