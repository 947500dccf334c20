import { z } from 'zod';
import type { BackupStatus } from '../../shared/model/backup';
import type { AccountStore, StoreReader } from '../ports/store';

/** How long a reminder that was put away stays away, in ms. */
export const REMINDER_PAUSE_MS = 30 * 24 * 60 * 60_000;
const KEY = 'backup_status';

const storedSchema = z.object({
  lastAt: z.number().nullable().default(null),
  lastVersion: z
    .union([z.literal(1), z.literal(2)])
    .nullable()
    .default(null),
  custodyAt: z.number().nullable().default(null),
  dismissedAt: z.number().nullable().default(null),
});
type Stored = z.infer<typeof storedSchema>;

async function read(store: StoreReader): Promise<Stored> {
  const text = await store.getMeta(KEY);
  return storedSchema.parse(text === null ? {} : JSON.parse(text));
}

async function change(store: AccountStore, changed: Partial<Stored>): Promise<void> {
  await store.setMeta(KEY, JSON.stringify({ ...(await read(store)), ...changed }));
}

/**
 * When an account was saved last. It is reminded of once there was a real conversation, while nothing was ever saved and
 * the reminder was not put away in the last thirty days. An identity of the embedded network is not: it is for trying, and
 * lives and dies with this computer. `now` in Unix ms.
 */
export async function backupStatus(
  store: StoreReader,
  now: number,
  place: 'network' | 'this_computer' = 'network',
): Promise<BackupStatus> {
  const { lastAt, lastVersion, custodyAt, dismissedAt } = await read(store);
  // A clock that was set back must not silence the reminder for longer than it was put away.
  const putAway = dismissedAt !== null && Math.abs(now - dismissedAt) < REMINDER_PAUSE_MS;
  const saved = lastAt !== null || custodyAt !== null;
  const reminder = place === 'network' && !saved && !putAway && (await store.hasRealConversation());
  return { lastAt, lastVersion, custodyAt, reminder };
}

export const noteBackup = (store: AccountStore, at: number, version: 1 | 2): Promise<void> =>
  change(store, { lastAt: at, lastVersion: version });
export const noteCustody = (store: AccountStore, at: number): Promise<void> =>
  change(store, { custodyAt: at });
export const dismissReminder = (store: AccountStore, at: number): Promise<void> =>
  change(store, { dismissedAt: at });
