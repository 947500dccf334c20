import { join } from 'node:path';
import { z } from 'zod';
import { jsonFile } from '../runtime/json-file';
import type { JsonFile } from '../runtime/json-file';

const entrySchema = z.object({
  aid: z.string(),
  network: z.string(),
  displayName: z.string().default(''),
  /** Degrees; derived from the public key when the account was made. */
  hue: z.number().int().min(0).max(359).default(210),
  /** Whether the account goes online by itself. */
  online: z.boolean().default(true),
});
const listSchema = z.object({ accounts: z.array(entrySchema) });

/** What `accounts.json` keeps of an account: nothing secret. */
export type AccountEntry = z.infer<typeof entrySchema>;

/** The accounts of this installation in the user's order. */
export function accountListFile(dataDir: string): JsonFile<{ accounts: AccountEntry[] }> {
  return jsonFile(join(dataDir, 'accounts.json'), listSchema, { accounts: [] });
}
