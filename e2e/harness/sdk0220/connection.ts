import { isAuthError } from './auth-flow';
import type { AuthFlow } from './auth-flow';
import { SdkError, isSdkError, messageOf } from './errors';
import { Heartbeat } from './heartbeat';
import { gatewayHttp, httpGet } from './http';
import type { NetworkOptions } from './http';
import { isDict, numberOf, textOf } from './json';
import type { Dict } from './json';
import type { Timing } from './timing';
import { Transport } from './transport';

export type ConnectionState =
  | 'idle'
  | 'connecting'
  | 'authenticating'
  | 'connected'
  | 'disconnected'
  | 'reconnecting'
  | 'terminal_failed'
  | 'closed';

export interface ConnectOptions {
  slotId?: string;
  connectionKind?: 'long' | 'short';
  shortTtlMs?: number;
  /** Default true. */
  autoReconnect?: boolean;
  /** Seconds; `maxAttempts` 0 = without limit. */
  retry?: { initialDelay?: number; maxDelay?: number; maxAttempts?: number };
  deliveryMode?: Dict;
  extraInfo?: Dict;
  /** Announced capabilities, default those of 0.2.20. */
  capabilities?: Dict;
}

export interface ConnectionOptions {
  aid: string;
  deviceId: string;
  auth: AuthFlow;
  network: NetworkOptions;
  timing: Timing;
  callTimeoutMs: number;
  closeWaitMs: number;
  connect: ConnectOptions;
  /** Set by `gateway.disconnect` and never cleared for the life of the client object. */
  kicked: { value: boolean };
  emit: (event: string, data: Dict) => void;
  onEvent: (name: string, params: Dict) => void;
  /** What the gateway put beside a result. */
  onMeta: (meta: Dict) => void;
  /** Runs after every successful (re)connect. */
  onOnline: () => Promise<void>;
}

/** Close codes after which the SDK never reconnects (protocol/01 §5.8). */
const TERMINAL_CODES = new Set([4001, 4003, 4008, 4009, 4010, 4011, 4012, 4013, 4014, 4015]);
const TERMINAL_ERRORS = ['PermissionError', 'ValidationError', 'StateError'] as const;

/** The session of protocol/01 §5: login on the main socket, heartbeat, and the long-winded reconnect of 0.2.20. */
export class Connection {
  state: ConnectionState = 'idle';
  /** Parameters of the last hello. */
  hello: Dict = {};
  connectedAt = 0;
  readonly #options: ConnectionOptions;
  readonly #heartbeat: Heartbeat;
  #transport: Transport | null = null;
  #gateway = '';
  #token = '';
  #stop = new AbortController();
  #cancelRefresh: (() => void) | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const dead = (): void => {
      const transport = this.#transport;
      void transport?.close();
      this.#onLost(undefined);
    };
    this.#heartbeat = new Heartbeat(options.timing, () => this.call('meta.ping', {}), dead);
  }

  get heartbeatSeconds(): number {
    return this.#heartbeat.seconds;
  }

  /** First connect: exactly this token, once; a refusal goes to the caller. */
  async connect(token: string, gateway: string): Promise<Dict> {
    if (this.state !== 'idle' && this.state !== 'closed' && this.state !== 'disconnected') {
      throw new SdkError('StateError', `connect not allowed in state ${this.state}`);
    }
    this.#stop = new AbortController();
    this.#gateway = gateway;
    this.#token = token;
    try {
      const nonce = await this.#openSocket();
      this.hello = await this.#hello(nonce, token);
    } catch (error) {
      this.#setState('idle', { error: messageOf(error) });
      await this.#transport?.close();
      throw error;
    }
    await this.#online();
    return this.hello;
  }

  call(method: string, params: Dict): Promise<unknown> {
    if (!this.#transport) {
      return Promise.reject(new SdkError('ConnectionError', 'client is not connected', { retryable: true }));
    }
    return this.#transport.call(method, params, this.#options.callTimeoutMs);
  }

  /** Cuts the socket without a close frame, for tests. */
  drop(): void {
    this.#transport?.drop();
  }

  /** Sends a raw frame, for tests. */
  sendRaw(text: string): void {
    this.#transport?.sendRaw(text);
  }

  async disconnect(): Promise<void> {
    await this.#end('disconnected');
  }

  async close(): Promise<void> {
    await this.#end('closed');
  }

  async #end(state: ConnectionState): Promise<void> {
    this.#stop.abort();
    this.#stopTasks();
    this.#setState(state);
    const transport = this.#transport;
    this.#transport = null;
    await transport?.close();
  }

  async #openSocket(): Promise<string> {
    const { network, callTimeoutMs, closeWaitMs, emit } = this.#options;
    this.#setState('connecting', { gateway: this.#gateway });
    const transport = new Transport({ network, callTimeoutMs, closeWaitMs });
    this.#transport = transport;
    transport.on('event', (name: string, params: Dict) => {
      if (name === 'gateway.disconnect') this.#options.kicked.value = true;
      this.#options.onEvent(name, params);
    });
    transport.on('meta', (meta: Dict) => {
      this.#options.onMeta(meta);
    });
    transport.on('notification', (frame: Dict) => {
      emit('notification', frame);
    });
    transport.on('bad-frame', (error: Error) => {
      emit('connection.error', { error });
    });
    transport.on('lost', (code: number) => {
      if (this.#transport === transport) this.#onLost(code);
    });
    const challenge = await transport.connect(this.#gateway);
    const nonce = textOf(challenge['nonce']);
    if (!nonce) throw new SdkError('AuthError', 'gateway challenge missing nonce');
    this.#setState('authenticating');
    return nonce;
  }

  async #hello(nonce: string, token: string): Promise<Dict> {
    const { deviceId, connect } = this.#options;
    const short = connect.connectionKind === 'short';
    const ttl = connect.shortTtlMs ?? 0;
    const result = await this.call('auth.connect', {
      nonce,
      auth: { method: 'kite_token', token },
      protocol: { min: '1.0', max: '1.0' },
      device: { id: deviceId, type: 'sdk' },
      client: { slot_id: connect.slotId ?? '' },
      delivery_mode: connect.deliveryMode ?? { mode: 'fanout', routing: '', affinity_ttl_ms: 0 },
      capabilities: connect.capabilities ?? { e2ee: true, group_e2ee: true },
      ...(connect.extraInfo && Object.keys(connect.extraInfo).length > 0
        ? { extra_info: connect.extraInfo }
        : {}),
      ...(short ? { options: { kind: 'short', ...(ttl > 0 ? { short_ttl_ms: ttl } : {}) } } : {}),
    });
    if (!isDict(result) || result['status'] !== 'ok')
      throw new SdkError('AuthError', 'auth.connect was not ok');
    this.#token = token;
    return result;
  }

  async #online(): Promise<void> {
    const { auth, aid, connect, timing, onOnline } = this.#options;
    auth.rememberAccessToken(aid, connect.slotId ?? '', this.#token);
    this.connectedAt = timing.now();
    this.#setState('connected', { gateway: this.#gateway });
    if (connect.connectionKind !== 'short') {
      this.#heartbeat.adopt(this.hello);
      this.#heartbeat.start();
      this.#watchToken(0);
    }
    await onOnline();
  }

  /** The four strategies on one socket and one nonce (protocol/01 §5.5); only `AuthError` moves on. */
  async #reconnectSession(nonce: string): Promise<Dict> {
    const { auth, aid, connect } = this.#options;
    const slot = connect.slotId ?? '';
    const strategies: (() => Promise<string | null>)[] = [
      () => Promise.resolve(this.#token || null),
      () => Promise.resolve(auth.cachedToken(aid, slot)),
      async () => (await auth.refresh(aid, slot)).access_token,
      async () => (await auth.authenticate(aid, slot)).access_token,
    ];
    let last: unknown = new SdkError('AuthError', 'no credentials');
    for (const strategy of strategies) {
      try {
        const token = await strategy();
        if (token !== null) return await this.#hello(nonce, token);
      } catch (error) {
        if (!isAuthError(error)) throw error;
        last = error;
      }
    }
    throw last;
  }

  #onLost(code: number | undefined): void {
    if (this.state !== 'connected') return;
    this.#stopTasks();
    if (this.#options.kicked.value) {
      this.#setState('terminal_failed', { reason: 'server kicked', code });
      return;
    }
    if (code !== undefined && TERMINAL_CODES.has(code)) {
      this.#setState('terminal_failed', { reason: `close code ${String(code)}`, code });
      return;
    }
    this.#setState('disconnected', { code });
    if (this.#options.connect.autoReconnect === false) return;
    void this.#reconnect(code !== undefined && code !== 1000 && code !== 1006);
  }

  /** Back-off of protocol/01 §5.9; its pauses go through the injected timing. */
  async #reconnect(serverInitiated: boolean): Promise<void> {
    const { timing, network, connect, emit } = this.#options;
    const stop = this.#stop.signal;
    const stopped = (): boolean => stop.aborted;
    const retry = connect.retry ?? {};
    const limit = retry.maxAttempts ?? 0;
    const clamp = (value: number, high: number): number => Math.min(high, Math.max(1000, value));
    const maxBase = clamp((retry.maxDelay ?? 64) * 1000, 64_000);
    let delay = clamp(serverInitiated ? 16_000 : (retry.initialDelay ?? 1) * 1000, maxBase);
    for (let attempt = 1; limit === 0 || attempt <= limit; attempt += 1) {
      this.#setState('reconnecting', { attempt });
      await timing.sleep(delay + timing.random() * maxBase, stop);
      if (stopped()) return;
      const health = await httpGet(gatewayHttp(this.#gateway, '/health'), network, 5000).catch(() => null);
      if (stopped()) return;
      if (health?.status !== 200) {
        delay = Math.min(2 * delay, maxBase);
        continue;
      }
      // Waiting calls are rejected only now, and a dead socket is waited for in vain.
      await this.#transport?.close();
      if (stopped()) return;
      try {
        const nonce = await this.#openSocket();
        this.hello = await this.#reconnectSession(nonce);
        if (stopped()) return;
        await this.#online();
        return;
      } catch (error) {
        if (stopped()) return;
        emit('connection.error', { error, attempt });
        if (isTerminal(error)) {
          this.#setState('terminal_failed', { error: messageOf(error) });
          return;
        }
        delay = Math.min(2 * delay, maxBase);
      }
    }
    this.#setState('terminal_failed', { reason: 'max_attempts_exhausted' });
  }

  /** Looks every 30 s whether less than 1800 s are left; three refused refreshes end in a reconnect. */
  #watchToken(failures: number): void {
    const { auth, aid, connect, timing, emit } = this.#options;
    const slot = connect.slotId ?? '';
    this.#cancelRefresh = timing.after(30_000, () => {
      const state = auth.instance(aid, slot);
      const expires = state.access_token_expires_at;
      const due = expires !== undefined && state.refresh_token && expires - timing.now() / 1000 <= 1800;
      const attempt = due ? auth.refresh(aid, slot) : Promise.resolve(null);
      attempt
        .then((fresh) => {
          if (fresh) {
            this.#token = fresh.access_token;
            emit('token.refreshed', { aid, expires_at: fresh.expires_at });
          }
          if (this.state === 'connected') this.#watchToken(0);
        })
        .catch((error: unknown) => {
          const refused = isAuthError(error) ? failures + 1 : failures;
          if (refused < 3) {
            if (this.state === 'connected') this.#watchToken(refused);
            return;
          }
          emit('token.refresh_exhausted', {
            aid,
            consecutive_failures: numberOf(refused),
            last_error: messageOf(error),
          });
          this.#onLost(undefined);
        });
    });
  }

  #stopTasks(): void {
    this.#heartbeat.stop();
    this.#cancelRefresh?.();
    this.#cancelRefresh = null;
  }

  #setState(state: ConnectionState, extra: Dict = {}): void {
    this.state = state;
    this.#options.emit('connection.state', { state, ...extra });
  }
}

/** Which failure of an attempt ends the reconnect for good (protocol/01 §5.9). */
function isTerminal(error: unknown): boolean {
  if (isAuthError(error)) {
    const text = messageOf(error);
    return !text.includes('aid_login1_failed') && !text.includes('aid_login2_failed');
  }
  if (TERMINAL_ERRORS.some((name) => isSdkError(error, name))) return true;
  if (isSdkError(error, 'ConnectionError') || isSdkError(error, 'TimeoutError')) return false;
  return error instanceof SdkError && !error.retryable;
}
