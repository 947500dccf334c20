import { helloSchema } from '../../shared/aun/wire';
import type { ErrorCode } from '../../shared/bridge/errors';
import { WireCode } from '../../shared/aun/errors';
import { AunError, RpcError, toAunError } from '../runtime/errors';
import type { RpcCaller } from '../ports/session';
import { probeHealth } from './discovery';
import type { GatewayDirectory } from './discovery';
import type { NetworkEdge } from './edge';
import { deliveryModeOnWire } from './delivery-mode';
import type { DeliveryMode } from './delivery-mode';
import { readHelloFacts } from './hello-facts';
import type { HelloFacts } from './hello-facts';
import { ConnectionClosedError } from './rpc-socket';
import type { RpcSocket } from './rpc-socket';
import type { AttemptPhase } from './session-machine';
import { createShortCaller, openSocket } from './short-call';
import { gatewayTarget } from './targets';
import { grantByRefresh, grantBySignIn, isAuthRefusal } from './token-grants';
import type { GrantContext } from './token-grants';

/** Who connects and how it introduces itself (`protocol/01 §5.1`). */
export interface ConnectContext extends GrantContext {
  readonly edge: NetworkEdge;
  readonly directory: GatewayDirectory;
  readonly deviceId: string;
  readonly slotId: string;
  readonly deliveryMode: DeliveryMode;
  /** Free facts that a session which displaces us, or is displaced by us, gets to see. */
  readonly extraInfo: Readonly<Record<string, string | number>>;
}

/** One attempt under way; the session may cancel it at any moment. */
export class Attempt {
  readonly #sockets = new Set<RpcSocket>();
  readonly #report: (phase: AttemptPhase, gatewayUrl: string | null) => void;
  #cancelled = false;

  constructor(report: (phase: AttemptPhase, gatewayUrl: string | null) => void) {
    this.#report = report;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  progress(phase: AttemptPhase, gatewayUrl: string | null): void {
    this.check();
    this.#report(phase, gatewayUrl);
  }

  /** @throws AunError `cancelled` */
  check(): void {
    if (this.#cancelled)
      throw new AunError('cancelled', 'the attempt to connect was given up', { retryable: true });
  }

  hold(socket: RpcSocket): void {
    this.#sockets.add(socket);
    void socket.ended.then(() => this.#sockets.delete(socket));
    if (this.#cancelled) void socket.close();
  }

  /** Hands a socket over: cancelling no longer closes it. */
  release(socket: RpcSocket): void {
    this.#sockets.delete(socket);
  }

  /** Closes what the attempt holds open; resolves when all of it is closed. */
  async cancel(): Promise<void> {
    this.#cancelled = true;
    await Promise.all([...this.#sockets].map((socket) => socket.close()));
  }
}

/** An authenticated connection. */
export interface Connected {
  readonly socket: RpcSocket;
  readonly gatewayUrl: string;
  /** Seconds, as announced; null when the gateway announced none. */
  readonly heartbeatSeconds: number | null;
  /** Gateway clock minus ours in ms, or null. */
  readonly skewMs: number | null;
  readonly roundTripMs: number;
  readonly facts: HelloFacts;
  /** The gateway takes notifications for others (`protocol/04 §10.1`). */
  readonly passesNotifications: boolean;
}

/** Failures of one gateway that leave hope in the next one of the list. */
const TRY_NEXT = new Set<ErrorCode>([
  'gateway_unreachable',
  'network_unreachable',
  'gateway_unhealthy',
  'request_timeout',
  'connection_closed',
  'tls_failed',
  'gateway_not_trusted',
  'server_busy',
  'captive_portal',
]);

/** Failures of the network in between, whichever gateway is asked. */
const OUTSIDE = new Set<ErrorCode>(['network_unreachable', 'captive_portal', 'clock_skew']);

/** Failures that say: this is not the gateway it should be. */
const STRANGER = new Set<ErrorCode>(['tls_failed', 'gateway_not_trusted', 'protocol_error']);

/**
 * Gets online on the first gateway of the list that lets us (`protocol/01 §5`). When all fail, the failure that leaves most hope
 * is thrown, so that one broken gateway does not block a session that another one could carry. Where remembered gateways turn
 * out to be strangers, discovery is asked at once whether they moved.
 * @throws AunError as {@link verdictOfError} judges it
 */
export async function connect(
  context: ConnectContext,
  attempt: Attempt,
  healthGate: boolean,
): Promise<Connected> {
  try {
    return await connectToAny(context, attempt, healthGate);
  } catch (thrown) {
    const error = toAunError(thrown);
    if (attempt.cancelled || !STRANGER.has(error.code)) throw error;
    attempt.progress('discovering', null);
    if (!(await context.directory.lookAgain())) throw error;
    return connectToAny(context, attempt, healthGate);
  }
}

async function connectToAny(
  context: ConnectContext,
  attempt: Attempt,
  healthGate: boolean,
): Promise<Connected> {
  const { directory, edge } = context;
  attempt.progress('discovering', null);
  const urls = await directory.list();
  const failures: AunError[] = [];
  for (const url of urls) {
    attempt.check();
    try {
      if (healthGate) {
        attempt.progress('discovering', url);
        await probeHealth(edge, directory.network, url);
      }
      const connected = await connectTo(context, attempt, url);
      directory.reportSuccess();
      return connected;
    } catch (thrown) {
      const error = await directory.explain(gatewayTarget(directory.network, url), thrown);
      if (attempt.cancelled || !mayTryNext(error)) {
        if (STRANGER.has(error.code)) directory.reportFailure();
        throw error;
      }
      failures.push(error);
    }
  }
  // Where nothing gets through, no gateway is to blame.
  if (!failures.some((failure) => OUTSIDE.has(failure.code))) directory.reportFailure();
  throw (
    failures.find((failure) => failure.retryable) ??
    failures[0] ??
    new AunError('discovery_failed', 'no gateway is known', { retryable: true })
  );
}

function mayTryNext(error: AunError): boolean {
  const told =
    error instanceof ConnectionClosedError && (error.end.notice !== null || error.end.code >= 4000);
  return !told && TRY_NEXT.has(error.code);
}

/** One way to a token; null: this way is closed. */
type Strategy = () => Promise<string | null>;

async function connectTo(context: ConnectContext, attempt: Attempt, url: string): Promise<Connected> {
  const short = heldCaller(context, attempt, url);
  let socket: RpcSocket | null = null;
  let tried: string | null = null;
  let refusal: AunError | null = null;
  try {
    for (const strategy of strategies(context, attempt, short, url)) {
      const token = await strategy();
      attempt.check();
      if (token === null || token === tried) continue;
      tried = token;
      if (socket?.isOpen !== true) {
        attempt.progress('connecting', url);
        socket = openSocket(context.edge, context.runtime, context.directory.network, url);
        attempt.hold(socket);
      }
      try {
        const connected = await authenticate(context, attempt, socket, token, url);
        attempt.release(socket);
        return connected;
      } catch (thrown) {
        if (!refusesToken(thrown)) throw thrown;
        refusal = toAunError(thrown);
        await context.tokens.rejected(token);
      }
    }
    throw refusal ?? new AunError('sign_in_failed', 'no way to sign in is left');
  } catch (thrown) {
    closeQuietly(context, socket);
    throw thrown;
  }
}

function closeQuietly(context: ConnectContext, socket: RpcSocket | null): void {
  socket?.close().catch((cause: unknown) => {
    context.runtime.logger.log('debug', 'socket.close.failed', { cause });
  });
}

/** Short sockets that are closed with the attempt. */
function heldCaller(context: ConnectContext, attempt: Attempt, url: string): RpcCaller {
  const caller = createShortCaller(context.edge, context.runtime, context.directory.network, url, (socket) =>
    attempt.hold(socket),
  );
  return {
    call: (method, params, options) => {
      attempt.check();
      return caller.call(method, params, options);
    },
  };
}

/** The ways to a token in the order of `protocol/01 §5.5`; only a refusal moves on to the next. */
function strategies(context: ConnectContext, attempt: Attempt, short: RpcCaller, url: string): Strategy[] {
  return [
    () => context.tokens.usableAccess(),
    async () => {
      const refreshToken = (await context.tokens.current())?.refreshToken ?? null;
      if (refreshToken === null) return null;
      attempt.progress('authenticating', url);
      return grantByRefresh(context, short, refreshToken);
    },
    async () => {
      attempt.progress('authenticating', url);
      return grantBySignIn(context, short);
    },
  ];
}

/** Whether `auth.connect` failed because of the token: by a reply, or by a gateway that closes instead (`protocol/01 §15`). */
function refusesToken(thrown: unknown): boolean {
  if (thrown instanceof ConnectionClosedError) return thrown.end.code === 4001 && thrown.end.notice === null;
  return thrown instanceof RpcError && thrown.wireCode !== WireCode.nonceInvalid && isAuthRefusal(thrown);
}

async function authenticate(
  context: ConnectContext,
  attempt: Attempt,
  socket: RpcSocket,
  token: string,
  url: string,
): Promise<Connected> {
  const { nonce } = await socket.challenge;
  attempt.progress('connecting', url);
  const { clock } = context.runtime;
  const sentAt = clock.monotonic();
  const answer = await socket.call('auth.connect', {
    nonce,
    auth: { method: 'kite_token', token },
    protocol: { min: '1.0', max: '1.0' },
    device: { id: context.deviceId, type: 'sdk' },
    client: { slot_id: context.slotId },
    delivery_mode: deliveryModeOnWire(context.deliveryMode),
    capabilities: { e2ee: true, group_e2ee: true },
    extra_info: context.extraInfo,
  });
  const roundTripMs = Math.max(0, clock.monotonic() - sentAt);
  const hello = helloSchema.safeParse(answer);
  if (!hello.success || hello.data.status !== 'ok')
    throw new AunError(
      'protocol_error',
      'the gateway answered auth.connect with something else than a hello',
    );
  attempt.check();
  const { server_time: serverTime, heartbeat_interval: heartbeat, capabilities } = hello.data;
  socket.announceMessageSize(capabilities?.features?.max_message_size ?? 0);
  return {
    socket,
    gatewayUrl: url,
    heartbeatSeconds: heartbeat ?? null,
    skewMs: serverTime === undefined ? null : Math.round(serverTime * 1000 + roundTripMs / 2 - clock.now()),
    roundTripMs: Math.round(roundTripMs),
    facts: readHelloFacts(answer),
    passesNotifications: capabilities?.features?.notify === true,
  };
}
