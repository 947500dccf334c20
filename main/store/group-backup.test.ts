import { describe, expect, it } from 'vitest';
import { exportKinds, type AccountStore, type ExportKind } from '../ports/store';
import {
  AT,
  BOT,
  EVE,
  event,
  GROUP,
  groupKey,
  groupRecord,
  member,
  OTHER_GROUP,
  sealed,
  spoken,
} from './group-test-support';
import { claim, inbound, openTestStore, OWN, PEER, textLinks } from './store-test-support';

const log = { text: '', actions: [], before: null, limit: 50 };
const everybody = { text: '', only: 'all' as const, limit: 100, offset: 0, now: AT };

async function rowsOf(store: AccountStore): Promise<[ExportKind, string[]][]> {
  const all: [ExportKind, string[]][] = [];
  for (const kind of exportKinds) {
    let after: number | null = null;
    do {
      const page: Awaited<ReturnType<AccountStore['exportRows']>> = await store.exportRows(kind, after, 2);
      all.push([kind, [...page.rows]]);
      after = page.next;
    } while (after !== null);
  }
  return all;
}

async function importAll(store: AccountStore, rows: [ExportKind, string[]][]): Promise<number> {
  let added = 0;
  for (const [kind, page] of rows) added += await store.importRows(kind, page);
  return added;
}

/** A group with everything, besides a conversation with somebody who wrote under the same ids. */
async function lived(): Promise<AccountStore> {
  const { store } = await openTestStore();
  const place = { contiguous: 9, acknowledged: 9, joined: 2 };
  await store.saveGroup(groupRecord({ picture: 'media:1' }), 'accepted');
  await store.replaceMembers(GROUP, [
    member(EVE, { role: 'owner' }),
    member(BOT, { kind: 'ai', mutedUntil: AT }),
  ]);
  const same = { messageId: 'same', sender: EVE };
  await store.commitInbound([inbound('alone', { ...same, conversation: EVE })], null);
  const change = await store.commitGroupMessages(
    GROUP,
    [
      spoken('in the group', {
        ...same,
        seq: 5,
        links: { ...textLinks('in the group'), attachments: [claim('a.png', 'image/png')] },
      }),
      sealed(3, { messageId: 'sealed', seq: 6 }),
      spoken('deleted', { messageId: 'deleted', seq: 7 }),
    ],
    place,
  );
  await store.deleteMessages([change.messages[2]?.id ?? 0]);
  await store.commitGroupEvents(
    GROUP,
    [event(3, 'joined'), event(4, 'update', { values: { keys: 'name' } })],
    place,
  );
  for (const epoch of [1, 2, 3]) await store.saveGroupKey(GROUP, groupKey(epoch));
  await store.saveGroupKey(GROUP, groupKey(4, { pendingRotation: 'rot-4' }));
  await store.saveGroupKey(OTHER_GROUP, groupKey(1));
  await store.commitInbound([], null, [
    { from: EVE, messageId: 'control', own: false, payloadJson: '{}', at: AT },
  ]);
  return store;
}

describe('groups in a backup', () => {
  it('come back with members, log, keys and messages, and begin their numbers again', async () => {
    const old = await lived();
    const rows = await rowsOf(old);
    const { store } = await openTestStore();
    // Other keys of the database than in the old account.
    await store.commitInbound([inbound('earlier')], null);
    const total = rows.reduce((sum, [, page]) => sum + page.length, 0);
    expect(await importAll(store, rows)).toBe(total);
    expect(await importAll(store, rows)).toBe(0);

    const nowhere = { contiguous: 0, acknowledged: 0, joined: 0 };
    expect(await store.group(GROUP)).toEqual(
      groupRecord({ picture: null, committedEpoch: 0, messages: nowhere, events: nowhere }),
    );
    expect(await store.groupMembers(GROUP, everybody)).toEqual(await old.groupMembers(GROUP, everybody));
    expect(await store.groupLog(GROUP, log)).toEqual(await old.groupLog(GROUP, log));
    // A key that was not committed is nobody's.
    expect((await store.groupKeys(GROUP)).map(({ epoch }) => epoch)).toEqual([3, 2, 1]);
    expect(await store.groupKeys(GROUP)).toEqual((await old.groupKeys(GROUP)).slice(1));
    expect(await store.groupKeys(OTHER_GROUP)).toHaveLength(1);
    expect(await store.groupControls(5)).toEqual([]);
    const facts = async (each: AccountStore): Promise<unknown[]> =>
      (await each.page(GROUP, { limit: 20 })).messages.map(({ id: _, attachments, ...rest }) => ({
        ...rest,
        attachments: attachments.map(({ name }) => name),
      }));
    expect(await facts(store)).toEqual(await facts(old));
    expect(await store.groupSeqOwner(GROUP, 5)).toBeNull();
    expect(await store.groupHealing(GROUP, 3, 5)).toMatchObject([{ rawJson: '{"raw":true}' }]);
    expect((await store.page(EVE, { limit: 5 })).messages).toHaveLength(1);
    expect(await store.conversation(GROUP)).toMatchObject({
      kind: 'group',
      title: 'The Team',
      group: { memberCount: 3 },
    });

    // What is pulled again is known: messages, what was deleted, and events with their lines.
    await store.commitGroupMessages(
      GROUP,
      [
        spoken('in the group', { messageId: 'same', seq: 5 }),
        spoken('deleted', { messageId: 'deleted', seq: 7 }),
      ],
      null,
    );
    const { fresh } = await store.commitGroupEvents(GROUP, [event(3, 'joined'), event(5, 'joined')], null);
    expect(fresh).toEqual([5]);
    expect((await store.page(GROUP, { limit: 20 })).messages).toHaveLength(5);
  });

  it('are counted, and marked for programs that know no groups', async () => {
    const store = await lived();
    const rows = await rowsOf(store);
    const groups = rows.filter(([kind]) => kind === 'groups').flatMap(([, page]) => page);
    expect((await store.exportCounts()).groups).toBe(groups.length);
    expect(groups.map((row) => (JSON.parse(row) as { what: string }).what)).toEqual([
      'key',
      'key',
      'key',
      'key',
      'group',
      'log',
      'log',
    ]);
    const versions = (about: string, kinds: readonly ExportKind[]): number[] =>
      rows
        .filter(([kind]) => kinds.includes(kind))
        .flatMap(([, page]) => page)
        .filter((row) => row.includes(`"${about}"`))
        .map((row) => (JSON.parse(row) as { v: number }).v);
    const kinds = ['conversations', 'messages', 'attachments', 'tombstones', 'groups'] as const;
    expect(new Set(versions(GROUP, kinds))).toEqual(new Set([3]));
    expect(versions(GROUP, kinds).length).toBeGreaterThan(12);
    const { store: without } = await openTestStore();
    await without.commitInbound([inbound('x')], null);
    for (const [, page] of await rowsOf(without))
      for (const row of page) expect((JSON.parse(row) as { v: number }).v).toBe(2);
  });

  it('leave alone what is here, and wait for nothing', async () => {
    const rows = await rowsOf(await lived());
    const { store } = await openTestStore();
    await store.saveGroup(groupRecord({ name: 'Newer', memberCount: 9 }));
    await store.saveGroupKey(GROUP, groupKey(2, { origin: 'answered' }));
    await store.replaceMembers(GROUP, [member(PEER)]);
    await importAll(store, rows);
    expect(await store.group(GROUP)).toMatchObject({ name: 'Newer', memberCount: 9 });
    expect((await store.groupMembers(GROUP, everybody)).members).toEqual([member(PEER)]);
    expect((await store.groupKeys(GROUP)).map(({ origin }) => origin)).toEqual([
      'distributed',
      'answered',
      'distributed',
    ]);
    // In any order: a log whose group is in no file makes its conversation.
    const { store: only } = await openTestStore();
    const some = rows.filter(([kind]) => kind === 'groups' || kind === 'messages').reverse();
    await importAll(only, some);
    expect((await only.conversation(GROUP))?.kind).toBe('group');
    expect((await only.page(GROUP, { limit: 9 })).messages).toHaveLength(4);
  });

  it('are refused when a key has another length or a row is none', async () => {
    const { store } = await openTestStore();
    const row = { v: 3, what: 'key', group: GROUP, ...groupKey(1), secret: 'AAAA', members: [OWN] };
    for (const bad of [row, { ...row, what: 'other' }, { ...row, secret: 7 }])
      await expect(store.importRows('groups', [JSON.stringify(bad)])).rejects.toMatchObject({
        code: 'backup_damaged',
      });
    await expect(store.importRows('groups', [JSON.stringify({ ...row, v: 4 })])).rejects.toMatchObject({
      code: 'backup_too_new',
    });
  });
});
