import { beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '../ports/identity';
import type { GatewaySession } from './index';
import type { FakeEdge, Mishap } from './testing/fake-edge';
import { fakeWorld } from './testing/fake-world';
import type { FakeWorld } from './testing/fake-world';
import type { ManualTime } from './testing/manual-time';
import { createTestIdentity, createTestPki } from './testing/test-pki';
import type { TestPki } from './testing/test-pki';

let pki: TestPki;
let identity: Identity;
beforeAll(async () => {
  pki = await createTestPki();
  identity = await createTestIdentity(pki, 'alice');
});

const GATEWAYS = ['ws://127.0.0.1:1/aun', 'ws://127.0.0.1:2/aun'];

function world(seed: number): FakeWorld & { unit: () => number } {
  const made = fakeWorld(pki, identity, { seed, urls: GATEWAYS });
  return { ...made, unit: made.runtime.random.unit };
}

const HARMLESS: readonly Mishap[] = [
  'none',
  'none',
  'none',
  'silence',
  1000,
  1001,
  1006,
  1011,
  1012,
  { error: 5003, message: 'busy' },
  { error: 4500, message: 'auth service unavailable' },
  { error: -32001, message: 'aid_login1_failed' },
  { error: -32603, message: 'internal' },
];
const BLOCKING: readonly Mishap[] = [
  4001,
  4003,
  4008,
  4009,
  4010,
  4015,
  { error: 4001, message: 'token invalid or expired' },
  { error: -32001, message: 'aid not registered' },
];

/** Nothing may hang: a session that wants to be online is online, at work with a timer running, or waiting for one. */
function expectAlive(session: GatewaySession, time: ManualTime): void {
  const snapshot = session.snapshot();
  if (snapshot.state === 'blocked') expect(snapshot.blocked).not.toBeNull();
  else if (snapshot.state === 'backing-off' || snapshot.state === 'offline')
    expect(snapshot.retryAt).toBeGreaterThanOrEqual(time.now());
  else expect(snapshot.state).not.toBe('idle');
  if (snapshot.state !== 'blocked') expect(time.untilNext()).not.toBeNull();
}

describe('a session in a hostile network', () => {
  it.each(Array.from({ length: 24 }, (_value, seed) => seed + 1))(
    'always finds its way back once the gateway is well (seed %i)',
    async (seed) => {
      const { time, edge, session, unit } = world(seed);
      const pick = (from: readonly Mishap[]): Mishap => from[Math.floor(unit() * from.length)] ?? 'none';
      edge.latencyMs = () => unit() * 2000;
      edge.mishap = () => pick(HARMLESS);
      session.start();
      for (let step = 0; step < 60; step += 1) {
        await time.advance(unit() * 20_000);
        for (const connection of edge.online)
          if (unit() < 0.5) connection.drop([1000, 1006, 1012][step % 3] ?? 1006);
        if (unit() < 0.2) session.networkChanged();
        if (unit() < 0.1) session.resumed();
        if (unit() < 0.05) session.connectNow();
        expect(session.snapshot().state).not.toBe('blocked');
        expectAlive(session, time);
      }
      edge.mishap = () => 'none';
      await time.advance(240_000);
      expect(session.snapshot()).toMatchObject({ state: 'online', problem: null, attempt: 0 });
      expect(await settled(session, time)).toEqual({});
      await expectStopped(session, time, edge);
    },
  );

  it.each(Array.from({ length: 12 }, (_value, seed) => seed + 100))(
    'explains every block and leaves it when told to (seed %i)',
    async (seed) => {
      const { time, edge, session, unit } = world(seed);
      const pick = (from: readonly Mishap[]): Mishap => from[Math.floor(unit() * from.length)] ?? 'none';
      edge.mishap = () => (unit() < 0.15 ? pick(BLOCKING) : pick(HARMLESS));
      session.start();
      for (let step = 0; step < 60; step += 1) {
        await time.advance(unit() * 20_000);
        for (const connection of edge.online) connection.drop(unit() < 0.3 ? 4009 : 1006);
        if (session.snapshot().state === 'blocked' && unit() < 0.5) session.connectNow();
        expectAlive(session, time);
      }
      edge.mishap = () => 'none';
      session.connectNow();
      await time.advance(240_000);
      expect(session.snapshot().state).toBe('online');
      await expectStopped(session, time, edge);
    },
  );
});

async function settled(session: GatewaySession, time: ManualTime): Promise<unknown> {
  const call = session.call('anything', {});
  await time.advance(10_000);
  return call;
}

/** After stop nothing is left: no connection, no timer. */
async function expectStopped(session: GatewaySession, time: ManualTime, edge: FakeEdge): Promise<void> {
  const stopped = session.stop();
  await time.advance(60_000);
  await stopped;
  expect(edge.online.size).toBe(0);
  await time.advance(240_000);
  expect(time.untilNext()).toBeNull();
  expect(session.snapshot().state).toBe('offline');
}
