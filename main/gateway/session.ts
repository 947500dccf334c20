import type { SessionSnapshot } from '../../shared/model/account';
import type { SessionInspection } from '../../shared/model/connection';
import type { Certificate } from '../ports/identity';
import type { Session } from '../ports/session';
import { AunError, toAunError } from '../runtime/errors';
import type { Disposer } from '../runtime/runtime';
import { Attempt, connect } from './connect';
import type { ConnectContext, Connected } from './connect';
import { Errands } from './errands';
import { Heartbeat } from './heartbeat';
import type { Pong } from './heartbeat';
import { inspectSession } from './inspection';
import type { Live } from './inspection';
import { Listeners } from './listeners';
import { refreshTokens } from './login';
import type { SocketEnd } from './rpc-socket';
import { SessionLog } from './session-log';
import { advance, initialState, isAttempting } from './session-machine';
import type { MachineEffect, MachineInput, MachineState } from './session-machine';
import { ownProfileTag } from './reply-meta';
import { createShortCaller } from './short-call';
import { TokenRefresher } from './token-refresher';
import { verdictOfEnd, verdictOfError } from './verdicts';

/** An attempt that takes longer is given up, whatever it waits for, in ms. */
const ATTEMPT_LIMIT_MS = 120_000;
/** The connection is not answering any more although nobody closed it. */
const SILENT_END: SocketEnd = {
  code: 1006,
  notice: null,
  error: new AunError('connection_closed', 'the gateway stopped answering', { retryable: true }),
};
/** A clock difference that moved by more than this, in ms, is told to listeners. */
const SKEW_NEWS_MS = 10_000;
/** Longest PEM that is kept for the viewer, in characters. */
const MAX_CERTIFICATE_LENGTH = 16 * 1024;
const REFRESH_EXHAUSTED_END: SocketEnd = {
  code: 1000,
  notice: null,
  error: new AunError('token_expired', 'the gateway no longer refreshes our tokens', { retryable: true }),
};

/** A session that also hears of the computer's network and sleep. */
export interface GatewaySession extends Session {
  /** The operating system reports another network: looks at once whether the connection lives, or tries again. */
  networkChanged(): void;
  /** The computer woke from sleep. */
  resumed(): void;
}

/**
 * Drives {@link advance}: starts attempts, timers, heartbeat and token refresh, and tells listeners. All decisions are the
 * machine's; this class only carries them out.
 */
export class DrivenSession implements GatewaySession {
  readonly #context: ConnectContext;
  readonly #changes: Listeners<[SessionSnapshot]>;
  readonly #events: Listeners<[string, unknown]>;
  readonly #onlines: Listeners<[]>;
  readonly #profileTags: Listeners<[string]>;
  readonly #errands: Errands;
  readonly #log = new SessionLog();
  #state: MachineState;
  #attempt: Attempt | null = null;
  #live: Live | null = null;
  #cancelRetry: Disposer = () => undefined;
  #scheduledRetry: number | null = null;
  #skewMs: number | null = null;
  #roundTripMs: number | null = null;
  #authority: string | null = null;
  #profileTag: string | null = null;
  #closing: Promise<unknown> = Promise.resolve();
  readonly #inputs: MachineInput[] = [];
  #advancing = false;

  constructor(parts: Omit<ConnectContext, 'authorityShown'>) {
    const context: ConnectContext = {
      ...parts,
      authorityShown: (pem) => {
        this.#authority = pem.slice(0, MAX_CERTIFICATE_LENGTH);
      },
    };
    this.#context = context;
    this.#errands = new Errands(context, {
      liveUrl: () => this.#live?.connected.gatewayUrl ?? null,
      skewMs: () => this.clockSkewMs(),
    });
    const { logger } = context.runtime;
    this.#changes = new Listeners(logger, 'session.change');
    this.#events = new Listeners(logger, 'session.event');
    this.#onlines = new Listeners(logger, 'session.online');
    this.#profileTags = new Listeners(logger, 'session.profile-tag');
    this.#state = initialState(context.runtime.clock.now());
  }

  snapshot(): SessionSnapshot {
    const state = this.#state;
    return {
      state: state.phase,
      since: state.since,
      blocked: state.blocked,
      problem: state.problem,
      attempt: state.phase === 'online' ? 0 : state.failures,
      retryAt: state.retryAt,
      gatewayUrl: state.gatewayUrl,
      clockSkewMs: this.#skewMs,
      roundTripMs: this.#roundTripMs,
      notice: state.notice === null ? null : { ...state.notice },
    };
  }

  onChange(listener: (snapshot: SessionSnapshot) => void): Disposer {
    return this.#changes.add(listener);
  }

  onEvent(listener: (name: string, params: unknown) => void): Disposer {
    return this.#events.add(listener);
  }

  onOnline(listener: () => void): Disposer {
    return this.#onlines.add(listener);
  }

  call(
    method: string,
    params: Readonly<Record<string, unknown>>,
    options?: { timeoutMs?: number },
  ): Promise<unknown> {
    if (this.#live === null)
      return Promise.reject(
        new AunError('connection_closed', `${method}: not online`, { retryable: true, detail: { method } }),
      );
    return this.#live.connected.socket.call(method, params, options);
  }

  notify(method: string, params: Readonly<Record<string, unknown>>): void {
    this.#live?.connected.socket.notify(method, params);
  }

  passesNotifications(): boolean {
    return this.#live?.connected.passesNotifications ?? false;
  }

  clockSkewMs(): number {
    return this.#skewMs ?? 0;
  }

  inspect(): SessionInspection {
    return inspectSession({
      context: this.#context,
      state: this.#state,
      live: this.#live,
      log: this.#log,
      skewMs: this.#skewMs,
      roundTripMs: this.#roundTripMs,
    });
  }

  authServerCertificate(): string | null {
    return this.#authority;
  }

  accessToken(): Promise<string> {
    return this.#errands.accessToken();
  }

  onOwnProfileTag(listener: (etag: string) => void): Disposer {
    return this.#profileTags.add(listener);
  }

  renewal(): ReturnType<Session['renewal']> {
    return this.#errands.renewal.status();
  }

  renewCertificate(): Promise<void> {
    return this.#errands.renewCertificate();
  }

  rekey(newPublicKeySpki: string): Promise<Certificate> {
    return this.#errands.rekey(newPublicKeySpki);
  }

  start(): void {
    this.#dispatch({ kind: 'start' });
  }

  connectNow(): void {
    this.#dispatch({ kind: 'connectNow' });
  }

  async stop(): Promise<void> {
    this.#dispatch({ kind: 'stop' });
    await this.#closing;
  }

  networkChanged(): void {
    this.#dispatch({ kind: 'wake' });
  }

  resumed(): void {
    this.#dispatch({ kind: 'wake' });
  }

  /** Steps the machine; inputs that arrive while listeners run wait for their turn. */
  #dispatch(input: MachineInput): void {
    this.#inputs.push(input);
    if (this.#advancing) return;
    this.#advancing = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) this.#step(next);
    } finally {
      this.#advancing = false;
    }
  }

  #step(input: MachineInput): void {
    const { clock, random, logger } = this.#context.runtime;
    const before = this.#state;
    const { state, effects } = advance(before, input, { now: clock.now(), unit: random.unit() });
    this.#state = state;
    if (state.phase !== before.phase)
      logger.log('info', 'session.state', {
        from: before.phase,
        to: state.phase,
        blocked: state.blocked,
        problem: state.problem?.code ?? null,
        detail: state.problem?.detail ?? null,
      });
    if (state !== before) this.#log.note(state);
    for (const effect of effects) this.#perform(effect);
    this.#scheduleRetry();
    if (state !== before) this.#changes.tell(this.snapshot());
  }

  #perform(effect: MachineEffect): void {
    switch (effect.kind) {
      case 'attempt':
        this.#beginAttempt(effect.healthGate);
        break;
      case 'abandon':
        this.#abandon();
        break;
      case 'disconnect':
        if (this.#live !== null) this.#retire(this.#live);
        break;
      case 'probe':
        this.#live?.heartbeat.probe();
        this.#live?.refresher.wake();
        break;
    }
  }

  #scheduleRetry(): void {
    const { retryAt } = this.#state;
    if (retryAt === this.#scheduledRetry) return;
    this.#scheduledRetry = retryAt;
    this.#cancelRetry();
    if (retryAt === null) return;
    const { clock, scheduler } = this.#context.runtime;
    this.#cancelRetry = scheduler.after(Math.max(0, retryAt - clock.now()), () => {
      this.#dispatch({ kind: 'timer' });
    });
  }

  #abandon(): void {
    const attempt = this.#attempt;
    this.#attempt = null;
    if (attempt !== null) this.#closing = Promise.all([this.#closing, attempt.cancel()]);
  }

  #beginAttempt(healthGate: boolean): void {
    const attempt = new Attempt((phase, gatewayUrl) => {
      if (this.#attempt === attempt) this.#dispatch({ kind: 'progress', phase, gatewayUrl });
    });
    this.#attempt = attempt;
    const cancelLimit = this.#context.runtime.scheduler.after(ATTEMPT_LIMIT_MS, () => {
      this.#attemptFailed(
        attempt,
        new AunError('request_timeout', 'connecting took too long', { retryable: true }),
      );
    });
    connect(this.#context, attempt, healthGate).then(
      (connected) => {
        cancelLimit();
        this.#connected(attempt, connected);
      },
      (thrown: unknown) => {
        cancelLimit();
        this.#attemptFailed(attempt, toAunError(thrown));
      },
    );
  }

  #attemptFailed(attempt: Attempt, error: AunError): void {
    if (this.#attempt !== attempt) return;
    this.#abandon();
    const skew = error.code === 'clock_skew' ? error.detail['skewMs'] : undefined;
    if (typeof skew === 'number') this.#skewMs = skew;
    this.#dispatch({ kind: 'failed', verdict: verdictOfError(error) });
  }

  #connected(attempt: Attempt, connected: Connected): void {
    const { socket } = connected;
    if (this.#attempt !== attempt || !isAttempting(this.#state.phase)) {
      this.#closeSocket(socket.close());
      return;
    }
    this.#attempt = null;
    this.#skewMs = connected.skewMs ?? this.#skewMs;
    this.#roundTripMs = connected.roundTripMs;
    socket.deliverMeta((meta) => this.#hearMeta(meta));
    const live: Live = {
      connected,
      heartbeat: this.#startHeartbeat(connected),
      refresher: this.#startRefresher(connected),
    };
    this.#live = live;
    this.#errands.renewal.online();
    this.#dispatch({ kind: 'connected', gatewayUrl: connected.gatewayUrl });
    // A listener may have stopped the session already.
    if (this.#live !== live) return;
    this.#onlines.tell();
    socket.deliverEvents((name, params) => {
      if (this.#live === live) this.#events.tell(name, params);
    });
    void socket.ended.then((end) => this.#ended(live, end));
  }

  #hearMeta(meta: unknown): void {
    const etag = ownProfileTag(meta);
    if (etag === null || etag === this.#profileTag) return;
    this.#profileTag = etag;
    this.#profileTags.tell(etag);
  }

  #startHeartbeat(connected: Connected): Heartbeat {
    const { socket, heartbeatSeconds } = connected;
    const { runtime } = this.#context;
    return new Heartbeat({
      caller: socket,
      runtime,
      announcedSeconds: heartbeatSeconds,
      pong: (pong) => {
        this.#roundTripMs = pong.roundTripMs;
        this.#measuredSkew(pong);
      },
      lost: () => {
        const live = this.#live;
        if (live?.connected === connected) this.#ended(live, SILENT_END);
      },
    });
  }

  /** A coarse measurement replaces a finer one only when they contradict each other; a clock that was set is news. */
  #measuredSkew(pong: Pong): void {
    const before = this.#skewMs;
    if (pong.skewMs === null) return;
    const moved = before === null ? Infinity : Math.abs(pong.skewMs - before);
    if (moved <= pong.toleranceMs) return;
    this.#skewMs = pong.skewMs;
    if (moved > SKEW_NEWS_MS) this.#changes.tell(this.snapshot());
  }

  #startRefresher(connected: Connected): TokenRefresher {
    const { runtime, edge, directory, tokens } = this.#context;
    return new TokenRefresher({
      tokens,
      runtime,
      refresh: (refreshToken) =>
        refreshTokens(
          this.#context,
          createShortCaller(edge, runtime, directory.network, connected.gatewayUrl),
          refreshToken,
        ),
      exhausted: () => {
        const live = this.#live;
        if (live?.connected === connected) this.#ended(live, REFRESH_EXHAUSTED_END);
      },
    });
  }

  /** The connection of `live` is over, because the socket ended or because we give it up. */
  #ended(live: Live, end: SocketEnd): void {
    if (this.#live !== live) return;
    this.#retire(live);
    this.#dispatch({ kind: 'ended', verdict: verdictOfEnd(end) });
  }

  #retire(live: Live): void {
    this.#live = null;
    this.#errands.renewal.offline();
    live.heartbeat.stop();
    live.refresher.stop();
    this.#closeSocket(live.connected.socket.close());
  }

  #closeSocket(closing: Promise<void>): void {
    this.#closing = Promise.all([this.#closing, closing]);
  }
}
