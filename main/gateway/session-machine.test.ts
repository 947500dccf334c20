import { describe, expect, it } from 'vitest';
import { blockedReasonSchema } from '../../shared/model/account';
import { advance, backoffDelay, initialState } from './session-machine';
import type { MachineInput, MachineState } from './session-machine';
import type { Verdict } from './verdicts';

const NOW = 1_000_000;
const retry: Verdict = {
  action: { kind: 'retry', pace: 'own', atLeastMs: 0 },
  code: 'gateway_unreachable',
  detail: 'x',
  notice: null,
};
const block: Verdict = {
  action: { kind: 'block', reason: 'signed_in_elsewhere', once: false },
  code: 'connection_closed',
  detail: 'x',
  notice: { host: 'laptop' },
};
const challenge: Verdict = {
  action: { kind: 'block', reason: 'challenge_rejected', once: true },
  code: 'sign_in_failed',
  detail: 'x',
  notice: null,
};
const noNetwork: Verdict = {
  action: { kind: 'offline' },
  code: 'network_unreachable',
  detail: 'x',
  notice: null,
};

/** Plays inputs at times (ms after NOW). */
function play(...inputs: (MachineInput & { at?: number })[]): { state: MachineState; effects: string[] } {
  let state = initialState(NOW);
  let effects: string[] = [];
  for (const input of inputs) {
    const step = advance(state, input, { now: NOW + (input.at ?? 0), unit: 0.5 });
    state = step.state;
    effects = step.effects.map((effect) => effect.kind);
  }
  return { state, effects };
}

const start: MachineInput = { kind: 'start' };
const connected: MachineInput = { kind: 'connected', gatewayUrl: 'ws://127.0.0.1/aun' };
const failed = (verdict: Verdict): MachineInput => ({ kind: 'failed', verdict });
const ended = (verdict: Verdict): MachineInput => ({ kind: 'ended', verdict });

describe('the session machine', () => {
  it('starts one attempt and follows its progress', () => {
    expect(play(start)).toMatchObject({ state: { phase: 'discovering' }, effects: ['attempt'] });
    expect(play(start, start).effects).toEqual([]);
    expect(play(start, { kind: 'connectNow' }).effects).toEqual([]);
    const { state } = play(start, { kind: 'progress', phase: 'authenticating', gatewayUrl: 'u' });
    expect(state).toMatchObject({ phase: 'authenticating', gatewayUrl: 'u' });
    expect(play(start, connected).state).toMatchObject({ phase: 'online', problem: null, retryAt: null });
  });

  it('asks for the health gate before reconnects only', () => {
    const first = advance(initialState(NOW), start, { now: NOW, unit: 0 });
    expect(first.effects).toEqual([{ kind: 'attempt', healthGate: false }]);
    const waiting = play(start, connected, ended(retry)).state;
    expect(advance(waiting, { kind: 'timer' }, { now: NOW, unit: 0 }).effects).toEqual([
      { kind: 'attempt', healthGate: true },
    ]);
    expect(advance(waiting, { kind: 'connectNow' }, { now: NOW, unit: 0 }).effects).toEqual([
      { kind: 'attempt', healthGate: false },
    ]);
  });

  it('backs off from 0.5 to 1 s, doubling to 30 s, with full jitter', () => {
    expect([0, 0.999].map((unit) => backoffDelay(1, 'own', unit))).toEqual([500, 1000]);
    expect([1, 2, 3, 4, 5, 6, 7, 50].map((failures) => backoffDelay(failures, 'own', 1))).toEqual([
      1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
    ]);
    expect([0, 1].map((unit) => backoffDelay(1, 'server', unit))).toEqual([2000, 5000]);
    expect(backoffDelay(6, 'server', 1)).toBe(30_000);
  });

  it('counts failures in a row and forgets them once a connection held for half a minute', () => {
    const flapping = play(start, failed(retry), { kind: 'timer' }, connected, { ...ended(retry), at: 1000 });
    expect(flapping.state).toMatchObject({ phase: 'backing-off', failures: 2 });
    const stable = play(start, failed(retry), { kind: 'timer' }, connected, { ...ended(retry), at: 30_000 });
    expect(stable.state.failures).toBe(1);
  });

  it('honours a waiting time of the gateway', () => {
    const busy: Verdict = { ...retry, action: { kind: 'retry', pace: 'own', atLeastMs: 12_000 } };
    expect(play(start, failed(busy)).state.retryAt).toBe(NOW + 12_000);
  });

  it.each(blockedReasonSchema.options)('stays blocked by %s until told to connect now', (reason) => {
    const verdict: Verdict = { ...block, action: { kind: 'block', reason, once: false } };
    const { state } = play(start, connected, ended(verdict));
    expect(state).toMatchObject({
      phase: 'blocked',
      blocked: reason,
      retryAt: null,
      notice: { host: 'laptop' },
    });
    for (const input of [start, { kind: 'timer' } as const, failed(retry), ended(retry), connected])
      expect(advance(state, input, { now: NOW, unit: 0 }).state.phase).toBe('blocked');
    const again = advance(state, { kind: 'connectNow' }, { now: NOW, unit: 0 });
    expect(again).toMatchObject({
      state: { phase: 'discovering', blocked: null, notice: null, problem: null },
      effects: [{ kind: 'attempt' }],
    });
  });

  it('looks again after distrust when the network changes, and after nothing else that blocks', () => {
    for (const reason of blockedReasonSchema.options) {
      const verdict: Verdict = { ...block, action: { kind: 'block', reason, once: false } };
      const { effects } = play(start, failed(verdict), { kind: 'wake' });
      expect(effects).toEqual(reason === 'gateway_not_trusted' ? ['attempt'] : []);
    }
  });

  it('retries a rejected challenge once, and again only after having been online', () => {
    expect(play(start, failed(challenge)).state).toMatchObject({ phase: 'backing-off', retriedOnce: true });
    expect(play(start, failed(challenge), { kind: 'timer' }, failed(challenge)).state.phase).toBe('blocked');
    expect(play(start, failed(challenge), { kind: 'timer' }, connected, ended(challenge)).state.phase).toBe(
      'backing-off',
    );
  });

  it('tells a missing network from a missing gateway and keeps looking in both', () => {
    expect(play(start, failed(noNetwork)).state).toMatchObject({ phase: 'offline', retryAt: NOW + 750 });
    expect(play(start, failed(noNetwork), { kind: 'timer' })).toMatchObject({ effects: ['attempt'] });
  });

  it('tries at once when woken while waiting, probes when online, restarts an attempt that hangs', () => {
    expect(play(start, failed(retry), { kind: 'wake' }).effects).toEqual(['attempt']);
    expect(play(start, connected, { kind: 'wake' }).effects).toEqual(['probe']);
    expect(play(start, { kind: 'wake', at: 100 }).effects).toEqual([]);
    expect(play(start, { kind: 'wake', at: 3000 }).effects).toEqual(['abandon', 'attempt']);
    expect(play({ kind: 'wake' }).effects).toEqual([]);
  });

  it('stops from everywhere and starts again from there', () => {
    const stop: MachineInput = { kind: 'stop' };
    for (const before of [[], [start], [start, connected], [start, failed(retry)], [start, failed(block)]]) {
      const { state, effects } = play(...before, stop);
      expect(state).toMatchObject({ phase: 'offline', retryAt: null, problem: null, blocked: null });
      expect(effects).toEqual(['abandon', 'disconnect']);
      for (const input of [{ kind: 'timer' } as const, { kind: 'wake' } as const])
        expect(advance(state, input, { now: NOW, unit: 0 }).effects).toEqual([]);
      expect(advance(state, start, { now: NOW, unit: 0 }).effects).toHaveLength(1);
    }
  });

  it('drops a connection that comes after stop', () => {
    expect(play(start, { kind: 'stop' }, connected).effects).toEqual(['disconnect']);
  });
});

/** A state of each kind, and what each input makes of it: rows of the state machine in `protocol/01 §5.10`, our names. */
describe('protocol/01 §5.10: every state, every input', () => {
  const again: Verdict = {
    ...block,
    action: { kind: 'block', reason: 'captive_portal', once: false, slowly: true },
  };
  const states: Record<string, MachineState> = {
    idle: play().state,
    discovering: play(start).state,
    authenticating: play(start, { kind: 'progress', phase: 'authenticating', gatewayUrl: 'u' }).state,
    connecting: play(start, { kind: 'progress', phase: 'connecting', gatewayUrl: 'u' }).state,
    online: play(start, connected).state,
    'backing-off': play(start, failed(retry)).state,
    offline: play(start, failed(noNetwork)).state,
    'signed out': play(start, { kind: 'stop' }).state,
    blocked: play(start, failed(block)).state,
    'blocked for now': play(start, failed(again)).state,
  };
  const inputs: Record<string, MachineInput> = {
    start,
    connectNow: { kind: 'connectNow' },
    stop: { kind: 'stop' },
    timer: { kind: 'timer' },
    wake: { kind: 'wake' },
    progress: { kind: 'progress', phase: 'connecting', gatewayUrl: 'u' },
    connected,
    'failed, again': failed(retry),
    'failed, no network': failed(noNetwork),
    'failed, blocked': failed(block),
    'ended, again': ended(retry),
    'ended, no network': ended(noNetwork),
    'ended, blocked': ended(block),
  };
  // Columns in the order of `inputs`; "." stays as it is; "attempt" is discovering with a new attempt.
  const table: Record<string, string> = {
    idle: 'attempt attempt offline . . . drop . . . . . .',
    discovering: '. . offline . . connecting online backing-off offline blocked . . .',
    authenticating: '. . offline . . connecting online backing-off offline blocked . . .',
    connecting: '. . offline . . . online backing-off offline blocked . . .',
    online: '. . offline . probe . drop . . . backing-off offline blocked',
    'backing-off': '. attempt offline attempt attempt . drop . . . . . .',
    offline: '. attempt . attempt attempt . drop . . . . . .',
    'signed out': 'attempt attempt . . . . drop . . . . . .',
    blocked: '. attempt offline . . . drop . . . . . .',
    'blocked for now': '. attempt offline attempt attempt . drop . . . . . .',
  };
  const rows = Object.entries(table).flatMap(([from, cells]) =>
    cells.split(' ').map((cell, index) => [from, Object.keys(inputs)[index] ?? '', cell] as const),
  );

  it('has a row for every state and a cell for every input', () => {
    expect(Object.keys(table)).toEqual(Object.keys(states));
    expect(rows).toHaveLength(Object.keys(states).length * Object.keys(inputs).length);
  });

  it.each(rows)('%s, %s: %s', (from, input, cell) => {
    const before = states[from];
    const given = inputs[input];
    if (before === undefined || given === undefined) throw new Error('no such row');
    const { state, effects } = advance(before, given, { now: NOW, unit: 0.5 });
    const kinds = effects.map((effect) => effect.kind);
    const expected = {
      '.': [before.phase, []],
      attempt: ['discovering', ['attempt']],
      drop: [before.phase, ['disconnect']],
      probe: ['online', ['probe']],
    }[cell] ?? [cell, []];
    if (input === 'stop') expect([state.phase, kinds]).toEqual(['offline', ['abandon', 'disconnect']]);
    else expect([state.phase, kinds]).toEqual(expected);
    // Nobody waits for nothing: what has no timer is online, at work, signed out or explained.
    if (state.phase === 'backing-off') expect(state.retryAt).not.toBeNull();
    if (state.phase === 'blocked') expect(state.blocked).not.toBeNull();
  });

  it('looks at a block that may heal by itself again in about a minute', () => {
    expect(states['blocked for now']?.retryAt).toBe(NOW + 60_000);
    expect(states['blocked']?.retryAt).toBeNull();
  });

  it('takes an attempt for old when the clock was set back', () => {
    expect(play(start, { kind: 'wake', at: -3_600_000 }).effects).toEqual(['abandon', 'attempt']);
  });

  it('takes a connection for stable when the clock was set back', () => {
    const { state } = play(start, failed(retry), { kind: 'timer' }, connected, {
      ...ended(retry),
      at: -3_600_000,
    });
    expect(state.failures).toBe(1);
  });
});
