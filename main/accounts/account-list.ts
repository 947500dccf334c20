import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { advancedSettingsSchema, notificationRuleSchema } from '../../shared/model/account';
import type { AdvancedSettings } from '../../shared/model/account';
import { jsonFile } from '../runtime/json-file';
import type { JsonFile } from '../runtime/json-file';

const hueSchema = z.number().int().min(0).max(359);

const entrySchema = z.object({
  aid: z.string(),
  network: z.string(),
  displayName: z.string().default(''),
  /** Degrees; derived from the public key when the account was made. */
  hue: hueSchema.default(210),
  /** Degrees the user chose instead, or null. */
  chosenHue: hueSchema.nullable().default(null).catch(null),
  notifications: notificationRuleSchema.default('all').catch('all'),
  /** Whether the account goes online by itself. */
  online: z.boolean().default(true),
  /** Its key is no longer the active one of its name: the history stays readable, it never goes online. */
  archived: z.boolean().default(false),
  /** Came from a backup and has not been online since: its key may have been replaced meanwhile. */
  unproven: z.boolean().default(false),
  /** Null: {@link defaultAdvanced}. */
  advanced: advancedSettingsSchema.nullable().default(null).catch(null),
});

const removedSchema = z.object({
  entry: entrySchema,
  /** Unix ms. */
  removedAt: z.number(),
  /** Its data is being destroyed: an interrupted destruction is finished at the next start. */
  erasing: z.boolean().default(false),
});

const listSchema = z.object({
  accounts: z.array(entrySchema),
  removed: z.array(removedSchema).default([]).catch([]),
});

/** What `accounts.json` keeps of an account: nothing secret. */
export type AccountEntry = z.infer<typeof entrySchema>;
/** An account that was taken out of the window; its folder is still there. */
export type RemovedEntry = z.infer<typeof removedSchema>;
export type AccountList = z.infer<typeof listSchema>;

/** The accounts of this installation in the user's order, and those that were taken out. */
export function accountListFile(dataDir: string): JsonFile<AccountList> {
  return jsonFile(join(dataDir, 'accounts.json'), listSchema, { accounts: [], removed: [] });
}

/**
 * What the list is to keep of an identity that came from outside, beside its keys: it gets its place together with them,
 * and a crash before the list is written does not forget that it is unproven, or of which network.
 */
export function arrivalFile(folder: string): JsonFile<AccountEntry | null> {
  return jsonFile(join(folder, 'arrival.json'), entrySchema.nullable(), null);
}

/** The list has it now. */
export async function dropArrival(folder: string): Promise<void> {
  await rm(join(folder, 'arrival.json'), { force: true });
}

/** The entry of an account that was just made. */
export function newEntry(facts: Pick<AccountEntry, 'aid' | 'network' | 'displayName' | 'hue'>): AccountEntry {
  return {
    ...facts,
    chosenHue: null,
    notifications: 'all',
    online: true,
    archived: false,
    unproven: false,
    advanced: null,
  };
}

/** The slot this application uses where the user chose none (`protocol/01 §11`). */
const DEFAULT_SLOT = 'main';

/** What counts until the user chooses something else. */
export function defaultAdvanced(hostName: string): AdvancedSettings {
  const deviceName = hostName.trim().slice(0, 64);
  return {
    slotId: DEFAULT_SLOT,
    deliveryMode: { mode: 'fanout' },
    deviceName: deviceName === '' ? 'Parley' : deviceName,
  };
}
