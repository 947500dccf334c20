import { expect, it } from 'vitest';
import { commands } from '../../shared/bridge/contract';
import { AunError } from '../runtime/errors';
import { silentLogger } from '../runtime/logger';
import { createCommandRouter } from './router';
import type { CommandHandlers } from './router';

/** Handlers that refuse everything, with some replaced. */
function handlers(replaced: Partial<CommandHandlers>): CommandHandlers {
  const refuse = (): Promise<never> => Promise.reject(new AunError('unknown_account', 'no such identity'));
  const all = Object.fromEntries(Object.keys(commands).map((name) => [name, refuse]));
  return { ...all, ...replaced } as CommandHandlers;
}

it('refuses a command that the contract does not know, also names every object has', async () => {
  const router = createCommandRouter(handlers({}), silentLogger);
  for (const name of ['app.exec', 'toString', '__proto__', 7, null]) {
    expect(await router.invoke(name, {})).toMatchObject({ ok: false, error: { code: 'unknown_command' } });
  }
});

it('refuses parameters that break the schema, also ones it does not know', async () => {
  const router = createCommandRouter(handlers({}), silentLogger);
  const bad = await router.invoke('message.send', {
    account: 'me.aun.test',
    conversation: 'bob.aun.test',
    text: 7,
  });
  expect(bad).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
  const extra = await router.invoke('network.list', { path: '/etc/passwd' });
  expect(extra).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
});

it('fills defaults in before the handler runs', async () => {
  let seen: unknown = null;
  const router = createCommandRouter(
    handlers({
      'conversation.list': (params) => {
        seen = params;
        return Promise.resolve({ conversations: [], total: 0 });
      },
    }),
    silentLogger,
  );
  await router.invoke('conversation.list', { account: 'me.aun.test' });
  expect(seen).toEqual({ account: 'me.aun.test', view: 'inbox', limit: 200, offset: 0 });
});

it('hands an error over with its code, and never lets a broken result through', async () => {
  const router = createCommandRouter(
    handlers({ 'message.cancel': () => Promise.resolve(JSON.parse('{"text":5}')) }),
    silentLogger,
  );
  expect(await router.invoke('account.connect', { account: 'me.aun.test' })).toMatchObject({
    ok: false,
    error: { code: 'unknown_account', retryable: false },
  });
  expect(await router.invoke('message.cancel', { account: 'me.aun.test', id: 1 })).toMatchObject({
    ok: false,
    error: { code: 'internal' },
  });
});
