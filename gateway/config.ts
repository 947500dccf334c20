import type { GatewayClock } from './runtime';

/** How strictly `client_signature` is checked (`protocol/01 §12` item 10). */
export type SignatureMode = 'off' | 'warn' | 'enforce';

/** Limits on connections (`protocol/01 §5.7`). */
export interface Quotas {
  /** Devices with long connections for one AID. */
  readonly devices: number;
  /** Long slots of one device. */
  readonly slots: number;
  /** Short connections of one instance. */
  readonly shortConnections: number;
}

/** A token bucket: `perSecond` refill, `burst` capacity. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** The buckets the gateway knows (`protocol/04 §7.1`; the account ones are ours). */
export interface RateLimits {
  readonly send: RateLimit;
  readonly createAid: RateLimit;
  readonly login: RateLimit;
  /** `group.send` of an AID. */
  readonly groupSend: RateLimit;
  /** Other changes of groups by an AID. */
  readonly groupChange: RateLimit;
  /** `group.request_join` and `group.use_invite_code` of an AID: codes must not be guessed. */
  readonly groupJoin: RateLimit;
  readonly groupRead: RateLimit;
}

/** Limits of groups (`protocol/05 §11`); times in ms. */
export interface GroupLimits {
  readonly members: number;
  /** Groups one AID may be in. */
  readonly groupsPerAid: number;
  /** Codes of one group that still work. */
  readonly codes: number;
  readonly announcementLength: number;
  readonly requestLifetime: number;
  readonly codeLifetime: number;
  /** How long members may still read after the end of a group. */
  readonly grace: number;
  /** Largest push with content, in bytes; above it there is a notice. */
  readonly pushBytes: number;
}

/** Delays and lifetimes, all in milliseconds. */
export interface Timings {
  /** From the upgrade to the challenge (`protocol/01 §4.2`). */
  readonly challenge: number;
  /** From the upgrade to a successful `auth.connect`. */
  readonly handshake: number;
  readonly accessToken: number;
  readonly refreshToken: number;
  readonly refreshChain: number;
  readonly refreshGrace: number;
  readonly loginNonce: number;
  /** Stored rows (`protocol/04 §1.4`). */
  readonly retention: number;
  /** Rows of queue mode. */
  readonly queue: number;
  /** Device without upload and connection. */
  readonly deviceExpiry: number;
  readonly recallWindow: number;
  readonly socketPing: number;
  readonly socketSilence: number;
}

/** Limits of storage in bytes (`protocol/06 §1.1`). */
export interface StorageLimits {
  /** Decoded content inside a call. */
  readonly inlineBytes: number;
  readonly objectBytes: number;
  /** For each owner; 0 for any number. */
  readonly quotaBytes: number;
}

/** Limits of streams (`protocol/04 §14`); times in ms. */
export interface StreamLimits {
  /** Streams that are not closed, of all creators together. */
  readonly active: number;
  /** Pullers of one stream. */
  readonly pullers: number;
  /** Frames kept for late joiners unless the creator names a number. */
  readonly bufferFrames: number;
  /** Bytes kept for late joiners at most. */
  readonly bufferBytes: number;
  /** Without push and pull. */
  readonly idle: number;
  /** After the pusher has gone. */
  readonly pusherOffline: number;
  readonly keepAlive: number;
  /** How long a closed stream can be replayed. */
  readonly replay: number;
  /** How long a closed stream is known. */
  readonly memory: number;
}

/** What a caller may choose; everything but `dataDir` has a default. */
export interface GatewayOptions {
  /** TCP port, 0 for any free one. */
  readonly port?: number;
  readonly host?: string;
  /** Hosted issuers; the first answers for bare addresses. */
  readonly issuers?: readonly string[];
  /** Folder for the database and the CA. Created when missing. */
  readonly dataDir: string;
  readonly signatures?: SignatureMode;
  /** `true` for the default numbers, an object to change some, absent for no limits. */
  readonly rateLimit?: boolean | Partial<RateLimits>;
  /** Opens the admin endpoint on loopback when set. */
  readonly adminToken?: string;
  /** `none`, `stderr` or a file. */
  readonly log?: string;
  readonly quotas?: Partial<Quotas>;
  readonly timings?: Partial<Timings>;
  /** Seconds, sent in hello and pong when set. */
  readonly heartbeatInterval?: number;
  /** `auth.rekey` revokes the old certificate instead of keeping it for verification. */
  readonly revokeOnRekey?: boolean;
  /** Thought heads kept for each conversation and sender (`protocol/04 §3.6`). */
  readonly thoughtHeads?: number;
  readonly storage?: Partial<StorageLimits>;
  /** A port of its own for streams, 0 for any free one; absent: they are served on the gateway's port. */
  readonly streamPort?: number;
  readonly streams?: Partial<StreamLimits>;
  readonly groups?: Partial<GroupLimits>;
  readonly clock?: GatewayClock;
}

/** Options with every default filled in. */
export interface GatewayConfig {
  readonly port: number;
  readonly host: string;
  readonly issuers: readonly string[];
  readonly dataDir: string;
  readonly signatures: SignatureMode;
  readonly rateLimits: RateLimits | null;
  readonly adminToken: string | null;
  readonly log: string;
  readonly quotas: Quotas;
  readonly timings: Timings;
  readonly heartbeatInterval: number | null;
  readonly revokeOnRekey: boolean;
  readonly thoughtHeads: number | null;
  readonly storage: StorageLimits;
  readonly streamPort: number | null;
  readonly streams: StreamLimits;
  readonly groups: GroupLimits;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Frames above this are refused with close 1009 (`protocol/01 §4.1`), in bytes. */
export const MAX_FRAME_BYTES = 4 * 1024 * 1024;
/** Largest `payload` of a message as UTF-8 JSON, in bytes (`protocol/04 §7`). */
export const MAX_PAYLOAD_BYTES = 1_048_576;
/** Rows of one `message.pull` page in bytes; with the rest of the frame this stays below 1 MiB (`protocol/04 §3.2`). */
export const MAX_PAGE_BYTES = 1_048_576 - 4096;

const DEFAULT_TIMINGS: Timings = {
  challenge: 25,
  handshake: 30_000,
  accessToken: HOUR,
  refreshToken: 7 * DAY,
  refreshChain: 30 * DAY,
  refreshGrace: MINUTE,
  loginNonce: MINUTE,
  retention: 30 * DAY,
  queue: 5 * MINUTE,
  deviceExpiry: 30 * DAY,
  recallWindow: 2 * MINUTE,
  socketPing: 30_000,
  socketSilence: 75_000,
};

const DEFAULT_STORAGE: StorageLimits = { inlineBytes: 65_536, objectBytes: 10_485_760, quotaBytes: 0 };

const DEFAULT_STREAMS: StreamLimits = {
  active: 200,
  pullers: 32,
  bufferFrames: 10_000,
  bufferBytes: 8 * 1024 * 1024,
  idle: 5 * MINUTE,
  pusherOffline: 2 * MINUTE,
  keepAlive: 10_000,
  replay: 5 * MINUTE,
  memory: 15 * MINUTE,
};

const DEFAULT_LIMITS: RateLimits = {
  send: { perSecond: 500, burst: 5000 },
  createAid: { perSecond: 1, burst: 60 },
  login: { perSecond: 5, burst: 120 },
  groupSend: { perSecond: 20, burst: 40 },
  groupChange: { perSecond: 5, burst: 20 },
  groupJoin: { perSecond: 1 / 6, burst: 10 },
  groupRead: { perSecond: 100, burst: 200 },
};

const DEFAULT_GROUPS: GroupLimits = {
  members: 500,
  groupsPerAid: 500,
  codes: 100,
  announcementLength: 4000,
  requestLifetime: DAY,
  codeLifetime: 7 * DAY,
  grace: 7 * DAY,
  pushBytes: 256 * 1024,
};

/** Fills in the defaults. */
export function resolveConfig(options: GatewayOptions): GatewayConfig {
  const limits = options.rateLimit ?? false;
  return {
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    issuers: options.issuers === undefined || options.issuers.length === 0 ? ['aun.test'] : options.issuers,
    dataDir: options.dataDir,
    signatures: options.signatures ?? 'enforce',
    rateLimits: limits === false ? null : { ...DEFAULT_LIMITS, ...(limits === true ? {} : limits) },
    adminToken: options.adminToken === undefined || options.adminToken === '' ? null : options.adminToken,
    log: options.log ?? 'none',
    quotas: { devices: 10, slots: 10, shortConnections: 10, ...options.quotas },
    timings: { ...DEFAULT_TIMINGS, ...options.timings },
    heartbeatInterval: options.heartbeatInterval ?? null,
    revokeOnRekey: options.revokeOnRekey ?? false,
    thoughtHeads: options.thoughtHeads ?? null,
    storage: { ...DEFAULT_STORAGE, ...options.storage },
    streamPort: options.streamPort ?? null,
    streams: { ...DEFAULT_STREAMS, ...options.streams },
    groups: { ...DEFAULT_GROUPS, ...options.groups },
  };
}
