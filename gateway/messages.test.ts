import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestNetwork } from './testing/network';

describe('one-to-one messages', () => {
  let network: TestNetwork;
  beforeAll(async () => {
    network = await TestNetwork.start();
  });
  afterAll(() => network.dispose());

  it('delivers five clear texts in order with consecutive numbers', async () => {
    const alice = await network.join('alice');
    const bob = await network.join('bobby');
    for (let index = 1; index <= 5; index += 1) {
      const result = await alice.text(bob.identity.aid, `hello ${index}`);
      expect(result).toMatchObject({ seq: index, status: 'delivered', delivery_mode: 'fanout' });
    }
    await bob.socket.event('message.received', (params) => params['seq'] === 5);
    expect(bob.socket.events('message.received').map((row) => row['seq'])).toEqual([1, 2, 3, 4, 5]);
  });

  it('serves the same over wss with the local root', async () => {
    const alice = await network.join('carol', { secure: true });
    expect(alice.hello['status']).toBe('ok');
  });
});
