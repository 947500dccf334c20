import { z } from 'zod';

/** An entity tag: printable, quoted, of sensible length. */
const metaSchema = z.object({ agent_md_etag: z.string().regex(/^(W\/)?"[\x21\x23-\x7e]{1,128}"$/) });

/** The tag of the caller's own profile that a reply carried beside its result (`protocol/01 §4.1`), or null. */
export function ownProfileTag(meta: unknown): string | null {
  const parsed = metaSchema.safeParse(meta);
  return parsed.success ? parsed.data.agent_md_etag : null;
}
