import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';

/** A JSON object of unknown content, kept as it came out of `JSON.parse`. */
export const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'object expected',
);

const requestId = z.union([z.string(), z.number(), z.null()]);

/** Request or notification (`protocol/01 §4.1`). */
export const requestFrame = z.object({
  id: requestId.optional(),
  method: z.string(),
  params: jsonObject.optional(),
});
export type RequestId = z.infer<typeof requestId>;

/** A handler's answer that is already JSON text: large pages are not parsed and printed again. */
export class RawResult {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Frame of a successful reply. `meta` is the quoted ETag of the caller's own profile (`protocol/01 §4.1`). */
export function resultFrame(id: RequestId, result: unknown, meta: string | null): string {
  const text = result instanceof RawResult ? result.text : JSON.stringify(result ?? {});
  const tail = meta === null ? '' : `,"_meta":${JSON.stringify({ agent_md_etag: meta })}`;
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${text}${tail}}`;
}

/** Frame of an error reply. */
export function errorFrame(
  id: RequestId,
  error: { code: number; message: string; data?: Readonly<Record<string, unknown>> | undefined },
): string {
  const body =
    error.data === undefined
      ? { code: error.code, message: error.message }
      : { code: error.code, message: error.message, data: error.data };
  return JSON.stringify({ jsonrpc: '2.0', id, error: body });
}

/** Frame of an event; never has an `id` key. `params` is JSON text. */
export function eventFrame(name: string, params: string): string {
  return `{"jsonrpc":"2.0","method":${JSON.stringify(`event/${name}`)},"params":${params}}`;
}

/** The first frame on every socket (`protocol/01 §4.2`). */
export function challengeFrame(nonce: string, serverTime: number): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    method: 'challenge',
    params: {
      nonce,
      server: 'aun-local-gateway',
      protocol: { min: '1.0', max: '1.0' },
      auth_methods: ['kite_token'],
      capabilities: {},
      server_time: serverTime,
    },
  });
}
