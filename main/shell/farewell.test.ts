import { expect, it } from 'vitest';
import type { BridgeEvent } from '../../shared/bridge/contract';
import { FakeTime } from '../runtime/testing/fake-time';
import { createFarewell } from './farewell';

const router = { invoke: () => Promise.resolve({ ok: true as const, result: {} }) };

it('asks the window and waits for its answer', async () => {
  const time = new FakeTime();
  const told: BridgeEvent[] = [];
  const farewell = createFarewell((event) => told.push(event), time);
  let over = false;
  const said = farewell.say().then(() => (over = true));
  expect(told).toEqual([{ event: 'app.closing', data: { account: null } }]);
  await farewell.watch(router).invoke('app.info', {});
  expect(over).toBe(false);
  await farewell.watch(router).invoke('app.settled', {});
  await said;
  expect(over).toBe(true);
});

it('does not wait for a window that hangs', async () => {
  const time = new FakeTime();
  const said = createFarewell(() => undefined, time).say();
  time.advance(1_000);
  await said;
});
