import type { StoreChange } from '../ports/store';
import { AunError } from '../runtime/errors';
import {
  attachmentById,
  attachmentFiles,
  attachmentsIn,
  attachmentsOf,
  draftAttachments,
} from './attachment-rows';
import { addAttachment, removeDraftAttachment, updateAttachment } from './attachment-writes';
import { ChangeSet } from './change-set';
import { contact, contacts, saveContact } from './contacts';
import * as conversationWrites from './conversation-writes';
import {
  conversationById,
  findConversations,
  hasRealConversation,
  listConversations,
  totals,
} from './conversations';
import { clearConversation, deleteMessages, nextExpiry, sweepExpired } from './deletions';
import { applyAck } from './deliveries';
import { exportCounts, exportRows } from './export-rows';
import { createGroupHandlers } from './group-handlers';
import { importRows } from './import-rows';
import { commitInbound } from './inbound';
import { heal, recall } from './inbound-merge';
import { certificates, prekeys, prunePrekeys, saveCertificate, savePrekey } from './keys';
import { setCard, setQuarantined } from './message-marks';
import { MessageReader } from './message-reading';
import type { WriteContext } from './message-writes';
import { getMeta, readCursor, setMeta, writeCursor } from './meta';
import { addNotice } from './notices';
import * as outbox from './outbox';
import { profile, saveProfile } from './profiles';
import type { Handlers } from './protocol';
import { searchMessages } from './search';
import { SearchIndex } from './search-index';
import type { ConnectionContext, ReadConnection, WriteConnection } from './sqlite';
import * as timeline from './timeline';

/**
 * The answers of one open database: reads go to the reader, each write is one transaction of the writer.
 *
 * @param account own AID, or empty where it is not known
 */
export function createHandlers(
  reader: ReadConnection,
  database: WriteConnection,
  { logger, clock }: ConnectionContext,
  account: string,
): Handlers {
  const seen: timeline.TimelineContext = { database: reader, messages: new MessageReader(reader, account) };
  const written = new MessageReader(database, account);
  const index = new SearchIndex(database);

  /** One transaction with what it changed. */
  function writing<Result>(work: (context: WriteContext) => Result): { result: Result; change: StoreChange } {
    try {
      return database.transaction(() => {
        const change = new ChangeSet(database, written);
        const result = work({ database, change, index, logger, now: clock.now() });
        index.settle();
        return { result, change: change.finish() };
      });
    } catch (error) {
      index.undo();
      throw error;
    }
  }
  const changing = (work: (context: WriteContext) => void): StoreChange => writing(work).change;

  return {
    getMeta: ([key]) => getMeta(reader, key),
    cursor: () => readCursor(reader),
    conversations: ([view, limit, offset]) => listConversations(reader, view, limit, offset),
    findConversations: ([query, limit]) => findConversations(reader, query, limit),
    conversation: ([id]) => conversationById(reader, id),
    page: ([conversation, query]) => timeline.readPage(seen, conversation, query),
    message: ([id]) => seen.messages.byId(id),
    raw: ([id]) => timeline.rawOf(reader, id),
    payload: ([id]) => timeline.payloadOf(reader, id),
    find: ([conversation, messageId]) => timeline.findMessage(seen, conversation, messageId),
    findRequest: ([requestId]) => timeline.findRequest(seen, requestId),
    search: ([query]) => searchMessages(seen, query),
    totals: ([now]) => totals(reader, now),
    attachment: ([id]) => attachmentById(reader, id),
    attachmentsOf: ([message]) => attachmentsOf(reader, message),
    draftAttachments: ([conversation]) => draftAttachments(reader, conversation),
    attachmentFiles: () => attachmentFiles(reader),
    attachmentsIn: ([states, limit]) => attachmentsIn(reader, states, limit),
    messagesWith: ([conversation, what, before, limit]) =>
      timeline.messagesWith(seen, conversation, what, before, limit),
    nextExpiry: () => nextExpiry(reader),
    known: ([pairs, group]) => timeline.known(reader, pairs, group),
    seqOwner: ([seq]) => timeline.seqOwner(reader, seq),
    outboxHeads: () => outbox.outboxHeads(reader),
    healing: ([conversation, limit]) => timeline.healingItems(reader, conversation, limit),
    prekeys: () => prekeys(reader),
    certificates: ([aid]) => certificates(reader, aid),
    contact: ([aid]) => contact(reader, aid),
    contacts: ([only]) => contacts(reader, only),
    profile: ([aid]) => profile(reader, aid),
    exportCounts: () => exportCounts(reader),
    exportRows: ([kind, after, limit]) => exportRows(reader, kind, after, limit),
    hasRealConversation: () => hasRealConversation(reader),

    ...createGroupHandlers(reader, database, writing),
    setMeta: ([key, value]) => setMeta(database, key, value),
    setCursor: ([cursor]) => writeCursor(database, cursor),
    commitInbound: ([records, cursor, controls]) =>
      changing((context) => commitInbound(context, records, cursor, controls)),
    heal: ([id, record]) => changing((context) => heal(context, id, record)),
    recall: ([sender, ids, group]) => changing((context) => recall(context, sender, ids, group)),
    enqueue: ([item]) => changing((context) => outbox.enqueue(context, item)),
    markSending: ([id]) => changing((context) => outbox.markSending(context, id)),
    markSent: ([id, sent]) => changing((context) => outbox.markSent(context, id, sent)),
    markWaiting: ([id, reason, notBefore]) =>
      changing((context) => outbox.markWaiting(context, id, reason, notBefore)),
    markFailed: ([id, code]) => changing((context) => outbox.markFailed(context, id, code)),
    requeue: ([id]) => changing((context) => outbox.requeue(context, id)),
    recoverOutbox: () => changing((context) => outbox.recoverOutbox(context)),
    wakeOutbox: ([conversation]) => database.transaction(() => outbox.wakeOutbox(database, conversation)),
    setOutboxPayload: ([id, payloadJson]) =>
      database.transaction(() => outbox.setOutboxPayload(database, id, payloadJson)),
    cancel: ([id]) => {
      const { result, change } = writing((context) => outbox.cancel(context, id));
      return result === null ? null : { payloadJson: result, change };
    },
    applyAck: ([peer, deviceId, ackSeq]) =>
      changing(({ change }) => applyAck(database, change, peer, deviceId, ackSeq)),
    openConversation: ([id, kind, title, now]) => {
      const known = conversationById(reader, id);
      if (known !== null && known.standing !== 'pending') return known;
      changing(({ change }) =>
        conversationWrites.openConversation(database, change, { id, kind, title, now }),
      );
      const made = conversationById(reader, id);
      if (made === null) throw new AunError('internal', 'the conversation was not made');
      return made;
    },
    setDraft: ([conversation, draft, replyTo]) =>
      changing(({ change }) => conversationWrites.setDraft(database, change, conversation, draft, replyTo)),
    markRead: ([conversation, upTo]) =>
      changing(({ change }) => conversationWrites.markRead(database, change, conversation, upTo)),
    changeConversation: ([conversation, patch]) =>
      changing(({ change }) => conversationWrites.changeConversation(database, change, conversation, patch)),
    setStanding: ([conversation, standing]) =>
      changing((context) => {
        conversationWrites.setStanding(database, context.change, conversation, standing);
        if (standing === 'blocked') outbox.failBlocked(context);
      }),
    deleteMessages: ([ids]) => changing((context) => deleteMessages(context, ids)),
    clearConversation: ([conversation, whole, limit]) => {
      const { result, change } = writing((context) => clearConversation(context, conversation, whole, limit));
      return { change, done: result };
    },
    sweepExpired: ([now, limit]) => changing((context) => sweepExpired(context, now, limit)),
    setCard: ([id, state, label]) => changing((context) => setCard(context, id, state, label)),
    setQuarantined: ([id, crashed]) => changing((context) => setQuarantined(context, id, crashed)),
    addAttachment: ([attachment]) => {
      const { result, change } = writing((context) => addAttachment(context, attachment));
      return { attachment: result, change };
    },
    updateAttachment: ([id, patch]) => changing((context) => updateAttachment(context, id, patch)),
    removeDraftAttachment: ([id]) => changing((context) => removeDraftAttachment(context, id)),
    setSecurity: ([conversation, security]) =>
      changing(({ change }) => conversationWrites.setSecurity(database, change, conversation, security)),
    savePrekey: ([prekey]) => savePrekey(database, prekey),
    prunePrekeys: ([deviceId, olderThan, keep]) => prunePrekeys(database, deviceId, olderThan, keep),
    saveCertificate: ([certificate]) => saveCertificate(database, certificate),
    saveContact: ([record]) => saveContact(database, record),
    saveProfile: ([record]) => saveProfile(database, record),
    setPeer: ([conversation, peer]) =>
      changing(({ change }) => conversationWrites.setPeer(database, change, conversation, peer)),
    addNotice: ([conversation, notice, at, detail]) =>
      changing((context) => addNotice(context, conversation, notice, at, detail)),
    importRows: ([kind, rows]) => writing((context) => importRows(context, kind, rows)).result,
  };
}
