import { createPublicKey } from 'node:crypto';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { afterEach, describe, expect, it } from 'vitest';
import { canonicalRpc } from './canonical';
import { echoTrace } from './echo-trace';
import { OrderedPublisher } from './ordered-publisher';
import { retainPrekeys } from './prekeys';
import { sha256Hex, verifyText } from './primitives';
import { SeqTracker } from './seq-tracker';
import { shortCall } from './short-socket';
import { Transport } from './transport';

const servers: WebSocketServer[] = [];

/** A plain socket server on a free port of the loopback address. */
async function serve(onSocket: (socket: WebSocket) => void): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  servers.push(server);
  server.on('connection', onSocket);
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `ws://127.0.0.1:${String(address.port)}/aun`;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    for (const socket of server.clients) socket.terminate();
    server.close();
  }
});

describe('sequence tracking', () => {
  it('takes consecutive numbers without asking for a pull', () => {
    const tracker = new SeqTracker(() => 0);
    expect([1, 2, 3].map((seq) => tracker.onMessageSeq(seq))).toEqual([false, false, false]);
    expect(tracker.contiguous).toBe(3);
  });

  it('treats a high first number as missing history and closes the gap with the pulled page', () => {
    const tracker = new SeqTracker(() => 0);
    expect(tracker.onMessageSeq(4)).toBe(true);
    expect(tracker.contiguous).toBe(0);
    tracker.onPullResult([1, 2, 3, 4]);
    expect(tracker.contiguous).toBe(4);
  });

  it('opens a new gap for each later number and probes a known one no sooner than its back-off', () => {
    let now = 0;
    const tracker = new SeqTracker(() => now);
    tracker.onMessageSeq(1);
    expect(tracker.onMessageSeq(3)).toBe(true);
    expect(tracker.onMessageSeq(3)).toBe(false);
    tracker.onPullResult([3]);
    now = 2999;
    expect(tracker.onMessageSeq(3)).toBe(false);
    now = 3000;
    expect(tracker.onMessageSeq(3)).toBe(true);
    expect(tracker.contiguous).toBe(1);
  });

  it('stays behind a permanent hole until the server’s cursor jumps over it', () => {
    const tracker = new SeqTracker(() => 0);
    tracker.onPullResult([1, 2, 4, 5]);
    expect(tracker.contiguous).toBe(2);
    tracker.force(3);
    expect(tracker.contiguous).toBe(5);
  });

  it('gives up what is missing once five thousand numbers wait', () => {
    const tracker = new SeqTracker(() => 0);
    tracker.onMessageSeq(1);
    for (let seq = 3; seq <= 5003; seq += 1) tracker.onMessageSeq(seq);
    expect(tracker.contiguous).toBe(5003);
  });
});

describe('ordered publishing', () => {
  it('keeps what lies beyond a hole and releases it in order', () => {
    const shown: string[] = [];
    let contiguous = 1;
    const publisher = new OrderedPublisher<string>((row) => shown.push(row));
    publisher.publish(1, 'one', () => contiguous);
    publisher.publish(4, 'four', () => contiguous);
    publisher.publish(3, 'three', () => contiguous);
    expect(shown).toEqual(['one']);
    contiguous = 4;
    publisher.publish(2, 'two', () => contiguous);
    expect(shown).toEqual(['one', 'two', 'three', 'four']);
  });

  it('shows a late repeat again after a gap fill has pruned its memory', () => {
    const shown: string[] = [];
    const publisher = new OrderedPublisher<string>((row) => shown.push(row));
    publisher.publish(1, 'one', () => 1);
    publisher.publish(1, 'one', () => 1);
    publisher.prune(1);
    publisher.publish(1, 'one', () => 1);
    expect(shown).toEqual(['one', 'one']);
  });
});

describe('prekey retention', () => {
  const day = 24 * 3600 * 1000;
  const entry = (id: number, ageDays: number, device = 'd'): Parameters<typeof retainPrekeys>[0][number] => ({
    prekey_id: String(id),
    device_id: device,
    created_at: 100 * day - ageDays * day,
    private_key_pem: '',
  });

  it('drops only what is both older than seven days and not among the seven newest', () => {
    const kept = retainPrekeys(
      [...[0, 1, 2, 3, 4, 5, 8, 9, 10].map((age, index) => entry(index, age)), entry(99, 50, 'other')],
      'd',
      100 * day,
    );
    expect(kept.map((prekey) => prekey.prekey_id)).toEqual(['0', '1', '2', '3', '4', '5', '6', '99']);
    const young = Array.from({ length: 12 }, (_, index) => entry(index, 1));
    expect(retainPrekeys(young, 'd', 100 * day)).toHaveLength(12);
  });
});

describe('signed text', () => {
  it('hashes RPC parameters as the example of the transport document', () => {
    const params = {
      group_id: 'group.aun.test/g-7abc',
      payload: { type: 'text', text: '你好 é "q"\n' },
      mentions: [],
      reply_to: null,
      n: 1.5,
      device_id: 'd1',
      slot_id: '',
    };
    expect(sha256Hex(canonicalRpc(params))).toBe(
      'ea0472095773b6d27de150e6d06889a6920c3821aca68a4479c5601d990251c2',
    );
  });

  it('verifies the login signature of the transport document', () => {
    const spki =
      'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==';
    const key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
    const signature =
      'MEQCIEk0bqPijCm77iv9VFVq3NeX3AFPsryUdlopEQc46gJ4AiANB69l1Xl5OwUpotYpMQhf6pO3uatw3IStM312SPrCNA==';
    expect(verifyText(key, '6f1c2d3e-nonce:1760000000', signature)).toBe(true);
    expect(verifyText(key, '6f1c2d3e-nonce:1760000001', signature)).toBe(false);
  });
});

describe('the echo trace', () => {
  it('marks plaintext whose first line names echo and leaves everything else alone', () => {
    const marked = echoTrace({ type: 'text', text: 'Echo please\nx' }, 'send', 'a.aun.test', 0, 7);
    expect(marked).toEqual({
      type: 'text',
      text: 'Echo please\nx\n00:00:00.000 [AUN-SDK.send] aid=a.aun.test conn_uptime=7s',
    });
    const other = { type: 'text', text: 'line one\necho' };
    expect(echoTrace(other, 'send', 'a.aun.test', 0, 7)).toBe(other);
  });
});

describe('short sockets', () => {
  it('take the next frame as the reply whatever its id', async () => {
    const url = await serve((socket) => {
      // Repeated until the client speaks: a single one may be lost to the very race the next test is about.
      const timer = setInterval(() => {
        socket.send('{"jsonrpc":"2.0","method":"challenge","params":{"nonce":"n"}}');
      }, 300);
      socket.on('close', () => {
        clearInterval(timer);
      });
      socket.on('message', () => {
        clearInterval(timer);
        socket.send('{"jsonrpc":"2.0","id":"somebody else","result":{"ok":true}}');
      });
    });
    await expect(shortCall(url, 'auth.create_aid', {}, { verifySsl: true })).resolves.toEqual({ ok: true });
  });

  it('lose a challenge that is written together with the upgrade', async () => {
    let lost = 0;
    const url = await serve((socket) => {
      socket.send('{"jsonrpc":"2.0","method":"challenge","params":{"nonce":"n"}}');
      socket.on('message', () => {
        socket.send('{"jsonrpc":"2.0","id":"x","result":{}}');
      });
    });
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await shortCall(
        url,
        'auth.create_aid',
        {},
        { verifySsl: true },
        { handshakeMs: 500, receiveMs: 60 },
      ).catch((error: unknown) => {
        if (error instanceof Error && error.message === 'websocket recv timeout') lost += 1;
      });
    }
    expect(lost).toBeGreaterThan(0);
  });
});

describe('the main socket', () => {
  const challenge = '{"jsonrpc":"2.0","method":"challenge","params":{"nonce":"n"}}';

  it('refuses a plain address while verification is off, as the SDK does', async () => {
    const url = await serve(() => undefined);
    const transport = new Transport({ network: { verifySsl: false }, callTimeoutMs: 500, closeWaitMs: 50 });
    await expect(transport.connect(url)).rejects.toThrow('Protocol "http:" not supported');
  });

  it('leaves calls hanging when the server closes, until the transport itself is closed', async () => {
    const url = await serve((socket) => {
      socket.send(challenge);
      socket.on('message', () => {
        socket.close(1001);
      });
    });
    const transport = new Transport({ network: { verifySsl: true }, callTimeoutMs: 5000, closeWaitMs: 50 });
    await transport.connect(url);
    const lost = new Promise((resolve) => transport.once('lost', resolve));
    let state = 'waiting';
    const call = transport.call('meta.ping', {}).catch((error: unknown) => {
      state = error instanceof Error ? error.message : 'failed';
    });
    expect(await lost).toBe(1001);
    expect(state).toBe('waiting');
    await transport.close();
    await call;
    expect(state).toBe('transport closed');
  });
});
