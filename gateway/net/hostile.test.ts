import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestNetwork } from '../testing/network';

describe('what hostile peers send', () => {
  let network: TestNetwork;
  beforeEach(async () => {
    network = await TestNetwork.start();
  });
  afterEach(() => network.dispose());

  /** Sends bytes and resolves with everything that comes until the gateway closes the connection. */
  const answerTo = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(network.gateway.port, '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.on('data', (bytes) => (answer += bytes.toString('latin1')));
      socket.on('error', reject);
      socket.on('close', () => resolve(answer));
    });

  it.each(['//', 'http://[', 'ws://a:b/'])(
    'a WebSocket at the target %s is refused and stops nothing',
    async (target) => {
      const upgrade =
        'Host: gateway.aun.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
      expect(await answerTo(`GET ${target} HTTP/1.1\r\n${upgrade}`)).toMatch(/^HTTP\/1\.1 400 /);
      const alice = await network.join('alice');
      expect(await alice.call('meta.ping')).toBeDefined();
    },
  );

  it('a notification nested deeper than it can be written is dropped', async () => {
    const alice = await network.join('alice');
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    for (const method of ['notification/route', 'notification/group.route', 'notification/other'])
      alice.socket.send(`{"jsonrpc":"2.0","method":"${method}","params":{"a":${deep}}}`);
    expect(await alice.call('meta.ping')).toBeDefined();
  });

  it('a call nested deeper than it can be written is answered', async () => {
    const alice = await network.join('alice');
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    alice.socket.send(
      `{"jsonrpc":"2.0","id":"deep","method":"message.send","params":{"to":"bobby.aun.test","payload":{"a":${deep}}}}`,
    );
    const reply = await alice.socket.frame((frame) => frame.id === 'deep');
    expect(reply.error).toBeDefined();
    expect(await alice.call('meta.ping')).toBeDefined();
  });
});
