import type { JsonObject, JsonValue } from '../../../../shared/aun/canonical-json';
import type { E2eeEngine } from '../../../ports/e2ee';
import { noGroupEnvelopes } from '../no-groups';

/** Payload type of an envelope that hides nothing: these suites are about order and storage. */
export const SEALED = 'simulated.envelope';

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function innerOf(row: Readonly<Record<string, unknown>>): JsonObject | null {
  const payload = row['payload'];
  if (!isObject(payload) || payload['type'] !== SEALED) return null;
  const inner: JsonValue | undefined = payload['inner'];
  return isObject(inner) ? inner : null;
}

/**
 * End-to-end engine whose envelopes are open. `locked` says which messages cannot be opened yet, as when a certificate is
 * not there.
 */
export function createPlainEnvelopes(locked: (messageId: string) => boolean): E2eeEngine {
  return {
    ...noGroupEnvelopes,
    seal: ({ messageId, timestamp, payload }) =>
      Promise.resolve({
        params: { message_id: messageId, timestamp, payload: { type: SEALED, inner: payload } },
        forwardSecret: true,
        protection: 'e2ee-v1',
        copies: 1,
      }),
    sealThought: () => Promise.reject(new Error('nobody thinks here')),
    open: (rows) =>
      Promise.resolve(
        rows.map(({ row }) => {
          const payload = innerOf(row);
          const messageId = String(row['message_id']);
          if (payload === null || locked(messageId)) {
            return {
              ok: false as const,
              reason: 'sender_certificate_unavailable' as const,
              detail: 'locked',
              mayHeal: true,
            };
          }
          return {
            ok: true as const,
            payload,
            from: String(row['from']),
            to: String(row['to']),
            messageId,
            senderTime: null,
            protection: 'e2ee-v1' as const,
            forwardSecret: true,
            prekeyId: null,
          };
        }),
      ),
    recognizes: (row) => innerOf(row) !== null,
    onOnline: () => undefined,
    onOffline: () => undefined,
    lookup: () => Promise.resolve({ hasKeys: true, certificateFingerprint: null, exists: true }),
    stop: () => undefined,
  };
}
