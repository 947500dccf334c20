import { z } from 'zod';
import { invalidParams, permissionDenied } from '../errors';
import { groupError } from '../groups';
import { namedGroup } from '../groups/calls';
import type { SessionCall } from '../rpc/method';
import { parseParams, withoutNulls } from '../rpc/method';
import { randomHex } from '../runtime';
import type { ObjectRecord } from '../store/objects';
import { objectOf, renderResource } from './resource-render';
import type { ResourceRow } from './resource-store';
import { readableGroup, requireResource, resourcesOf } from './resources';

const TICKET_MS = 3_600_000;
/** The address itself asks nobody whether its bearer is still a member, so it does not live long; seconds. */
const ADDRESS_S = 600;
const accessSchema = z.object({ resource_path: z.string() });
const resolveSchema = z.object({ ticket: z.string().optional(), access_ticket: z.string().optional() });

/** Where the bytes are: the data plane of storage serves a private object to whoever has its signed address. */
function download({ gateway, session }: SessionCall, object: ObjectRecord, resource: ResourceRow) {
  const expireAt = gateway.storage.linkEnd(ADDRESS_S);
  return {
    download_url: gateway.storage.downloadUrl(session, object, expireAt),
    expire_at: expireAt,
    file_name: resource.ref?.filename ?? object.key,
    size_bytes: object.size,
    content_type: object.contentType,
    sha256: object.sha256,
    version: object.version,
    etag: object.sha256,
  };
}

/** @throws RpcError −33008 when there is nothing to fetch (any more). */
function requireObject(call: SessionCall, resource: ResourceRow): ObjectRecord {
  const object = objectOf(call, resource);
  if (object === null) throw groupError('resource_not_found');
  return object;
}

function linkOf(resource: ResourceRow): string {
  const { ref } = resource;
  return ref === null ? '' : `storage://${ref.owner}/${ref.bucket}/${ref.key}`;
}

/** `group.resources.get_access`: membership is looked at now, whatever was handed out before. */
export function getAccess(call: SessionCall): unknown {
  const { gateway, session } = call;
  const input = parseParams(accessSchema, withoutNulls(call.params));
  const group = readableGroup(call, namedGroup(call));
  const resource = requireResource(call, group, input.resource_path);
  const object = requireObject(call, resource);
  const now = gateway.clock.now();
  const ticket = {
    ticket: `tk_${randomHex(16)}`,
    group: group.id,
    path: resource.path,
    issuedTo: session.aid,
    issuedAt: now,
    expireAt: now + TICKET_MS,
  };
  resourcesOf(call).putTicket(ticket);
  const link = linkOf(resource);
  return {
    ...gateway.groups.idsFor(group, session),
    resource_path: resource.path,
    resource_link: link,
    resource: renderResource(call, group, resource),
    access_ticket: {
      ticket: ticket.ticket,
      ticket_type: 'group-resource-access',
      issued_to: session.aid,
      resource_link: link,
      issued_at: ticket.issuedAt,
      expire_at: ticket.expireAt,
    },
    access_token: ticket.ticket,
    token_type: 'Bearer',
    download: download(call, object, resource),
  };
}

/**
 * `group.resources.resolve_access_ticket`: once, by whom it was issued to, who must still be a member.
 * @throws RpcError −32004 for a ticket that is unknown, somebody else's, used or over.
 */
export function resolveAccessTicket(call: SessionCall): unknown {
  const { gateway, session } = call;
  const input = parseParams(resolveSchema, withoutNulls(call.params));
  const named = input.ticket ?? input.access_ticket ?? '';
  if (named === '') throw invalidParams('invalid params: ticket');
  const store = resourcesOf(call);
  const ticket = store.ticket(named);
  if (ticket?.issuedTo !== session.aid) throw permissionDenied('access ticket is not valid');
  if (ticket.usedAt !== null) throw permissionDenied('access ticket has been used');
  const now = gateway.clock.now();
  if (ticket.expireAt <= now) throw permissionDenied('access ticket has expired');
  const group = gateway.groups.reload({ id: ticket.group });
  gateway.groups.requireAlive(group);
  gateway.groups.requireMember(group, session.aid);
  const resource = requireResource(call, group, ticket.path);
  const object = requireObject(call, resource);
  store.useTicket(named, now);
  return { resource: renderResource(call, group, resource), download: download(call, object, resource) };
}
