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
