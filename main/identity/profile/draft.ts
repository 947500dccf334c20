import { z } from 'zod';
import type { AccountStore } from '../../ports/store';

const KEY = 'profile.draft';
const draftSchema = z.object({
  text: z.string(),
  /** ETag of the published document the edit started from, or null where there was none. */
  base: z.string().nullable(),
});

/** An edited profile that is not published. */
export type Draft = z.infer<typeof draftSchema>;

/** The draft kept in the account's own database, or null. */
export async function loadDraft(store: Pick<AccountStore, 'getMeta'>): Promise<Draft | null> {
  const stored = await store.getMeta(KEY);
  if (stored === null) return null;
  const parsed = draftSchema.safeParse(JSON.parse(stored));
  return parsed.success ? parsed.data : null;
}

/** Keeps a draft, or drops it. */
export async function storeDraft(store: Pick<AccountStore, 'setMeta'>, draft: Draft | null): Promise<void> {
  await store.setMeta(KEY, draft === null ? null : JSON.stringify(draft));
}
