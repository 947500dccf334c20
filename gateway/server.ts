import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { CloseCode } from '../shared/aun/errors';
import { issuerProblem } from '../shared/aun/aid';
import { Addresses } from './addresses';
import { AdminControls } from './admin';
import { LoginChallenges } from './auth/challenges';
import { TokenService } from './auth/tokens';
import { CertificateAuthority } from './ca/authority';
import type { GatewayConfig, GatewayOptions } from './config';
import { resolveConfig } from './config';
import type { GatewayContext } from './context';
import { CustodyService } from './custody/service';
import { Faults } from './faults';
import { GroupKeyService } from './group-keys/service';
import { AfterReply } from './groups/after-reply';
import { GroupService } from './groups/service';
import { AdminEndpoint } from './http/admin';
import { HttpRouter } from './http/router';
import { RateLimiter } from './limits';
import { openLog } from './log';
import { MessageDelivery } from './messages/delivery';
import { EphemeralMail } from './messages/ephemeral';
import { ThoughtBoard } from './messages/thoughts';
import { Connection } from './net/connection';
import { Listener } from './net/listener';
import { Dispatcher } from './rpc/dispatcher';
import { GatewayClock } from './runtime';
import { SessionRegistry } from './sessions/registry';
import { ObjectStorage } from './storage/service';
import { ShareLinks } from './storage/shares';
import { GatewayStore } from './store/store';
import { StreamHub } from './streams/hub';
import { StreamPushes } from './streams/push';

/** A gateway that answers. */
export interface RunningGateway {
  readonly port: number;
  /** Port of streams: the same unless they have a listener of their own. */
  readonly streamPort: number;
  /** `ws://host:port/aun`. */
  readonly url: string;
  readonly wss: string;
  readonly http: string;
  readonly https: string;
  /** First hosted issuer. */
  readonly issuer: string;
  readonly issuers: readonly string[];
  /** Path of the root certificate. */
  readonly rootCa: string;
  readonly rootPem: string;
  readonly admin: AdminControls;
  readonly clock: GatewayClock;
  /**
   * Closes every socket with `code` (default 1001, never with the disconnect event), then port and database. Safe to
   * call twice.
   */
  stop(code?: number): Promise<void>;
  /** Ends like a killed process: sockets are cut, the database is left as it is. For tests of recovery. */
  kill(): Promise<void>;
}

const HOUSEKEEPING_MS = 600_000;
const DAY_MS = 24 * 3_600_000;
const STOP_GRACE_MS = 1000;

/**
 * Starts a gateway (`protocol/01 §12`).
 * @throws Error for a bad issuer, a port that is taken or a data folder that cannot be used.
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const config = resolveConfig(options);
  for (const issuer of config.issuers) {
    if (issuerProblem(issuer) !== null || issuer !== issuer.toLowerCase()) {
      throw new Error(`not a valid issuer: ${issuer}`);
    }
  }
  const store = new GatewayStore(config.dataDir);
  try {
    return await run(config, store, options.clock ?? new GatewayClock());
  } catch (error) {
    store.close();
    throw error;
  }
}

async function run(config: GatewayConfig, store: GatewayStore, clock: GatewayClock): Promise<RunningGateway> {
  const authority = await CertificateAuthority.open({
    dataDir: config.dataDir,
    issuers: config.issuers,
    host: config.host,
    certificates: store.certificates,
    now: clock.now(),
    randomSecret: () => randomBytes(32),
  });
  const gateway = createContext(config, store, authority, clock);
  const dispatcher = new Dispatcher(gateway);
  const connections = new Set<Connection>();
  const housekeeping = (): void => keepHouse(gateway);
  const admin = new AdminControls(gateway, housekeeping);
  const endpoint = config.adminToken === null ? null : new AdminEndpoint(admin, config.adminToken);
  const router = new HttpRouter(gateway, endpoint);
  const pushes = new StreamPushes(gateway.streams);
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): boolean =>
    pushes.upgrade(request, socket, head);
  const intercept = (): string | null => gateway.faults.portalAnswer();
  const listener = new Listener(authority.tls, {
    request: (request, response, secure) => router.handle(request, response, secure),
    intercept,
    upgrade: (...given) => config.streamPort === null && upgrade(...given),
    socket: (socket, remote, secure) => {
      const connection = new Connection(gateway, dispatcher, socket, { remote, secure });
      connections.add(connection);
      socket.on('close', () => connections.delete(connection));
    },
  });
  housekeeping();
  const streamListener =
    config.streamPort === null
      ? null
      : new Listener(authority.tls, {
          request: (request, response, secure) => router.handleStream(request, response, secure),
          intercept,
          upgrade,
          socket: (socket) => socket.terminate(),
        });
  const port = await listener.listen(config.port, config.host);
  const streamPort = (await listenForStreams(streamListener, listener, config)) ?? port;
  Object.assign(gateway.addresses, { port, streamPort });
  const timers = [
    setInterval(housekeeping, HOUSEKEEPING_MS),
    setInterval(() => watchSilence(connections, config), config.timings.socketPing),
  ];
  for (const timer of timers) timer.unref();
  gateway.log.info('listening', { port, issuer: config.issuers.join(',') });
  let ended: Promise<void> | null = null;
  const end = (finish: (connection: Connection) => void, graceMs: number): Promise<void> => {
    ended ??= (async () => {
      for (const timer of timers) clearInterval(timer);
      gateway.streams.stop();
      const closing = [...connections].map((connection) => connection.ended);
      for (const connection of connections) finish(connection);
      await Promise.race([Promise.all(closing), delay(graceMs, undefined, { ref: false })]);
      await Promise.all([listener.stop(), streamListener?.stop()]);
      store.close();
      gateway.log.info('stopped');
      gateway.log.close();
    })();
    return ended;
  };
  const authorityPart = `${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`;
  return {
    port,
    streamPort,
    url: `ws://${authorityPart}/aun`,
    wss: `wss://${authorityPart}/aun`,
    http: `http://${authorityPart}`,
    https: `https://${authorityPart}`,
    issuer: config.issuers[0] ?? '',
    issuers: config.issuers,
    rootCa: authority.rootFile,
    rootPem: authority.rootPem,
    admin,
    clock,
    stop: (code = CloseCode.goingAway) =>
      end((connection) => connection.close(code, 'gateway stops'), STOP_GRACE_MS),
    kill: () => end((connection) => connection.drop(), 0),
  };
}

/** The port of streams when they have one of their own; a port that is taken frees the gateway's again. */
async function listenForStreams(
  listener: Listener | null,
  gateway: Listener,
  config: GatewayConfig,
): Promise<number | null> {
  if (listener === null) return null;
  try {
    return await listener.listen(config.streamPort ?? 0, config.host);
  } catch (error) {
    await gateway.stop();
    throw error;
  }
}

function createContext(
  config: GatewayConfig,
  store: GatewayStore,
  authority: CertificateAuthority,
  clock: GatewayClock,
): GatewayContext {
  const sessions = new SessionRegistry(config.quotas);
  const ephemeral = new EphemeralMail(clock, config.timings.queue);
  const addresses = new Addresses();
  const { dataDir, storage: limits } = config;
  const secret = authority.tokenSecret;
  const afterReply = new AfterReply();
  const groupKeys = new GroupKeyService({ store, clock });
  return {
    config,
    clock,
    log: openLog(config.log),
    store,
    authority,
    tokens: new TokenService(store.tokens, authority.tokenSecret, clock, config.timings),
    challenges: new LoginChallenges(clock, config.timings.loginNonce),
    sessions,
    limits: new RateLimiter(config.rateLimits, clock),
    faults: new Faults(config.heartbeatInterval),
    delivery: new MessageDelivery({ store, sessions, clock, timings: config.timings, ephemeral }),
    ephemeral,
    thoughts: new ThoughtBoard(clock),
    custody: new CustodyService({ store, clock, secret }),
    addresses,
    storage: new ObjectStorage({ dataDir, store, sessions, clock, addresses, secret, limits }),
    shares: new ShareLinks({ store, clock, addresses }),
    streams: new StreamHub(clock, config.streams),
    afterReply,
    groupKeys,
    groups: new GroupService({
      store,
      clock,
      sessions,
      afterReply,
      keys: groupKeys,
      limits: config.groups,
    }),
  };
}

/** Retention (`protocol/04 §1.4`), expired tokens, and the sign of life of long connections. */
function keepHouse(gateway: GatewayContext): void {
  const now = gateway.clock.now();
  const before = now - gateway.config.timings.retention;
  gateway.delivery.touchOnline();
  gateway.store.tokens.dropExpired(now);
  gateway.custody.dropExpired();
  gateway.storage.dropExpired();
  gateway.streams.tick();
  gateway.store.inbox.purgeOlderThan(before);
  gateway.store.groups.purgeOlderThan(before);
  gateway.groupKeys.dropExpired();
  // An id stays taken for a day at least, however short the retention is.
  gateway.store.messages.dropOlderThan(Math.min(before, now - DAY_MS));
}

function watchSilence(connections: ReadonlySet<Connection>, config: GatewayConfig): void {
  for (const connection of connections) {
    if (connection.silence > config.timings.socketSilence) connection.drop();
    else connection.ping();
  }
}
