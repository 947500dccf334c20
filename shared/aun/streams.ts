import { z } from 'zod';

/** `kind` of a payload that announces a stream (`protocol/04 §14.7`). */
export const STREAM_KIND = 'aun.stream';
/** Caps on a stream that is read: bytes of text, and ms from the first connection (`protocol/04 §14.6`). */
export const MAX_STREAM_BYTES = 2 * 1024 * 1024;
export const MAX_STREAM_MS = 600_000;

const token = z.string().regex(/^[\x21-\x7e]{1,512}$/);
const announcementSchema = z.looseObject({
  type: z.enum(['json', 'custom']),
  kind: z.literal(STREAM_KIND),
  data: z.looseObject({
    stream_id: z.string().min(1).max(128),
    pull_url: z.string().min(1).max(2048),
    pull_token: token,
  }),
});

/** Where a stream can be read. The token lets anybody in who has it: never log it. */
export interface StreamReference {
  readonly stream: string;
  readonly pullUrl: string;
  readonly pullToken: string;
}

/** What a payload says about a stream, or null when it announces none. */
export function parseStreamAnnouncement(payload: unknown): StreamReference | null {
  const parsed = announcementSchema.safeParse(payload);
  if (!parsed.success) return null;
  const { stream_id: stream, pull_url: pullUrl, pull_token: pullToken } = parsed.data.data;
  return { stream, pullUrl, pullToken };
}

/** `stream.create` result (`protocol/04 §14.1`). */
export const streamCreatedSchema = z.looseObject({
  stream_id: z.string().min(1).max(128),
  push_url: z.string().min(1).max(2048),
  pull_url: z.string().min(1).max(2048),
  push_token: token,
  pull_token: token,
});
export type StreamCreated = z.infer<typeof streamCreatedSchema>;

/** The part of `stream.get_info` that a writer needs after a cut. */
export const streamInfoSchema = z.looseObject({
  status: z.string(),
  seq: z.number().int().min(0),
});
