import { z } from 'zod';
import type { SessionCall } from './method';
import { describe, ownPlace, read, place } from './storage';

const text = z.string();
const whole = z.number().int();

const listSchema = z.object({
  ...place,
  prefix: text.default(''),
  page: whole.positive().default(1),
  size: whole.positive().default(50),
  marker: text.default(''),
});
const prefixSchema = z.object({ ...place, prefix: text.default(''), size: whole.positive().default(50) });
const ownerSchema = z.object(place);
const checkSchema = z.object({
  ...place,
  object_key: text.optional(),
  sha256: text.default(''),
  size_bytes: whole.nonnegative(),
});

const MAX_PAGE = 200;

/** `storage.list_objects`: by key in the order of bytes; a marker wins over a page number. */
export function listObjects(call: SessionCall): unknown {
  const { store, clock } = call.gateway;
  const input = read(listSchema, call);
  const where = { ...ownPlace(call, input), prefix: input.prefix };
  const size = Math.min(input.size, MAX_PAGE);
  const from = input.marker === '' ? { offset: (input.page - 1) * size } : { after: input.marker };
  const found = store.objects.list(where, from, size + 1, clock.now());
  const items = found.slice(0, size);
  return {
    items: items.map((object) => ({
      object_key: object.key,
      size_bytes: object.size,
      content_type: object.contentType,
      sha256: object.sha256,
      version: object.version,
      is_private: object.isPrivate,
      updated_at: object.updatedAt,
    })),
    total: store.objects.count(where, clock.now()),
    page: input.page,
    size,
    marker: input.marker,
    next_marker: found.length > size ? (items.at(-1)?.key ?? '') : '',
  };
}

/** `storage.list_prefixes`. */
export function listPrefixes(call: SessionCall): unknown {
  const { store, clock } = call.gateway;
  const input = read(prefixSchema, call);
  const where = { ...ownPlace(call, input), prefix: input.prefix };
  const size = Math.min(input.size, MAX_PAGE);
  const prefixes = store.objects.folders(where, size, clock.now());
  return { prefixes, count: prefixes.length, size };
}

/** `storage.get_quota`. */
export function getQuota(call: SessionCall): unknown {
  const { owner } = ownPlace(call, read(ownerSchema, call));
  const { store, storage, clock } = call.gateway;
  const usage = store.objects.usage(owner, clock.now());
  return {
    owner_aid: owner,
    used_bytes: usage.bytes,
    object_count: usage.count,
    quota_bytes: storage.quota(owner),
  };
}

/** `storage.get_limits` of 0.5.4. */
export function getLimits(call: SessionCall): unknown {
  const { owner } = ownPlace(call, read(ownerSchema, call));
  const { store, storage, clock } = call.gateway;
  return {
    max_inline_bytes: storage.limits.inlineBytes,
    max_file_size_bytes: storage.limits.objectBytes,
    quota_total_bytes: storage.quota(owner),
    quota_used_bytes: store.objects.usage(owner, clock.now()).bytes,
  };
}

/** `storage.check_upload` of 0.5.4: tells how to upload; content is only recognised within one owner. */
export function checkUpload(call: SessionCall): unknown {
  const { store, storage, clock } = call.gateway;
  const input = read(checkSchema, call);
  const where = ownPlace(call, input);
  const known = store.objects.byContent(
    where.owner,
    input.sha256.toLowerCase(),
    input.size_bytes,
    clock.now(),
  );
  const key = input.object_key ?? '';
  const target = key === '' ? null : storage.find({ ...where, key });
  return {
    within_limit: input.size_bytes <= storage.limits.objectBytes,
    exists: known !== null,
    dedup_hit: known !== null,
    skip_upload: known !== null,
    // Nothing can be put inline that has no bytes.
    inline: input.size_bytes > 0 && input.size_bytes <= storage.limits.inlineBytes,
    target_exists: target !== null,
    target: target === null ? null : { ...describe(target), is_private: target.isPrivate },
  };
}
