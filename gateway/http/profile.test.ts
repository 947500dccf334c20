import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchAs } from '../testing/http';
import type { TestClient } from '../testing/network';
import { TestNetwork } from '../testing/network';

describe('agent.md', () => {
  let network: TestNetwork;
  let alice: TestClient;
  let token: string;
  const host = 'alice.aun.test';
  const document = (aid = host) => `---\naid: "${aid}"\nname: "Alice"\ntype: "human"\n---\n\n# Alice 你好\n`;

  beforeAll(async () => {
    network = await TestNetwork.start();
    alice = await network.join('alice');
    token = (await network.login(alice.identity)).access_token;
  });
  afterAll(() => network.dispose());

  const put = (body: string | Buffer, headers: Record<string, string> = {}, name = host) =>
    fetchAs(network.gateway.http, '/agent.md', {
      method: 'PUT',
      host: name,
      body,
      headers: { Authorization: `Bearer ${token}`, ...headers },
    });
  const get = (headers: Record<string, string> = {}, method = 'GET') =>
    fetchAs(network.gateway.http, '/agent.md', { host: `${host}:1234`, headers, method });

  it('is not there before the first upload, and replies carry no hint', async () => {
    expect((await get()).status).toBe(404);
    const frame = await alice.socket.request('meta.ping');
    expect(frame).not.toHaveProperty('_meta');
  });

  it('is stored and served with validators, and announced in every reply', async () => {
    const body = document();
    const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
    const stored = await put(body);
    expect(stored.status).toBe(200);
    expect(JSON.parse(stored.body)).toMatchObject({ aid: host, etag, bytes: Buffer.byteLength(body) });
    const read = await get();
    expect(read).toMatchObject({ status: 200, body });
    expect(read.headers).toMatchObject({ etag, 'content-type': 'text/markdown; charset=utf-8' });
    expect((await get({ 'If-None-Match': etag })).status).toBe(304);
    expect((await get({ 'If-None-Match': '"other"' })).status).toBe(200);
    const modified = String(read.headers['last-modified']);
    expect((await get({ 'If-Modified-Since': modified })).status).toBe(304);
    const head = await get({}, 'HEAD');
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(head.headers['content-length']).toBe(String(Buffer.byteLength(body)));
    expect((await alice.socket.request('meta.ping'))._meta).toEqual({ agent_md_etag: etag });
  });

  it('takes a signed document and refuses one whose signature does not fit', async () => {
    const payload = document();
    const block = (signature: string) =>
      `<!-- AUN-SIGNATURE\ncert_fingerprint: ${alice.identity.fingerprint}\ntimestamp: 1760000000\n` +
      `signature: ${signature}\n-->`;
    expect((await put(payload + block(alice.identity.sign(payload)))).status).toBe(200);
    const stored = (await get()).body;
    expect((await put(`${payload}changed\n${block(alice.identity.sign(payload))}`)).status).toBe(400);
    expect((await get()).body).toBe(stored);
  });

  it('checks token, owner, text, size and front matter in this order', async () => {
    expect((await put('x', { Authorization: '' })).status).toBe(401);
    expect((await put('x', { Authorization: 'Bearer nonsense' })).status).toBe(401);
    await network.register('bobby');
    expect((await put(document('bobby.aun.test'), {}, 'bobby.aun.test')).status).toBe(403);
    expect((await put(Buffer.from([0xff, 0xfe, 0x41]))).status).toBe(400);
    expect((await put(`\ufeff${document()}`)).status).toBe(400);
    expect((await put(document() + 'x'.repeat(4096))).status).toBe(413);
    expect((await put(document() + 'x'.repeat(100_000))).status).toBe(413);
    expect((await put('# no front matter')).status).toBe(400);
    expect((await put(document('someone.aun.test'))).status).toBe(400);
  });

  it('lives on the hosts of AIDs only', async () => {
    expect((await fetchAs(network.gateway.http, '/agent.md', { host: 'gateway.aun.test' })).status).toBe(404);
    expect((await fetchAs(network.gateway.http, '/', { host })).status).toBe(200);
    const remove = await fetchAs(network.gateway.http, '/agent.md', { host, method: 'DELETE' });
    expect(remove.status).toBe(405);
  });
});
