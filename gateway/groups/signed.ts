import type { JsonObject } from '../../shared/aun/canonical-json';
import type { SessionCall } from '../rpc/method';
import { jsonObject } from '../wire/frames';

/** The signature of a request as its event carries it: with the method it was made for (`protocol/01 §9.3`). */
export function signatureOf(call: SessionCall): JsonObject | null {
  const given = jsonObject.safeParse(call.params['client_signature']);
  return given.success ? { ...given.data, _method: call.method } : null;
}
