import { z } from 'zod';
import { invalidParams, RpcError } from '../errors';
import { groupError, signatureOf } from '../groups';
import { namedGroup } from '../groups/calls';
import type { SessionCall } from '../rpc/method';
import { parseParams, withoutNulls } from '../rpc/method';
import { randomHex } from '../runtime';
import type { GroupRow } from '../store/groups';
import { resourceSchema, wantedResource } from './resource-input';
import { renderRequest, renderResource } from './resource-render';
import type { ResourceRequestRow } from './resource-store';
import { readableGroup, resourcesOf, writableGroup, writeResource } from './resources';

const MAX_PENDING = 100;
const NOT_PENDING = -33009;
const listSchema = z.object({
  status: z.enum(['pending', 'approved', 'rejected']).default('pending'),
});
const reviewSchema = z.object({ request_id: z.string(), note: z.string().max(255).default('') });
const aliasSchema = reviewSchema.extend({ approve: z.boolean().default(true) });

function announce(call: SessionCall, group: GroupRow, action: string, request: ResourceRequestRow): void {
  const { groups } = call.gateway;
  const gone = groups.member(group, request.requester) === null;
  groups.appendEvent(group, {
    action,
    actor: call.session.aid,
    signature: signatureOf(call),
    fields: {
      member_aid: request.requester,
      request_id: request.requestId,
      resource_path: request.resource.path,
    },
    ...(gone ? { copies: [request.requester] } : {}),
  });
}

/** `group.resources.request_add`: a member offers an object of their own. */
export function requestAdd(call: SessionCall): unknown {
  const { gateway, session } = call;
  const input = parseParams(resourceSchema, withoutNulls(call.params));
  const group = writableGroup(call, namedGroup(call));
  const resource = wantedResource(call, input);
  const store = resourcesOf(call);
  if (store.requests(group.id, 'pending').length >= MAX_PENDING) {
    throw invalidParams('too many pending resource requests');
  }
  const now = gateway.clock.now();
  const request: ResourceRequestRow = {
    requestId: `req_${randomHex(12)}`,
    group: group.id,
    requester: session.aid,
    resource,
    status: 'pending',
    reviewedBy: null,
    note: null,
    created: false,
    createdAt: now,
    updatedAt: now,
  };
  gateway.groups.transaction(() => {
    store.putRequest(request);
    announce(call, group, 'resource_request_created', request);
  });
  return { ...gateway.groups.idsFor(group, session), request: renderRequest(call, group, request) };
}

/** `group.resources.list_pending`, also `list_requests`. */
export function listRequests(call: SessionCall): unknown {
  const { groups } = call.gateway;
  const input = parseParams(listSchema, withoutNulls(call.params));
  const group = readableGroup(call, namedGroup(call));
  groups.requireRole(group, call.session.aid, 'owner');
  const items = resourcesOf(call)
    .requests(group.id, input.status)
    .map((request) => renderRequest(call, group, request));
  return { ...groups.idsFor(group, call.session), items, total: items.length };
}

/** `group.resources.approve_request`. */
export function approveRequest(call: SessionCall): unknown {
  return review(call, parseParams(reviewSchema, withoutNulls(call.params)), true);
}

/** `group.resources.reject_request`. */
export function rejectRequest(call: SessionCall): unknown {
  return review(call, parseParams(reviewSchema, withoutNulls(call.params)), false);
}

/** `group.resources.review_request`, the name upstream tests use. */
export function reviewRequest(call: SessionCall): unknown {
  const input = parseParams(aliasSchema, withoutNulls(call.params));
  return review(call, input, input.approve);
}

function review(call: SessionCall, input: z.infer<typeof reviewSchema>, approve: boolean): unknown {
  const { gateway, session } = call;
  const { groups } = gateway;
  const store = resourcesOf(call);
  const known = store.request(input.request_id);
  if (known === null) throw groupError('resource_request_not_found');
  const group = groups.reload({ id: known.group });
  if (approve) groups.requireActive(group);
  else groups.requireAlive(group);
  groups.requireRole(group, session.aid, 'owner');
  if (known.status !== 'pending') {
    throw new RpcError(NOT_PENDING, 'resource request is not pending', {
      data: { reason: 'resource_request_not_found' },
    });
  }
  const now = gateway.clock.now();
  if (approve && known.resource.ref !== null && gateway.storage.find(known.resource.ref) === null) {
    throw groupError('resource_not_found');
  }
  const reviewed: ResourceRequestRow = {
    ...known,
    status: approve ? 'approved' : 'rejected',
    reviewedBy: session.aid,
    note: input.note === '' ? null : input.note,
    updatedAt: now,
  };
  return groups.transaction(() => {
    const ids = groups.idsFor(group, session);
    if (!approve) {
      store.putRequest(reviewed);
      announce(call, group, 'resource_request_rejected', reviewed);
      return { ...ids, request: renderRequest(call, group, reviewed) };
    }
    const { resource, created } = writeResource(
      call,
      group,
      { ...known.resource, createdAt: now, updatedAt: now },
      'resource_put',
    );
    const approved = { ...reviewed, created };
    store.putRequest(approved);
    announce(call, group, 'resource_request_approved', approved);
    return {
      ...ids,
      request: renderRequest(call, group, approved),
      resource: renderResource(call, group, resource),
    };
  });
}
