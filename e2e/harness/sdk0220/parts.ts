import type { AuthFlow } from './auth-flow';
import type { DataDir } from './data-dir';
import type { OpenContext } from './envelope';
import { SdkError } from './errors';
import { KeyBook } from './group/key-book';
import { Groups } from './group/service';
import { Inbox } from './inbox';
import { isDict } from './json';
import type { Dict } from './json';
import { Outbox } from './outbox';
import { PeerMaterial } from './peer-material';
import type { PeerMaterialOptions } from './peer-material';
import { ReplayGuard } from './replay-guard';
import type { Timing } from './timing';

export interface PartsInput {
  aid: string;
  deviceId: string;
  slotId: string;
  gatewayUrl: string;
  data: DataDir;
  network: PeerMaterialOptions['network'];
  verifier: PeerMaterialOptions['verifier'];
  timing: Timing;
  auth: AuthFlow;
  replayWindowSeconds: number;
  requireForwardSecrecy: boolean;
  uptimeSeconds: () => number;
  call: (method: string, params: Dict) => Promise<unknown>;
  emit: (event: string, data: Dict) => void;
  openContext: (peers: PeerMaterial) => OpenContext;
  prekeyUsed: (prekeyId: string) => void;
}

/** What works while a client is connected. */
export interface Parts {
  peers: PeerMaterial;
  inbox: Inbox;
  outbox: Outbox;
  groups: Groups;
  stop: () => void;
}

/** Puts the parts of a connected client together. */
export function buildParts(input: PartsInput): Parts {
  const { aid, deviceId, slotId, data, timing, auth, call, emit, uptimeSeconds } = input;
  const now = (): number => timing.now();
  const identity = () => auth.identity(aid);
  const stopping = new AbortController();
  const cursorKey = (name: string): string => `${deviceId}|${slotId}|${name}`;
  const loadCursor = (name: string): number => data.load(aid).cursors[cursorKey(name)] ?? 0;
  const saveCursor = (name: string, seq: number): void => {
    data.update(aid, (record) => {
      record.cursors[cursorKey(name)] = seq;
    });
  };
  const { network, verifier, gatewayUrl } = input;
  const peers = new PeerMaterial({ ownAid: aid, gatewayUrl, data, network, verifier, now, call });
  const openContext = (): OpenContext => input.openContext(peers);
  const outbox = new Outbox({
    ownAid: aid,
    deviceId,
    call,
    emit,
    data,
    peers,
    identity,
    openContext,
    requireForwardSecrecy: input.requireForwardSecrecy,
    now,
    uptimeSeconds,
  });
  const bareCall = async (method: string, params: Dict): Promise<Dict> => {
    const result = await call(method, params);
    if (!isDict(result)) throw new SdkError('SerializationError', 'result is not an object');
    return result;
  };
  const groups = new Groups({
    ownAid: aid,
    deviceId,
    slotId,
    timing,
    // Every group call names the instance, an empty slot included.
    call: (method, params) => bareCall(method, { device_id: deviceId, slot_id: slotId, ...params }),
    bareCall,
    tell: async (to, payload) => {
      await outbox.send({ to, payload, persist_required: true });
    },
    peers,
    identity,
    book: new KeyBook(data, aid, now),
    emit,
    loadCursor,
    saveCursor,
    stopped: stopping.signal,
  });
  const inbox = new Inbox({
    ownAid: aid,
    deviceId,
    slotId,
    startCursor: loadCursor(`p2p:${aid}`),
    call,
    emit,
    peers,
    guard: new ReplayGuard({ windowSeconds: input.replayWindowSeconds, now }),
    now,
    uptimeSeconds,
    openContext,
    persistCursor: (seq) => {
      saveCursor(`p2p:${aid}`, seq);
    },
    prekeyUsed: input.prekeyUsed,
    onControl: (payload) =>
      groups.recovery.onControl(payload).catch((error: unknown) => {
        if (!stopping.signal.aborted) emit('e2ee.orchestration_error', { stage: 'control', error });
      }),
  });
  const stop = (): void => {
    stopping.abort();
    groups.stop();
  };
  return { peers, inbox, outbox, groups, stop };
}
