import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { TestIdentity } from './testing/identity';
import { TestNetwork } from './testing/network';
import { field, TestSocket } from './testing/socket';

const readySchema = z.object({
  ready: z.boolean(),
  url: z.string().default(''),
  wss: z.string().default(''),
  http: z.string().default(''),
  https: z.string().default(''),
  issuer: z.string().default(''),
  rootCa: z.string().default(''),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});
type Ready = z.infer<typeof readySchema>;

describe('restarts on the same data', () => {
  it('keeps accounts, tokens, messages, cursors, prekeys and counters after a crash', async () => {
    const network = await TestNetwork.start();
    const alice = await network.join('alice');
    const bob = await network.join('bobby');
    const login = await network.login(bob.identity);
    const upload = bob.identity.prekey('device-1');
    await bob.call('message.e2ee.put_prekey', upload);
    for (const text of ['a', 'b', 'c']) await alice.text(bob.identity.aid, text);
    await bob.call('message.ack', { seq: 2 });
    const before = await bob.pull();
    await network.gateway.kill();
    await network.restart();
    const back = await network.connect(bob.identity, { token: login.access_token });
    expect(await back.pull()).toEqual(before);
    expect((await back.call('message.pull', {}))['server_ack_seq']).toBe(2);
    expect((await back.call('message.e2ee.get_prekey', { aid: bob.identity.aid }))['prekey']).toEqual(upload);
    const again = await network.connect(alice.identity);
    expect((await again.text(bob.identity.aid, 'd'))['seq']).toBe(4);
    const refreshed = await network.short('auth.refresh_token', { refresh_token: login.refresh_token });
    expect(refreshed['success']).toBe(true);
    await network.dispose();
  });

  it('keeps the refresh grace across a restart', async () => {
    const network = await TestNetwork.start();
    const alice = await network.register('alice');
    const { refresh_token } = await network.login(alice);
    const first = await network.short('auth.refresh_token', { refresh_token });
    await network.gateway.kill();
    await network.restart();
    expect((await network.short('auth.refresh_token', { refresh_token }))['access_token']).toBe(
      first['access_token'],
    );
    await network.dispose();
  });

  it('keeps its root and writes secrets for the owner only', async () => {
    const network = await TestNetwork.start();
    const { rootPem } = network.gateway;
    await network.gateway.stop();
    await network.restart({ issuers: ['aun.test', 'second.test'] });
    expect(network.gateway.rootPem).toBe(rootPem);
    const keys = readdirSync(join(network.dataDir, 'ca'))
      .filter((name) => /key|secret/.test(name))
      .map((name) => join(network.dataDir, 'ca', name));
    for (const file of [...keys, join(network.dataDir, 'gateway.db')]) {
      expect(statSync(file).mode & 0o077).toBe(0);
    }
    await network.dispose();
  });
});

describe('the gateway as a process of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aun-gateway-process-'));
  const bundle = join(folder, 'gateway.cjs');
  const children = new Set<ChildProcess>();

  beforeAll(async () => {
    await build({
      entryPoints: [resolve(__dirname, 'index.ts')],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node18',
      external: ['@signalapp/sqlcipher'],
      logLevel: 'silent',
    });
    symlinkSync(resolve(__dirname, '../node_modules'), join(folder, 'node_modules'));
  });
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  async function launch(
    args: readonly string[],
  ): Promise<{ child: ChildProcess; ready: Ready; lines: string[] }> {
    const child = spawn(process.execPath, [bundle, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    children.add(child);
    const lines: string[] = [];
    const output = createInterface({ input: child.stdout });
    output.on('line', (line) => lines.push(line));
    const [first] = z.tuple([z.string()]).parse(await once(output, 'line'));
    return { child, ready: readySchema.parse(JSON.parse(first)), lines };
  }

  async function exit(child: ChildProcess): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.exitCode;
  }

  it('loses nothing that it has acknowledged when it is killed in the middle of sends', async () => {
    const data = join(folder, 'killed');
    const first = await launch(['--port', '0', '--data', data, '--issuer', 'aun.test']);
    const identity = new TestIdentity('alice.aun.test');
    const socket = await TestSocket.open(first.ready.url);
    const params = { aid: identity.aid, public_key: identity.publicKey, curve: 'P-256' };
    identity.cert = field(await socket.call('auth.create_aid', params), 'cert');
    const token = await login(socket, identity);
    const connect = async (url: string) => {
      const client = await TestSocket.open(url);
      const nonce = await client.nonce();
      const auth = { method: 'kite_token', token };
      await client.call('auth.connect', { nonce, auth, device: { id: 'd-1', type: 'sdk' } });
      return client;
    };
    const sender = await connect(first.ready.url);
    const acknowledged: unknown[] = [];
    const sends = Array.from({ length: 400 }, async (_, index) => {
      const reply = await sender.request('message.send', {
        to: identity.aid,
        message_id: `m-${index}`,
        payload: { text: 'x' },
      });
      if (reply.result !== undefined) acknowledged.push(`m-${index}`);
      if (acknowledged.length === 100) first.child.kill('SIGKILL');
    });
    void Promise.all(sends);
    await sender.closed;
    await exit(first.child);
    const second = await launch(['--port', new URL(first.ready.http).port, '--data', data]);
    expect(second.ready.url).toBe(first.ready.url);
    const back = await connect(second.ready.url);
    const page = z
      .object({ messages: z.array(z.object({ message_id: z.string(), seq: z.number() })) })
      .parse(await back.call('message.pull', { limit: 200 }));
    const ids = page.messages.map((row) => row.message_id);
    expect(acknowledged.length).toBeGreaterThanOrEqual(100);
    expect(ids.length >= 200 || acknowledged.every((id) => ids.includes(String(id)))).toBe(true);
    expect(page.messages.map((row) => row.seq)).toEqual(ids.map((_, index) => index + 1));
    second.child.kill('SIGTERM');
    expect(await exit(second.child)).toBe(0);
    expect((await back.closed).code).toBe(1001);
  });

  it('prints one line, serves http, and exits cleanly on SIGINT', async () => {
    const data = join(folder, 'plain');
    const { child, ready, lines } = await launch(['--data', data, '--issuer', 'one.test,two.test']);
    expect(ready).toMatchObject({ ready: true, issuer: 'one.test', rootCa: join(data, 'root.pem') });
    expect(existsSync(ready.rootCa)).toBe(true);
    expect(readFileSync(ready.rootCa, 'utf8')).toContain('BEGIN CERTIFICATE');
    expect(ready.wss).toBe(ready.url.replace('ws:', 'wss:'));
    child.kill('SIGINT');
    expect(await exit(child)).toBe(0);
    expect(lines).toHaveLength(1);
  });

  it('says why it cannot start', async () => {
    const blocker = createServer();
    blocker.listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = z.object({ port: z.number() }).parse(blocker.address());
    const taken = await launch(['--port', String(port), '--data', join(folder, 'taken')]);
    expect(taken.ready).toMatchObject({ ready: false, error: { code: 'EADDRINUSE' } });
    expect(await exit(taken.child)).toBe(1);
    blocker.close();
    for (const args of [
      [],
      ['--data', folder, '--port', 'x'],
      ['--nonsense'],
      ['--data', folder, '--issuer', '_'],
    ]) {
      const { child, ready } = await launch(args);
      expect(ready.error?.message).toBeTruthy();
      expect(await exit(child)).toBe(1);
    }
  });

  it('ends with its parent when asked to', async () => {
    const { child } = await launch(['--data', join(folder, 'child'), '--exit-with-parent']);
    child.stdin?.end();
    expect(await exit(child)).toBe(0);
  });

  async function login(socket: TestSocket, identity: TestIdentity): Promise<string> {
    const first = z
      .object({ request_id: z.string(), nonce: z.string() })
      .parse(
        await socket.call('auth.aid_login1', { aid: identity.aid, cert: identity.cert, client_nonce: 'x' }),
      );
    const second = await socket.call('auth.aid_login2', {
      aid: identity.aid,
      ...first,
      client_time: '1',
      signature: identity.sign(`${first.nonce}:1`),
    });
    return field(second, 'access_token');
  }
});
