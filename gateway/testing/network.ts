import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { GatewayOptions } from '../config';
import type { RunningGateway } from '../server';
import { startGateway } from '../server';
import { jsonObject } from '../wire/frames';
import { TestIdentity } from './identity';
import { field, ReplyError, TestSocket } from './socket';

const login1Schema = z.object({
  request_id: z.string(),
  nonce: z.string(),
  client_nonce_signature: z.string(),
  auth_cert: z.string(),
});
const login2Schema = z.looseObject({
  access_token: z.string(),
  refresh_token: z.string(),
  expires_in: z.number(),
  new_cert: z.string().optional(),
  active_cert: z.string().optional(),
});
export type Login = z.infer<typeof login2Schema>;

/** How a test connects. */
export interface ConnectChoice {
  readonly device?: string;
  readonly slot?: string;
  readonly delivery?: JsonObject;
  readonly short?: number | true;
  readonly extra?: JsonObject;
  readonly capabilities?: JsonObject;
  readonly token?: string;
  readonly secure?: boolean;
}

/** A connected test client. */
export class TestClient {
  readonly identity: TestIdentity;
  readonly socket: TestSocket;
  readonly hello: JsonObject;
  readonly #gateway: RunningGateway;

  constructor(identity: TestIdentity, socket: TestSocket, hello: JsonObject, gateway: RunningGateway) {
    this.identity = identity;
    this.socket = socket;
    this.hello = hello;
    this.#gateway = gateway;
  }

  call(method: string, params: JsonObject = {}): Promise<JsonObject> {
    return this.socket.call(method, params);
  }

  /** Rows of one page. */
  async pull(afterSeq = 0, limit = 100): Promise<JsonObject[]> {
    const result = await this.call('message.pull', { after_seq: afterSeq, limit });
    return z.array(z.custom<JsonObject>()).parse(result['messages']);
  }

  /** Sends clear text. */
  text(to: string, text: string, more: JsonObject = {}): Promise<JsonObject> {
    return this.call('message.send', { to, payload: { type: 'text', text }, ...more });
  }

  /** Closes and waits until the gateway knows. */
  async leave(): Promise<void> {
    this.socket.close();
    await this.socket.closed;
    const own = field(jsonObject.parse(this.hello['identity']), 'module_id');
    const connected = (): string[] => this.#gateway.admin.sessions(this.identity.aid).map(({ id }) => id);
    await vi.waitFor(() => expect(connected()).not.toContain(own));
  }
}

/** A gateway in this process with a folder of its own, and users made on demand. */
export class TestNetwork {
  readonly dataDir: string;
  gateway: RunningGateway;
  readonly #options: Partial<GatewayOptions>;
  readonly #logins = new Map<string, Login>();
  readonly identities = new Map<string, TestIdentity>();

  private constructor(dataDir: string, gateway: RunningGateway, options: Partial<GatewayOptions>) {
    this.dataDir = dataDir;
    this.gateway = gateway;
    this.#options = options;
  }

  static async start(options: Partial<GatewayOptions> = {}): Promise<TestNetwork> {
    const dataDir = mkdtempSync(join(tmpdir(), 'aun-gateway-'));
    return new TestNetwork(dataDir, await startGateway({ ...options, dataDir }), options);
  }

  /** Starts again on the same data, by default on the same port. */
  async restart(options: Partial<GatewayOptions> = {}): Promise<void> {
    const { port } = this.gateway;
    this.gateway = await startGateway({ port, ...this.#options, ...options, dataDir: this.dataDir });
  }

  async dispose(): Promise<void> {
    await this.gateway.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** A fresh short socket for one call, like the SDKs make. */
  async short(method: string, params: JsonObject): Promise<JsonObject> {
    const socket = await TestSocket.open(this.gateway.url);
    try {
      await socket.nonce();
      return await socket.call(method, params);
    } finally {
      socket.close();
    }
  }

  /** Registers an AID of the first issuer (or a full address). */
  async register(name: string): Promise<TestIdentity> {
    const aid = name.includes('.') ? name : `${name}.${this.gateway.issuer}`;
    const identity = new TestIdentity(aid);
    const result = await this.short('auth.create_aid', {
      aid,
      public_key: identity.publicKey,
      curve: 'P-256',
    });
    identity.cert = field(result, 'cert');
    this.#logins.delete(aid);
    this.identities.set(aid, identity);
    return identity;
  }

  /** First login step. */
  async login1(identity: TestIdentity): Promise<z.infer<typeof login1Schema>> {
    const reply = await this.short('auth.aid_login1', {
      aid: identity.aid,
      cert: identity.cert,
      client_nonce: 'Y2xpZW50LW5vbmNl',
    });
    return login1Schema.parse(reply);
  }

  /** Both login steps. */
  async login(identity: TestIdentity): Promise<Login> {
    const { request_id: requestId, nonce } = await this.login1(identity);
    const time = String(this.gateway.clock.now() / 1000);
    const reply = await this.short('auth.aid_login2', {
      aid: identity.aid,
      request_id: requestId,
      nonce,
      client_time: time,
      signature: identity.sign(`${nonce}:${time}`),
    });
    const login = login2Schema.parse(reply);
    this.#logins.set(identity.aid, login);
    return login;
  }

  /** Params of `auth.connect`. */
  connectParams(nonce: string, token: string, choice: ConnectChoice = {}): JsonObject {
    return {
      nonce,
      auth: { method: 'kite_token', token },
      protocol: { min: '1.0', max: '1.0' },
      device: { id: choice.device ?? 'device-1', type: 'sdk' },
      client: { slot_id: choice.slot ?? '' },
      delivery_mode: choice.delivery ?? { mode: 'fanout', routing: '', affinity_ttl_ms: 0 },
      capabilities: choice.capabilities ?? { e2ee: true, group_e2ee: true },
      ...(choice.extra === undefined ? {} : { extra_info: choice.extra }),
      ...(choice.short === undefined
        ? {}
        : { options: { kind: 'short', ...(choice.short === true ? {} : { short_ttl_ms: choice.short }) } }),
    };
  }

  /** Logs in when needed and connects. @throws ReplyError when the gateway refuses. */
  async connect(identity: TestIdentity, choice: ConnectChoice = {}): Promise<TestClient> {
    const token =
      choice.token ?? (this.#logins.get(identity.aid) ?? (await this.login(identity))).access_token;
    const { url, wss, rootPem } = this.gateway;
    const socket = choice.secure === true ? await TestSocket.open(wss, rootPem) : await TestSocket.open(url);
    const hello = await socket.call('auth.connect', this.connectParams(await socket.nonce(), token, choice));
    return new TestClient(identity, socket, hello, this.gateway);
  }

  /** Registers and connects in one go. */
  async join(name: string, choice: ConnectChoice = {}): Promise<TestClient> {
    return this.connect(await this.register(name), choice);
  }
}

/** The error reply of a call that must fail. @throws Error when it succeeds. */
export async function failure(call: Promise<unknown>): Promise<ReplyError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ReplyError) return error;
    throw error;
  }
  throw new Error('the call succeeded');
}
