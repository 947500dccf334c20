import { z } from 'zod';
import type { RateLimits } from '../config';
import type { GatewayContext } from '../context';
import type { Method, SessionCall } from '../rpc/method';
import { inSession, parseParams, withoutNulls } from '../rpc/method';
import type { Session } from '../sessions/session';
import type { GroupRow } from '../store/groups';
import { groupRateLimited } from './errors';
import type { IdForm } from './ids';
import type { GroupService } from './service';

/** Which bucket a method takes from (`protocol/05 §11`). */
export type GroupRate = Extract<keyof RateLimits, `group${string}`>;

/** A call that may or may not name a group. */
export interface CallContext {
  readonly call: SessionCall;
  readonly gateway: GatewayContext;
  readonly groups: GroupService;
  readonly session: Session;
  /** The caller. */
  readonly aid: string;
  /** Now, in ms. */
  readonly now: number;
}

/** A call about a group that exists. */
export interface GroupCall extends CallContext {
  readonly group: GroupRow;
  /** How the caller spells the group. */
  readonly form: IdForm;
  /** `group_id`, with `group_aid` where the caller expects it. */
  readonly ids: { readonly group_id: string; readonly group_aid?: string };
}

const named = z.object({ group_id: z.string().optional(), group_aid: z.string().optional() });
const identified = named.refine((given) => (given.group_id ?? given.group_aid ?? '').trim() !== '', {
  path: ['group_id'],
});

/** The id a call names. @throws RpcError −32602 when it names none. */
export function namedGroup(call: SessionCall): string {
  const given = parseParams(identified, withoutNulls(call.params));
  return given.group_id ?? given.group_aid ?? '';
}

function contextOf(call: SessionCall): CallContext {
  const { gateway, session } = call;
  return { call, gateway, groups: gateway.groups, session, aid: session.aid, now: gateway.clock.now() };
}

/** A method that needs no group. */
export function plainMethod<Input>(
  rate: GroupRate,
  schema: z.ZodType<Input>,
  handle: (context: CallContext, input: Input) => unknown,
): Method {
  return inSession((call) => {
    call.gateway.limits.take(rate, call.session.aid, groupRateLimited);
    return handle(contextOf(call), parseParams(schema, withoutNulls(call.params)));
  });
}

/** A method about a group that must exist; checks go on in the order of `protocol/05 §3.3`. */
export function groupMethod<Input>(
  rate: GroupRate,
  schema: z.ZodType<Input>,
  handle: (context: GroupCall, input: Input) => unknown,
): Method {
  return plainMethod(rate, schema, (context, input) => {
    const group = context.groups.find(namedGroup(context.call), context.session);
    return handle(withGroup(context, group), input);
  });
}

/** The same call about a group. */
export function withGroup(context: CallContext, group: GroupRow): GroupCall {
  const { groups, session } = context;
  return { ...context, group, form: groups.form(group, session), ids: groups.idsFor(group, session) };
}
