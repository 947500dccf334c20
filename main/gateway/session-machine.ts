import type { BlockedReason, Problem, SessionState } from '../../shared/model/account';
import type { Verdict } from './verdicts';

/** State of one session; `advance` makes the next one. All times are Unix ms. */
export interface MachineState {
  readonly phase: SessionState;
  readonly since: number;
  readonly blocked: BlockedReason | null;
  readonly problem: Problem | null;
  /** Failures in a row since the session was last online for a while. */
  readonly failures: number;
  readonly retryAt: number | null;
  readonly gatewayUrl: string | null;
  readonly notice: Readonly<Record<string, string>> | null;
  /** The one automatic retry after a rejected challenge has been spent. */
  readonly retriedOnce: boolean;
  /** When the attempt under way began. */
  readonly attemptSince: number;
}

export type MachineInput =
  /** Wants to be online from now on; leaves a block alone. */
  | { readonly kind: 'start' }
  /** Wants to be online now, whatever the state says. */
  | { readonly kind: 'connectNow' }
  | { readonly kind: 'stop' }
  /** The waiting time is over. */
  | { readonly kind: 'timer' }
  /** The network changed or the computer woke up. */
  | { readonly kind: 'wake' }
  | { readonly kind: 'progress'; readonly phase: AttemptPhase; readonly gatewayUrl: string | null }
  | { readonly kind: 'connected'; readonly gatewayUrl: string }
  /** The attempt under way failed. */
  | { readonly kind: 'failed'; readonly verdict: Verdict }
  /** The authenticated connection ended. */
  | { readonly kind: 'ended'; readonly verdict: Verdict };

export type AttemptPhase = 'discovering' | 'authenticating' | 'connecting';

/** What the driver has to do after a step. */
export type MachineEffect =
  /** Start an attempt; `healthGate`: ask `/health` first, as before every reconnect. */
  | { readonly kind: 'attempt'; readonly healthGate: boolean }
  /** Give up the attempt under way, if any. */
  | { readonly kind: 'abandon' }
  /** Close the authenticated connection, if any. */
  | { readonly kind: 'disconnect' }
  /** Find out whether the connection is still alive. */
  | { readonly kind: 'probe' };

export interface MachineStep {
  readonly state: MachineState;
  readonly effects: readonly MachineEffect[];
}

/** Facts the pure step takes from outside: the clock and one random number in [0, 1). */
export interface StepFacts {
  readonly now: number;
  readonly unit: number;
}

/** Back-off limits in ms (`protocol/01 §5.9`, recommended schedule). */
const FIRST_DELAY_MS = 1_000;
const LEAST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const SERVER_DELAY_MS = { least: 2_000, most: 5_000 } as const;
/** A connection that held this long ends a row of failures. */
const STABLE_MS = 30_000;
/** A block that may heal by itself is looked at again after this, in ms. */
const SLOW_DELAY_MS = { least: 45_000, most: 75_000 } as const;
/** A wake-up restarts an attempt only if it hangs for longer than this. */
const FRESH_ATTEMPT_MS = 2_000;

export function initialState(now: number): MachineState {
  return {
    phase: 'idle',
    since: now,
    blocked: null,
    problem: null,
    failures: 0,
    retryAt: null,
    gatewayUrl: null,
    notice: null,
    retriedOnce: false,
    attemptSince: now,
  };
}

/** Waiting time before the retry after `failures` failures in a row: 0.5 to 1 s first, doubling to 30 s, full jitter. */
export function backoffDelay(failures: number, pace: 'own' | 'server', unit: number): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 10));
  const own = LEAST_DELAY_MS + unit * (ceiling - LEAST_DELAY_MS);
  const server = between(SERVER_DELAY_MS, unit);
  return Math.round(pace === 'server' ? Math.max(own, server) : own);
}

export function isAttempting(phase: SessionState): phase is AttemptPhase {
  return phase === 'discovering' || phase === 'authenticating' || phase === 'connecting';
}

/** Waits for a time, also where only somebody outside can help: a sign-in page may have been dealt with meanwhile. */
function isWaiting(state: MachineState): boolean {
  const { phase } = state;
  return (phase === 'offline' || phase === 'backing-off' || phase === 'blocked') && state.retryAt !== null;
}

function between(limits: { readonly least: number; readonly most: number }, unit: number): number {
  return limits.least + unit * (limits.most - limits.least);
}

function begin(state: MachineState, now: number, before: readonly MachineEffect[] = []): MachineStep {
  return {
    state: {
      ...state,
      phase: 'discovering',
      since: now,
      attemptSince: now,
      blocked: null,
      retryAt: null,
      notice: null,
    },
    effects: [...before, { kind: 'attempt', healthGate: state.failures > 0 }],
  };
}

function settle(state: MachineState, verdict: Verdict, facts: StepFacts): MachineStep {
  const { action } = verdict;
  const problem: Problem = { code: verdict.code, detail: verdict.detail };
  const notice = verdict.notice;
  if (action.kind === 'block' && !(action.once && !state.retriedOnce))
    return {
      state: {
        ...state,
        phase: 'blocked',
        since: facts.now,
        blocked: action.reason,
        problem,
        retryAt: action.slowly === true ? facts.now + Math.round(between(SLOW_DELAY_MS, facts.unit)) : null,
        notice,
      },
      effects: [],
    };
  const failures = state.failures + 1;
  const delay =
    action.kind === 'retry'
      ? Math.max(action.atLeastMs, backoffDelay(failures, action.pace, facts.unit))
      : backoffDelay(failures, 'own', facts.unit);
  return {
    state: {
      ...state,
      phase: action.kind === 'offline' ? 'offline' : 'backing-off',
      since: facts.now,
      blocked: null,
      problem,
      failures,
      retryAt: facts.now + delay,
      notice,
      retriedOnce: state.retriedOnce || action.kind === 'block',
    },
    effects: [],
  };
}

const unchanged = (state: MachineState): MachineStep => ({ state, effects: [] });

function wake(state: MachineState, now: number): MachineStep {
  if (state.phase === 'online') return { state, effects: [{ kind: 'probe' }] };
  if (isWaiting(state)) return begin(state, now);
  // Distrust often comes from the network in between; another network deserves another look.
  if (state.phase === 'blocked' && state.blocked === 'gateway_not_trusted') return begin(state, now);
  // A clock that was set back makes every attempt look young.
  const age = now - state.attemptSince;
  if (isAttempting(state.phase) && (age > FRESH_ATTEMPT_MS || age < 0))
    return begin(state, now, [{ kind: 'abandon' }]);
  return unchanged(state);
}

/** The whole session as one pure function: from a state and an input to the next state and what to do. */
export function advance(state: MachineState, input: MachineInput, facts: StepFacts): MachineStep {
  const { now } = facts;
  switch (input.kind) {
    case 'start':
      return state.phase === 'idle' || (state.phase === 'offline' && state.retryAt === null)
        ? begin(state, now)
        : unchanged(state);
    case 'connectNow':
      return isAttempting(state.phase) || state.phase === 'online'
        ? unchanged(state)
        : begin({ ...state, failures: 0, retriedOnce: false, problem: null }, now);
    case 'stop':
      return {
        state: { ...initialState(now), phase: 'offline', gatewayUrl: state.gatewayUrl },
        effects: [{ kind: 'abandon' }, { kind: 'disconnect' }],
      };
    case 'timer':
      return isWaiting(state) ? begin(state, now) : unchanged(state);
    case 'wake':
      return wake(state, now);
    case 'progress':
      if (!isAttempting(state.phase)) return unchanged(state);
      return unchanged({
        ...state,
        phase: input.phase,
        since: input.phase === state.phase ? state.since : now,
        gatewayUrl: input.gatewayUrl ?? state.gatewayUrl,
      });
    case 'connected':
      if (!isAttempting(state.phase)) return { state, effects: [{ kind: 'disconnect' }] };
      return unchanged({
        ...state,
        phase: 'online',
        since: now,
        blocked: null,
        problem: null,
        retryAt: null,
        notice: null,
        retriedOnce: false,
        gatewayUrl: input.gatewayUrl,
      });
    case 'failed':
      return isAttempting(state.phase) ? settle(state, input.verdict, facts) : unchanged(state);
    case 'ended': {
      if (state.phase !== 'online') return unchanged(state);
      const held = now - state.since;
      const failures = held >= STABLE_MS || held < 0 ? 0 : state.failures;
      return settle({ ...state, failures }, input.verdict, facts);
    }
  }
}
