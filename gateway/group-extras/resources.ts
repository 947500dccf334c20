import { z } from 'zod';
import { invalidParams } from '../errors';
import { groupError, signatureOf } from '../groups';
import { namedGroup } from '../groups/calls';
import type { SessionCall } from '../rpc/method';
import { parseParams, withoutNulls } from '../rpc/method';
import type { GroupRow } from '../store/groups';
import { jsonObject } from '../wire/frames';
import { requireMetadata, requirePath, resourceSchema, wantedResource } from './resource-input';
import { renderResource } from './resource-render';
import type { ResourceRow } from './resource-store';
import { ResourceStore } from './resource-store';

const MAX_RESOURCES = 1000;
const MAX_PAGE = 200;
const USUAL_PAGE = 50;
const whole = z.number().int();
const namedSchema = z.object({ resource_path: z.string() });
const updateSchema = namedSchema.extend({
  title: z.string().min(1).max(255).optional(),
  metadata: jsonObject.optional(),
  tags: z.array(z.string().max(64)).max(50).optional(),
  visibility: z.enum(['members_only', 'public']).optional(),
});
const listSchema = z.object({
  prefix: z.string().default(''),
  owner_aid: z.string().default(''),
  visibility: z.enum(['members_only', 'public', '']).default(''),
  tags: z.array(z.string()).max(50).default([]),
  sort_by: z.enum(['resource_path', 'title', 'created_at', 'updated_at']).default('resource_path'),
  order: z.enum(['asc', 'desc']).default('asc'),
  size: whole.positive().optional(),
  limit: whole.positive().optional(),
  page: whole.positive().optional(),
  offset: whole.nonnegative().optional(),
});

/** The store of a gateway's resources. */
export function resourcesOf({ gateway }: Pick<SessionCall, 'gateway'>): ResourceStore {
  return new ResourceStore(gateway.store.database);
}

/** The group of a call whose caller may read. @throws RpcError −33001, −33003, −33005. */
export function readableGroup(call: SessionCall, groupId: string): GroupRow {
  const { groups } = call.gateway;
  const group = groups.find(groupId, call.session);
  groups.requireAlive(group);
  groups.requireMember(group, call.session.aid);
  return group;
}

/** The same for somebody who adds something. @throws RpcError as above, −33002 when suspended, −32004 when banned. */
export function writableGroup(call: SessionCall, groupId: string): GroupRow {
  const { groups } = call.gateway;
  const group = groups.find(groupId, call.session);
  groups.requireActive(group);
  groups.requireMember(group, call.session.aid);
  groups.requireNotBanned(group, call.session.aid);
  return group;
}

/** Writes a resource and its event; whether it is new. Call inside a transaction. @throws RpcError −33002. */
export function writeResource(
  call: SessionCall,
  group: GroupRow,
  wanted: ResourceRow,
  action: string,
): { resource: ResourceRow; created: boolean } {
  const store = resourcesOf(call);
  const known = store.get(group.id, wanted.path);
  if (known === null && store.count(group.id) >= MAX_RESOURCES) {
    throw invalidParams('too many resources in this group');
  }
  const resource = known === null ? wanted : { ...wanted, createdAt: known.createdAt };
  store.put(group.id, resource);
  announce(call, group, action, resource.path);
  return { resource, created: known === null };
}

/** An event about a resource, for everybody (`protocol/05 §7.3`). */
function announce(call: SessionCall, group: GroupRow, action: string, path: string): void {
  call.gateway.groups.appendEvent(group, {
    action,
    actor: call.session.aid,
    signature: signatureOf(call),
    fields: { resource_path: path },
  });
}

/** `group.resources.put`: what somebody else has put there is for leaders to replace. */
export function putResource(call: SessionCall): unknown {
  const input = parseParams(resourceSchema, withoutNulls(call.params));
  const group = writableGroup(call, namedGroup(call));
  const { groups } = call.gateway;
  const wanted = wantedResource(call, input);
  const known = resourcesOf(call).get(group.id, wanted.path);
  if (known !== null && known.createdBy !== call.session.aid) {
    groups.requireRole(group, call.session.aid, 'admin');
  }
  const { resource, created } = groups.transaction(() => writeResource(call, group, wanted, 'resource_put'));
  return answer(call, group, resource, { created });
}

/** `group.resources.direct_add`: the owner's way, not for folders. */
export function directAddResource(call: SessionCall): unknown {
  const input = parseParams(resourceSchema, withoutNulls(call.params));
  const group = writableGroup(call, namedGroup(call));
  const { groups } = call.gateway;
  groups.requireRole(group, call.session.aid, 'owner');
  if (input.resource_type === 'folder') throw invalidParams('invalid params: resource_type');
  const wanted = wantedResource(call, input);
  const { resource, created } = groups.transaction(() =>
    writeResource(call, group, wanted, 'resource_direct_added'),
  );
  return answer(call, group, resource, { created });
}

function answer(
  call: SessionCall,
  group: GroupRow,
  resource: ResourceRow,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const ids = call.gateway.groups.idsFor(group, call.session);
  return { ...ids, resource: renderResource(call, group, resource), ...more };
}

/** A resource that is there. @throws RpcError −33008. */
export function requireResource(call: SessionCall, group: GroupRow, path: string): ResourceRow {
  const found = resourcesOf(call).get(group.id, requirePath(path));
  if (found === null) throw groupError('resource_not_found');
  return found;
}

/** `group.resources.get`. */
export function getResource(call: SessionCall): unknown {
  const input = parseParams(namedSchema, withoutNulls(call.params));
  const group = readableGroup(call, namedGroup(call));
  return answer(call, group, requireResource(call, group, input.resource_path));
}

/** `group.resources.list`. */
export function listResources(call: SessionCall): unknown {
  const input = parseParams(listSchema, withoutNulls(call.params));
  if (input.size !== undefined && input.limit !== undefined)
    throw invalidParams('size and limit exclude each other');
  if (input.page !== undefined && input.offset !== undefined)
    throw invalidParams('page and offset exclude each other');
  const group = readableGroup(call, namedGroup(call));
  const size = Math.min(input.size ?? input.limit ?? USUAL_PAGE, MAX_PAGE);
  const offset = input.offset ?? ((input.page ?? 1) - 1) * size;
  const fitting = resourcesOf(call)
    .all(group.id)
    .filter((resource) => resource.path.startsWith(input.prefix))
    .filter((resource) => input.owner_aid === '' || resource.owner === input.owner_aid)
    .filter((resource) => input.visibility === '' || resource.visibility === input.visibility)
    .filter((resource) => input.tags.every((tag) => resource.tags.includes(tag)))
    .sort(ordered(input.sort_by, input.order));
  const items = fitting.slice(offset, offset + size).map((resource) => renderResource(call, group, resource));
  return {
    ...call.gateway.groups.idsFor(group, call.session),
    prefix: input.prefix,
    owner_aid: input.owner_aid,
    visibility: input.visibility,
    tags: input.tags,
    limit: size,
    size,
    offset,
    page: Math.floor(offset / size) + 1,
    items,
    count: items.length,
    total: fitting.length,
  };
}

function ordered(
  by: z.infer<typeof listSchema>['sort_by'],
  order: 'asc' | 'desc',
): (a: ResourceRow, b: ResourceRow) => number {
  const of = (resource: ResourceRow): string | number =>
    ({
      resource_path: resource.path,
      title: resource.title,
      created_at: resource.createdAt,
      updated_at: resource.updatedAt,
    })[by];
  const sign = order === 'asc' ? 1 : -1;
  return (a, b) => {
    const [left, right] = [of(a), of(b)];
    return left === right ? 0 : left < right ? -sign : sign;
  };
}

/** `group.resources.update`: leaders change what is said about a resource. */
export function updateResource(call: SessionCall): unknown {
  const { groups, clock } = call.gateway;
  const input = parseParams(updateSchema, withoutNulls(call.params));
  const group = readableGroup(call, namedGroup(call));
  groups.requireRole(group, call.session.aid, 'admin');
  const known = requireResource(call, group, input.resource_path);
  const changed: ResourceRow = {
    ...known,
    title: input.title ?? known.title,
    metadata: input.metadata === undefined ? known.metadata : requireMetadata(input.metadata),
    tags: input.tags ?? known.tags,
    visibility: input.visibility ?? known.visibility,
  };
  if (JSON.stringify(changed) === JSON.stringify(known)) return answer(call, group, known);
  const resource = { ...changed, updatedAt: clock.now() };
  groups.transaction(() => {
    resourcesOf(call).put(group.id, resource);
    announce(call, group, 'resource_updated', resource.path);
  });
  return answer(call, group, resource);
}

/** `group.resources.delete`: takes the link away, the object stays its owner's. */
export function deleteResource(call: SessionCall): unknown {
  const { groups } = call.gateway;
  const input = parseParams(namedSchema, withoutNulls(call.params));
  const group = readableGroup(call, namedGroup(call));
  groups.requireRole(group, call.session.aid, 'admin');
  const { path } = requireResource(call, group, input.resource_path);
  groups.transaction(() => {
    resourcesOf(call).remove(group.id, path);
    announce(call, group, 'resource_deleted', path);
  });
  return { ...groups.idsFor(group, call.session), resource_path: path, deleted: true };
}
