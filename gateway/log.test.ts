import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { failure, TestNetwork } from './testing/network';

it('writes what happens without payloads, tokens, nonces or signatures', async () => {
  const network = await TestNetwork.start();
  await network.gateway.stop();
  const file = join(network.dataDir, 'gateway.log');
  await network.restart({ log: file, port: 0 });
  const alice = await network.join('alice');
  const login = await network.login(alice.identity);
  const nonce = (await network.login1(alice.identity)).nonce;
  await alice.text(alice.identity.aid, 'the secret word');
  const signed = alice.identity.signed('message.thought.put', { to: 'x' });
  await failure(alice.call('message.thought.put', { ...signed, to: 'the secret word' }));
  await network.gateway.stop();
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('"event":"connected"');
  expect(text).toContain('params_hash mismatch');
  for (const secret of ['secret word', login.access_token, login.refresh_token, nonce]) {
    expect(text).not.toContain(secret);
  }
  await network.dispose();
});
