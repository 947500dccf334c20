import { sign } from 'node:crypto';
import { z } from 'zod';
import { AunError } from '../../runtime/errors';
import type { Random } from '../../runtime/runtime';
import { portalError } from '../captive-portal';
import type {
  HostTarget,
  HttpRequest,
  HttpResponse,
  NetworkEdge,
  WireSocket,
  WireSocketHandlers,
} from '../edge';
import type { ManualTime } from './manual-time';
import type { TestPki } from './test-pki';

const frameSchema = z.object({
  id: z.string(),
  method: z.string(),
  params: z.looseObject({
    aid: z.string().optional(),
    client_nonce: z.string().optional(),
    request_id: z.string().optional(),
    refresh_token: z.string().optional(),
    nonce: z.string().optional(),
    auth: z.object({ token: z.string() }).optional(),
    device: z.object({ id: z.string() }).optional(),
  }),
});
type Params = z.infer<typeof frameSchema>['params'];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ACCESS_LIFE_S = 3600;
const REFRESH_LIFE_MS = 7 * DAY_MS;
const CHAIN_LIFE_MS = 30 * DAY_MS;
const HANDSHAKE_MS = 30_000;

/** An error reply. */
class Refusal extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** One connection as the gateway sees it. */
interface Connection {
  device: string;
  readonly end: (code: number) => void;
  readonly event: (name: string, params: unknown) => void;
  /** Neither side hears of the other any more, and nobody says so. */
  cut: boolean;
  /** The client asked to close it. */
  left: boolean;
}

/** What is the matter with the world at the moment. */
export interface Conditions {
  /** The computer has a network. */
  network: boolean;
  /** The network lets through what is not its own sign-in page. */
  portal: boolean;
  /** The gateway runs. */
  up: boolean;
  healthy: boolean;
  tokenService: 'well' | 'busy' | 'silent' | 'login fails for now';
  /** Pongs are not answered. */
  deaf: boolean;
  slowestMs: number;
}

export const FINE: Readonly<Conditions> = {
  network: true,
  portal: false,
  up: true,
  healthy: true,
  tokenService: 'well',
  deaf: false,
  slowestMs: 400,
};

/** A gateway in memory that keeps tokens, certificates and displacement the way `protocol/01` says, in a world that breaks. */
export class ChaosGateway implements NetworkEdge {
  conditions: Conditions = { ...FINE };
  readonly connections = new Set<Connection>();
  /** Broken promises of the clients. */
  readonly complaints: string[] = [];
  readonly counts = new Map<string, number>();
  /** Certificates that can be handed out, by AID, the one that lasts longest last. */
  readonly certificates = new Map<string, { readonly pem: string; readonly notAfter: number }[]>();
  readonly #access = new Map<string, { readonly aid: string; readonly until: number }>();
  readonly #refresh = new Map<
    string,
    { readonly aid: string; readonly until: number; readonly chainUntil: number }
  >();
  readonly #logins = new Map<string, string>();
  #serial = 0;

  constructor(
    readonly time: ManualTime,
    readonly pki: TestPki,
    readonly random: Random,
  ) {}

  get live(): Connection[] {
    return [...this.connections].filter((each) => each.device !== '');
  }

  /** The gateway forgets what it granted. */
  expire(what: 'access' | 'refresh'): void {
    (what === 'access' ? this.#access : this.#refresh).clear();
  }

  /** The wires go dead without a word. */
  cutAll(): void {
    for (const connection of this.connections) connection.cut = true;
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    this.#count(`http ${request.path}`);
    const { network, portal, up, healthy } = this.conditions;
    return new Promise((resolve, reject) => {
      this.#later(() => {
        if (!network) reject(new AunError('network_unreachable', 'no network', { retryable: true }));
        else if (portal) resolve({ status: 200, headers: {}, body: Buffer.from('<html>sign in</html>') });
        else if (!up) reject(new AunError('gateway_unreachable', 'nobody there', { retryable: true }));
        else resolve({ status: healthy ? 200 : 503, headers: {}, body: Buffer.from('{}') });
      });
    });
  }

  openSocket(target: HostTarget, _path: string, handlers: WireSocketHandlers): WireSocket {
    this.#count('open');
    let over = false;
    const nonce = `nonce-${this.#next()}`;
    const hear = (frame: unknown): void => {
      if (!over && !connection.cut) handlers.message(JSON.stringify(frame));
    };
    const close = (code: number): void => {
      if (over) return;
      over = true;
      cancelHandshake();
      this.connections.delete(connection);
      handlers.closed(code, '');
    };
    const connection: Connection = {
      device: '',
      cut: false,
      left: false,
      end: (code) => {
        // A cut wire brings no close frame; the client finds out by itself.
        if (!connection.cut) close(code);
      },
      event: (name, params) => hear({ jsonrpc: '2.0', method: `event/${name}`, params }),
    };
    const cancelHandshake = this.time.after(HANDSHAKE_MS, () => {
      if (connection.device === '') connection.end(4008);
    });
    const { network, portal, up } = this.conditions;
    const refused = !network
      ? new AunError('network_unreachable', 'no network', { retryable: true })
      : portal
        ? portalError(target)
        : up
          ? null
          : new AunError('gateway_unreachable', 'nobody there', { retryable: true });
    this.connections.add(connection);
    this.#later(() => {
      if (over) return;
      if (refused === null) {
        hear({ jsonrpc: '2.0', method: 'challenge', params: { nonce } });
        return;
      }
      handlers.failed(refused);
      close(1006);
    });
    return {
      send: (text) => {
        const { id, method, params } = frameSchema.parse(JSON.parse(text));
        this.#count(method);
        this.#later(() => {
          if (over || connection.cut) return;
          this.#answer(connection, nonce, method, params, (reply) => hear({ jsonrpc: '2.0', id, ...reply }));
        });
      },
      close: (code) => {
        connection.left = true;
        this.#later(() => connection.end(code));
      },
      terminate: () => {
        connection.left = true;
        close(1006);
      },
    };
  }

  #answer(
    connection: Connection,
    nonce: string,
    method: string,
    params: Params,
    reply: (frame: { result: unknown } | { error: unknown }) => void,
  ): void {
    const silent =
      (method === 'meta.ping' && this.conditions.deaf) ||
      (method !== 'auth.connect' && method.startsWith('auth.') && this.conditions.tokenService === 'silent');
    if (silent) return;
    try {
      reply({ result: this.#result(connection, nonce, method, params) });
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      reply({ error: { code: thrown.code, message: thrown.message } });
    }
  }

  #result(connection: Connection, nonce: string, method: string, params: Params): unknown {
    const now = this.time.world();
    if (method === 'meta.ping') return { pong: true, timestamp: now / 1000, heartbeat_interval: 600 };
    if (method === 'auth.connect') {
      if (params.nonce !== nonce) throw new Refusal(4010, 'nonce invalid or expired');
      const token = this.#access.get(params.auth?.token ?? '');
      if (token === undefined || token.until < now) throw new Refusal(4001, 'token invalid or expired');
      this.#admit(connection, params.device?.id ?? '');
      return { status: 'ok', server_time: now / 1000, heartbeat_interval: 600 };
    }
    if (this.conditions.tokenService === 'busy') throw new Refusal(5003, 'busy');
    if (method === 'auth.refresh_token') return this.#exchange(params.refresh_token ?? '');
    if (this.conditions.tokenService === 'login fails for now')
      throw new Refusal(-32001, `${method.slice(5)}_failed`);
    if (method === 'auth.aid_login1') return this.#begin(params);
    const aid = this.#logins.get(params.request_id ?? '');
    this.#logins.delete(params.request_id ?? '');
    if (aid === undefined) throw new Refusal(-32001, 'nonce invalid or expired');
    if (method === 'auth.aid_login2') return this.#login(aid);
    if (method === 'auth.renew_cert') return this.#renew(aid);
    throw new Refusal(-32601, 'method not found');
  }

  #begin(params: Params): unknown {
    const id = `request-${this.#next()}`;
    this.#logins.set(id, params.aid ?? '');
    return {
      request_id: id,
      nonce: `login-${id}`,
      auth_cert: this.pki.authority.pem,
      client_nonce_signature: sign(
        'sha256',
        Buffer.from(params.client_nonce ?? ''),
        this.pki.authority.key,
      ).toString('base64'),
      server_time: this.time.world() / 1000,
    };
  }

  #login(aid: string): unknown {
    const [active] = this.certificates.get(aid) ?? [];
    if (active !== undefined && active.notAfter < this.time.world())
      throw new Refusal(-32001, 'certificate expired');
    return this.#grant(aid, this.time.world() + CHAIN_LIFE_MS);
  }

  #renew(aid: string): unknown {
    const held = this.certificates.get(aid) ?? [];
    const next = held.findIndex((each) => each.notAfter > this.time.world() + 4 * DAY_MS);
    if (next > 0) held.splice(0, next);
    return { status: 'renewed', cert: held[0]?.pem };
  }

  #exchange(refreshToken: string): unknown {
    const known = this.#refresh.get(refreshToken);
    this.#refresh.delete(refreshToken);
    if (known === undefined || Math.min(known.until, known.chainUntil) < this.time.world())
      return { success: false, error: 'invalid_or_expired_refresh_token', relogin_required: true };
    return { success: true, ...this.#grant(known.aid, known.chainUntil) };
  }

  #grant(aid: string, chainUntil: number): Record<string, unknown> {
    const now = this.time.world();
    const access = `access-${this.#next()}`;
    const refresh = `refresh-${this.#next()}`;
    this.#access.set(access, { aid, until: now + ACCESS_LIFE_S * 1000 });
    this.#refresh.set(refresh, { aid, until: now + REFRESH_LIFE_MS, chainUntil });
    return { access_token: access, refresh_token: refresh, expires_in: ACCESS_LIFE_S };
  }

  /** A long connection displaces the one before it (`protocol/01 §5.7`); a client of ours has never two at once. */
  #admit(connection: Connection, device: string): void {
    for (const other of this.live) {
      if (other.device !== device) continue;
      if (!other.left) this.complaints.push(`${device} has two connections at ${this.time.world()}`);
      this.connections.delete(other);
      other.end(4009);
    }
    connection.device = device;
    this.#count('online');
  }

  #later(task: () => void): void {
    this.time.after(this.random.unit() * this.conditions.slowestMs, task);
  }

  #next(): number {
    this.#serial += 1;
    return this.#serial;
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}
