import { expect, it } from 'vitest';
import { defaultSettings } from '../../shared/model/default-settings';
import { noDesktop } from '../ports/desktop';
import { silentLogger } from '../runtime/logger';
import { systemClock, systemRandom, systemScheduler } from '../runtime/runtime';
import { Account } from './account';
import { newEntry } from './account-list';
import type { AccountServices } from './account-services';
import { ServiceSignals } from './service-signals';

it('forgets its keys when everything that works with them has ended, and before its database is closed', async () => {
  const steps: string[] = [];
  const step = (name: string) => async () => void steps.push(name);
  const services = {
    identity: { aid: 'alice.aun.test' },
    profiles: { stop: () => undefined },
    e2ee: { onOffline: step('e2ee offline'), stop: step('keys forgotten') },
    session: { stop: step('session ended') },
    store: { close: step('database closed') },
    advanced: { slotId: 'main' },
  } as unknown as AccountServices;
  const runtime = {
    clock: systemClock,
    random: systemRandom,
    scheduler: systemScheduler,
    logger: silentLogger,
  };
  const entry = newEntry({ aid: 'alice.aun.test', network: 'n', displayName: '', hue: 1 });
  const account = new Account(entry, services, new ServiceSignals(), {
    runtime,
    emit: () => undefined,
    desktop: noDesktop,
    settings: () => defaultSettings,
    notifications: { arrived: () => undefined, catchingUp: () => undefined },
  });
  await account.stop();
  expect(steps).toEqual(['e2ee offline', 'session ended', 'keys forgotten', 'database closed']);
});
