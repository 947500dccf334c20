import { groupRateLimited } from '../groups/errors';
import type { GroupRate } from '../groups/calls';
import type { Method, SessionHandler } from '../rpc/method';
import { inSession } from '../rpc/method';

/** A method that takes a token of a rate first. @throws RpcError −32029 when there is none. */
export function rated(rate: GroupRate, handle: SessionHandler): Method {
  return inSession((call) => {
    call.gateway.limits.take(rate, call.session.aid, groupRateLimited);
    return handle(call);
  });
}
