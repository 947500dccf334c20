import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportKinds } from '../ports/store';
import { createHandlers } from './handlers';
import { openDatabase } from './open';
import type { SqlValue } from './columns';
import type { ReadConnection, WriteConnection } from './sqlite';
import { EVE, event, GROUP, groupRecord, sealed, spoken } from './group-test-support';
import {
  inbound,
  inboundUnreadable,
  outgoing,
  OWN,
  PEER,
  quiet,
  temporaryFolder,
  textLinks,
} from './store-test-support';

/** Remembers each statement with its parameters and lets it through. */
function recording(inner: WriteConnection, seen: Map<string, readonly SqlValue[]>): WriteConnection {
  const note = (sql: string, params: readonly SqlValue[] = []): void => void seen.set(sql, params);
  return {
    all: (sql, params) => (note(sql, params), inner.all(sql, params)),
    get: (sql, params) => (note(sql, params), inner.get(sql, params)),
    run: (sql, params) => (note(sql, params), inner.run(sql, params)),
    exec: (sql) => inner.exec(sql),
    tokens: (value) => inner.tokens(value),
    transaction: (work) => inner.transaction(work),
  };
}

describe('query plans', () => {
  it('never walk through all messages, whatever the store is asked', () => {
    const { reader, writer } = openDatabase(
      path.join(temporaryFolder(), 'parley.db'),
      randomBytes(32),
      quiet,
    );
    const seen = new Map<string, readonly SqlValue[]>();
    const store = createHandlers(recording(writer, seen), recording(writer, seen), quiet, OWN);
    const lost = inboundUnreadable();
    const { messages } = store.commitInbound([
      [inbound('a'), inbound('b'), lost],
      { contiguous: 3, acknowledged: 0 },
    ]);
    const at = messages[1] ?? { sortAt: 0, id: 0 };
    store.commitInbound([[inbound('again', { messageId: lost.messageId })], null]);
    store.recall([PEER, [messages[0]?.messageId ?? '']]);
    store.heal([messages[2]?.id ?? 0, lost]);
    for (const query of [{ before: at }, { after: at }, { around: at.id }, {}])
      store.page([PEER, { limit: 5, ...query }]);
    const own = [1, 2, 3].map((index) => store.enqueue([outgoing(`own ${index}`)]).messages[0]?.id ?? 0);
    const sent = {
      serverTime: 1_790_000_500_000,
      seq: 1,
      deviceSeqs: { d: 1 },
      delivered: false,
      forwardSecret: true,
    };
    const cursor = { contiguous: 1, acknowledged: 1, joined: 0 };
    store.outboxHeads([]);
    store.markSending([own[0] ?? 0]);
    store.markWaiting([own[0] ?? 0, 'offline', 1]);
    store.recoverOutbox([]);
    store.wakeOutbox([null]);
    store.wakeOutbox([PEER]);
    store.markSent([own[0] ?? 0, sent]);
    store.applyAck([PEER, 'd', 1]);
    store.markFailed([own[1] ?? 0, 'internal']);
    store.requeue([own[1] ?? 0]);
    store.cancel([own[1] ?? 0]);
    store.markRead([PEER, 2]);
    store.setDraft([PEER, 'x', null]);
    store.conversations(['inbox', 10, 0]);
    store.totals([0]);
    store.known([[{ sender: PEER, messageId: 'x' }]]);
    store.seqOwner([1]);
    store.healing([null, 5]);
    store.healing([PEER, 5]);
    store.raw([1]);
    for (const text of ['own', 'o', '花', 'own 花 a', ''])
      for (const rest of [
        {},
        { conversation: PEER },
        { from: PEER },
        { from: OWN, has: 'link' as const },
        { since: 1, until: 1_790_000_000_500 },
        { conversation: PEER, since: 1 },
      ])
        store.search([{ text, limit: 5, ...rest }]);
    store.setPeer([PEER, { title: 'Bob', peerKind: 'human', profileStatus: 'verified' }]);
    store.addNotice([PEER, 'verified', 1, '']);
    store.hasRealConversation([]);
    store.saveGroup([groupRecord()]);
    const opened = { ...spoken('again'), messageId: 'sealed' };
    const sealedOne = sealed(2, { messageId: 'sealed' });
    const [unread] = store.commitGroupMessages([GROUP, [sealedOne, spoken('b')], cursor]).messages;
    store.heal([unread?.id ?? 0, sealedOne]);
    store.commitGroupMessages([GROUP, [opened], null]);
    const links = { ...textLinks('re'), replyTo: { messageId: 'sealed', text: 'again' } };
    store.commitGroupMessages([GROUP, [spoken('re', { links })], null]);
    store.recall([EVE, ['sealed'], GROUP]);
    store.known([[{ sender: EVE, messageId: 'sealed' }], GROUP]);
    const mine = store.enqueue([outgoing('mine', { conversation: GROUP })]).messages[0]?.id ?? 0;
    store.markSending([mine]);
    store.markSent([mine, { ...sent, deviceSeqs: null }]);
    store.commitGroupEvents([GROUP, [event(1, 'joined')], cursor]);
    store.groupSeqOwner([GROUP, 1]);
    for (const epoch of [null, 2]) store.groupHealing([GROUP, epoch, 5]);
    store.groupAuthors([GROUP, 5]);
    for (const text of ['', 'eve']) {
      store.groupLog([GROUP, { text, actions: ['joined'], before: 5, limit: 5 }]);
      for (const only of ['all', 'admins', 'agents', 'muted'] as const)
        store.groupMembers([GROUP, { text, only, limit: 5, offset: 0, now: 1 }]);
    }
    store.search([{ text: 'again', from: EVE, limit: 5 }]);
    store.forgetGroupNumbers([GROUP]);
    store.deleteMessages([[mine]]);
    store.page([GROUP, { limit: 5 }]);
    for (const kind of exportKinds) store.importRows([kind, [...store.exportRows([kind, null, 5]).rows]]);
    expect(seen.size).toBeGreaterThan(80);

    const plans: ReadConnection = reader;
    for (const [sql, params] of seen) {
      if (/^(BEGIN|COMMIT)/.test(sql)) continue;
      const steps = plans.all(`EXPLAIN QUERY PLAN ${sql}`, params).map((row) => String(row['detail']));
      for (const step of steps) {
        expect(step, sql).not.toMatch(
          /^SCAN (m|messages|o|deliveries|l|group_log|group_members)\b(?!.*USING (COVERING )?INDEX messages_(healing|sending))/,
        );
        // Sorting is fine where only few rows can be left, never for a page.
        if (sql.includes('m.sort_at')) expect(step, sql).not.toMatch(/USE TEMP B-TREE/);
      }
    }
    reader.close();
    writer.close();
  });
});
