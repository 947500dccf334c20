import { z } from 'zod';
import type { AdminControls } from '../admin';
import type { Action } from './admin-action';
import { act } from './admin-action';
import { groupActions } from './admin-groups';

const text = z.string();
const count = z.number().int().nonnegative();
const times = z.number().int().positive().default(1);
const rate = z.number().min(0).max(1).optional();
const inbox = { aid: text, device_id: text.optional() };
const FAULT = z.enum(['drop', 'duplicate', 'delay', 'reorder', 'misaddress']);

/** Streams that are meant: one, or all. */
function streams(controls: AdminControls, id: string | undefined) {
  return controls.streams.all().filter((stream) => id === undefined || stream.id === id);
}

const storageActions: Readonly<Record<string, Action>> = {
  /** `false`: calls answer −32002, transfers 503. */
  storage: act(z.object({ up: z.boolean() }), ({ storage }, { up }) => {
    storage.faults.available = up;
  }),
  storage_limits: act(
    z.object({
      inline_bytes: count.optional(),
      object_bytes: count.optional(),
      quota_bytes: count.optional(),
    }),
    ({ storage }, input) => {
      const { limits } = storage;
      storage.limits = {
        inlineBytes: input.inline_bytes ?? limits.inlineBytes,
        objectBytes: input.object_bytes ?? limits.objectBytes,
        quotaBytes: input.quota_bytes ?? limits.quotaBytes,
      };
    },
  ),
  /** Bytes that one owner may store; null: as everybody. */
  storage_quota: act(z.object({ aid: text, bytes: count.nullable() }), ({ storage }, { aid, bytes }) => {
    storage.setQuota(aid, bytes);
  }),
  /** The next transfers are cut after some bytes, or answered with a status. */
  storage_fault: act(
    z.object({
      verb: z.enum(['PUT', 'GET']),
      after_bytes: count.optional(),
      status: z.number().int().min(400).max(599).optional(),
      times,
    }),
    ({ storage }, { verb, after_bytes: afterBytes, status, times: left }) => {
      if (status === undefined) storage.faults.plan(verb, { kind: 'cut', afterBytes: afterBytes ?? 0 }, left);
      else storage.faults.plan(verb, { kind: 'status', status }, left);
    },
  ),
  /** Bytes per second of every transfer; null: as fast as it goes. */
  storage_speed: act(
    z.object({ bytes_per_second: z.number().positive().nullable() }),
    ({ storage }, { bytes_per_second: speed }) => {
      storage.faults.bytesPerSecond = speed;
    },
  ),
  storage_corrupt: act(
    z.object({ owner_aid: text, bucket: text.default('default'), object_key: text }),
    async (controls, { owner_aid: owner, bucket, object_key: key }) => ({
      corrupted: await controls.corruptObject({ owner, bucket, key }),
    }),
  ),
  /** Objects end now: all, those of an owner, or one key. */
  storage_expire: act(
    z.object({ owner_aid: text.optional(), object_key: text.optional() }),
    (controls, { owner_aid: owner, object_key: key }) => ({
      expired: controls.expireObjects({ owner, key }),
    }),
  ),
  /** Every upload and download address handed out so far answers 403. */
  storage_expire_links: act(z.object({}), ({ storage }) => storage.links.revokeAll()),
  storage_objects: act(z.object({ owner_aid: text }), (controls, { owner_aid: owner }) => ({
    objects: controls.objectsOf(owner),
  })),
};

const streamActions: Readonly<Record<string, Action>> = {
  streams: act(z.object({}), (controls) => ({
    streams: controls.streams.all().map((stream) => stream.info()),
  })),
  /** Cuts the connections of one stream or of all. */
  stream_drop: act(
    z.object({ stream_id: text.optional(), side: z.enum(['push', 'pull', 'both']).default('both') }),
    (controls, { stream_id: id, side }) => ({
      dropped: streams(controls, id).reduce((sum, stream) => sum + stream.cut(side), 0),
    }),
  ),
  /** Drops what is kept for late joiners, but for the newest `keep` frames. */
  stream_evict: act(z.object({ stream_id: text.optional(), keep: count.default(0) }), (controls, input) => {
    for (const stream of streams(controls, input.stream_id)) stream.evict(input.keep);
  }),
  stream_close: act(z.object({ stream_id: text.optional() }), (controls, { stream_id: id }) => {
    for (const stream of streams(controls, id)) stream.close();
  }),
  /** Limits of streams to come. */
  stream_limits: act(
    z.object({
      active: count.optional(),
      pullers: count.optional(),
      buffer_frames: count.optional(),
      idle_ms: count.optional(),
      pusher_offline_ms: count.optional(),
      keep_alive_ms: count.optional(),
      replay_ms: count.optional(),
    }),
    ({ streams: hub }, input) => {
      const { limits } = hub;
      hub.limits = {
        ...limits,
        active: input.active ?? limits.active,
        pullers: input.pullers ?? limits.pullers,
        bufferFrames: input.buffer_frames ?? limits.bufferFrames,
        idle: input.idle_ms ?? limits.idle,
        pusherOffline: input.pusher_offline_ms ?? limits.pusherOffline,
        keepAlive: input.keep_alive_ms ?? limits.keepAlive,
        replay: input.replay_ms ?? limits.replay,
      };
    },
  ),
};

const messageActions: Readonly<Record<string, Action>> = {
  /** Devices of an AID that messages can be sealed for. */
  prekeys: act(z.object({ aid: text }), (controls, { aid }) => ({
    device_ids: controls.devicesWithPrekey(aid),
  })),
  purge: act(z.object({ ...inbox, up_to_seq: count }), (controls, input) =>
    controls.inbox.purge(input.aid, input.device_id ?? null, input.up_to_seq),
  ),
  wipe_counters: act(z.object({ aid: text.optional() }), (controls, { aid }) =>
    controls.inbox.wipeCounters(aid ?? null),
  ),
  skip_seqs: act(z.object({ ...inbox, count }), (controls, input) =>
    controls.inbox.skipSeqs(input.aid, input.device_id ?? null, input.count),
  ),
  remove_row: act(z.object({ ...inbox, seq: count }), (controls, input) => ({
    removed: controls.inbox.removeRow(input.aid, input.device_id ?? null, input.seq),
  })),
  stub_row: act(z.object({ ...inbox, seq: count }), (controls, input) => ({
    emptied: controls.inbox.stubRow(input.aid, input.device_id ?? null, input.seq),
  })),
  repush: act(z.object({ ...inbox, seq: count }), (controls, input) => ({
    pushed: controls.inbox.repush(input.aid, input.device_id ?? null, input.seq),
  })),
  /** The next pushes suffer a fault; `ms` is how long a delay takes. */
  push_fault: act(
    z.object({
      aid: text.optional(),
      device_id: text.optional(),
      event: text.optional(),
      fault: FAULT,
      ms: count.default(200),
      times,
    }),
    ({ faults }, { aid, device_id: deviceId, event, fault, ms, times: left }) => {
      faults.pushes.plan({ aid, deviceId, event }, fault, { times: left, ms });
    },
  ),
  /** Chance decides about every push; without rates none suffers any more, planned ones included. */
  push_chaos: act(
    z.object({
      aid: text.optional(),
      device_id: text.optional(),
      event: text.optional(),
      rates: z
        .object({ drop: rate, duplicate: rate, delay: rate, reorder: rate, misaddress: rate })
        .nullable(),
      max_delay_ms: count.default(200),
      seed: z.number().int().default(1),
    }),
    ({ faults }, { aid, device_id: deviceId, event, rates, max_delay_ms: maxDelayMs, seed }) => {
      if (rates === null) faults.pushes.clear();
      else faults.pushes.setChaos({ aid, deviceId, event, rates, maxDelayMs, seed });
    },
  ),
  /** How long after sending a message may be recalled; null: as configured. */
  recall_window: act(z.object({ ms: count.nullable() }), ({ faults }, { ms }) => {
    faults.recallWindowMs = ms;
  }),
  /** `false`: notifications are not announced at login and go nowhere, as on older gateways. */
  notifications: act(z.object({ up: z.boolean() }), ({ faults }, { up }) => {
    faults.notifications = up;
  }),
};

/** Actions on what the gateway stores and passes on, by name. */
export const dataActions: ReadonlyMap<string, Action> = new Map(
  Object.entries({ ...storageActions, ...streamActions, ...messageActions, ...groupActions }),
);
