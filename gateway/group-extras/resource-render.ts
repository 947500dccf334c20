import type { SessionCall } from '../rpc/method';
import type { GroupRow } from '../store/groups';
import type { ObjectRecord } from '../store/objects';
import type { ResourceRequestRow, ResourceRow } from './resource-store';

/** The object behind a resource, or null when it points at none or its owner has deleted it. */
export function objectOf({ gateway }: SessionCall, resource: ResourceRow): ObjectRecord | null {
  return resource.ref === null ? null : gateway.storage.find(resource.ref);
}

/** A resource as the wire has it (`protocol/05 §2.8`). */
export function renderResource(
  call: SessionCall,
  group: GroupRow,
  resource: ResourceRow,
): Record<string, unknown> {
  const object = objectOf(call, resource);
  const about = object === null ? {} : { content_type: object.contentType, size_bytes: object.size };
  return {
    ...call.gateway.groups.idsFor(group, call.session),
    resource_path: resource.path,
    resource_type: resource.type,
    title: resource.title,
    ...about,
    owner_aid: resource.owner,
    created_by: resource.createdBy,
    storage_ref:
      resource.ref === null
        ? null
        : {
            provider: 'storage',
            owner_aid: resource.ref.owner,
            bucket: resource.ref.bucket,
            object_key: resource.ref.key,
            filename: resource.ref.filename,
            ...about,
          },
    metadata: resource.metadata,
    visibility: resource.visibility,
    tags: resource.tags,
    created_at: resource.createdAt,
    updated_at: resource.updatedAt,
  };
}

/** A request as the wire has it (`protocol/05 §6.7`). */
export function renderRequest(
  call: SessionCall,
  group: GroupRow,
  request: ResourceRequestRow,
): Record<string, unknown> {
  const { resource } = request;
  return {
    ...call.gateway.groups.idsFor(group, call.session),
    request_id: request.requestId,
    requester_aid: request.requester,
    resource_path: resource.path,
    resource_type: resource.type,
    title: resource.title,
    status: request.status,
    visibility: resource.visibility,
    tags: resource.tags,
    reviewed_by: request.reviewedBy,
    review_note: request.note,
    resource_created: request.created,
    created_at: request.createdAt,
    updated_at: request.updatedAt,
  };
}
