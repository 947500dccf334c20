import type { AccountStore } from '../ports/store';
import type { Arguments, Method, Result } from './protocol';

/** Brings one call to where the database is. */
export type Call = <Name extends Method>(method: Name, args: Arguments<Name>) => Promise<Result<Name>>;

/** The port over a way to call. */
export function createClient(call: Call, close: () => Promise<void>): AccountStore {
  return {
    getMeta: (...args) => call('getMeta', args),
    cursor: (...args) => call('cursor', args),
    conversations: (...args) => call('conversations', args),
    conversation: (...args) => call('conversation', args),
    page: (...args) => call('page', args),
    message: (...args) => call('message', args),
    raw: (...args) => call('raw', args),
    search: (...args) => call('search', args),
    totals: (...args) => call('totals', args),
    known: (...args) => call('known', args),
    seqOwner: (...args) => call('seqOwner', args),
    outboxHeads: (...args) => call('outboxHeads', args),
    healing: (...args) => call('healing', args),
    prekeys: (...args) => call('prekeys', args),
    certificates: (...args) => call('certificates', args),
    setMeta: (...args) => call('setMeta', args),
    commitInbound: (...args) => call('commitInbound', args),
    setCursor: (...args) => call('setCursor', args),
    heal: (...args) => call('heal', args),
    recall: (...args) => call('recall', args),
    enqueue: (...args) => call('enqueue', args),
    markSending: (...args) => call('markSending', args),
    markSent: (...args) => call('markSent', args),
    markWaiting: (...args) => call('markWaiting', args),
    markFailed: (...args) => call('markFailed', args),
    requeue: (...args) => call('requeue', args),
    recoverOutbox: (...args) => call('recoverOutbox', args),
    wakeOutbox: (...args) => call('wakeOutbox', args),
    cancel: (...args) => call('cancel', args),
    applyAck: (...args) => call('applyAck', args),
    openConversation: (...args) => call('openConversation', args),
    setDraft: (...args) => call('setDraft', args),
    markRead: (...args) => call('markRead', args),
    setSecurity: (...args) => call('setSecurity', args),
    savePrekey: (...args) => call('savePrekey', args),
    prunePrekeys: (...args) => call('prunePrekeys', args),
    saveCertificate: (...args) => call('saveCertificate', args),
    close,
  };
}
