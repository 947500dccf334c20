import { z } from 'zod';
import { invalidParams } from '../errors';
import { ack, pull } from './inbox';
import type { Method, SessionCall } from './method';
import { inSession, parseParams } from './method';
import { getPrekey, putPrekey } from './prekeys';
import { recall } from './recall';
import { send } from './send';
import { getThoughts, putThought } from './thoughts';

const onlineSchema = z.object({ aids: z.array(z.string()) });
const MAX_AIDS = 100;

/** `message.query_online` (`protocol/04 §3.5`): every asked AID is a key, unknown and foreign ones are `false`. */
function queryOnline({ gateway, params }: SessionCall): unknown {
  const { aids } = parseParams(onlineSchema, params);
  if (aids.length > MAX_AIDS) throw invalidParams(`at most ${MAX_AIDS} aids`);
  return { online: Object.fromEntries(aids.map((aid) => [aid, gateway.sessions.isOnline(aid)])) };
}

/** The `message.*` namespace of generation V1 (`protocol/04 §3`). */
export const messageMethods: Readonly<Record<string, Method>> = {
  'message.send': inSession(send),
  'message.pull': inSession(pull),
  'message.ack': inSession(ack),
  'message.recall': inSession(recall),
  'message.query_online': inSession(queryOnline),
  'message.thought.put': inSession(putThought),
  'message.thought.get': inSession(getThoughts),
  'message.e2ee.put_prekey': inSession(putPrekey),
  'message.e2ee.get_prekey': inSession(getPrekey),
};
