import { expect, it } from 'vitest';
import { inbound, openTestStore, outgoing, PEER } from '../store/store-test-support';
import { backupStatus, dismissReminder, noteBackup, noteCustody, REMINDER_PAUSE_MS } from './backup-status';

const NOW = 1_790_000_000_000;

/** A store in which somebody wrote and was answered. */
async function talked() {
  const { store } = await openTestStore();
  await store.openConversation(PEER, 'direct', PEER, NOW);
  await store.commitInbound([inbound('hello')], null);
  const change = await store.enqueue(outgoing('an answer'));
  const [message] = change.messages;
  if (message === undefined) throw new Error('nothing was queued');
  await store.markSending(message.id);
  await store.markSent(message.id, {
    serverTime: NOW,
    seq: 1,
    deviceSeqs: null,
    delivered: false,
    forwardSecret: true,
  });
  return store;
}

it('reminds after the first real conversation, and not before', async () => {
  const { store } = await openTestStore();
  expect(await backupStatus(store, NOW)).toEqual({
    lastAt: null,
    lastVersion: null,
    custodyAt: null,
    reminder: false,
  });
  expect((await backupStatus(await talked(), NOW)).reminder).toBe(true);
  expect((await backupStatus(await talked(), NOW, 'this_computer')).reminder).toBe(false);
});

it('is quiet for thirty days after the reminder was put away', async () => {
  const store = await talked();
  await dismissReminder(store, NOW);
  expect((await backupStatus(store, NOW + REMINDER_PAUSE_MS - 1)).reminder).toBe(false);
  expect((await backupStatus(store, NOW + REMINDER_PAUSE_MS)).reminder).toBe(true);
});

it('is content with a file as well as with a custody service', async () => {
  const saved = await talked();
  await noteBackup(saved, NOW, 2);
  expect(await backupStatus(saved, NOW)).toMatchObject({ lastAt: NOW, lastVersion: 2, reminder: false });
  const kept = await talked();
  await noteCustody(kept, NOW);
  expect(await backupStatus(kept, NOW)).toMatchObject({ custodyAt: NOW, reminder: false });
});
