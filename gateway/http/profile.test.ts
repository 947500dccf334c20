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

  it('is the home of its AID: itself for programs, a harmless page for browsers', async () => {
    const body = document().replace('# Alice', '# <script>alert("1")</script> &');
    await put(body);
    const at = (path: string, accept?: string, name = host) =>
      fetchAs(network.gateway.http, path, {
        host: name,
        ...(accept === undefined ? {} : { headers: { Accept: accept } }),
      });
    for (const accept of [undefined, '*/*', 'text/markdown']) {
      const home = await at('/', accept);
      expect(home).toMatchObject({ status: 200, body });
      expect(home.headers).toMatchObject({ 'content-type': 'text/markdown; charset=utf-8', vary: 'Accept' });
    }
    for (const page of [await at('/', 'text/html,application/xhtml+xml;q=0.9'), await at('/index.html')]) {
      expect(page.status).toBe(200);
      expect(page.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "default-src 'none'; sandbox",
      });
      expect(page.body).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp;');
      expect(page.body).not.toContain('<script');
    }
    await network.register('carol');
    expect((await at('/', 'text/html', 'carol.aun.test')).status).toBe(404);
    expect((await at('/index.html', undefined, 'carol.aun.test')).status).toBe(404);
  });

  it('is announced by the reply to auth.connect, and anew right after an upload, never by an error', async () => {
    const again = await network.connect(alice.identity, { device: 'device-2' });
    const etag = (await get()).headers.etag;
    expect(again.socket.frames.find((frame) => frame.id !== undefined)?._meta).toEqual({
      agent_md_etag: etag,
    });
    await put(`${document()}more\n`);
    const next = (await get()).headers.etag;
    expect(next).not.toBe(etag);
    expect((await again.socket.request('meta.ping'))._meta).toEqual({ agent_md_etag: next });
    expect(await again.socket.request('no.such')).not.toHaveProperty('_meta');
  });

  it('lets web pages of every origin read and write it', async () => {
    const asked = await fetchAs(network.gateway.http, '/agent.md', { host, method: 'OPTIONS' });
    expect(asked.status).toBe(204);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, PUT, POST, OPTIONS',
      'access-control-allow-headers': 'Authorization, Content-Type, If-None-Match, If-Modified-Since, Accept',
    });
    const exposed = { 'access-control-expose-headers': 'ETag, Last-Modified' };
    const read = await get();
    expect(read.headers).toMatchObject(exposed);
    expect((await get({ 'If-None-Match': String(read.headers.etag) })).headers).toMatchObject(exposed);
  });

  it('lives on the hosts of AIDs only', async () => {
    expect((await fetchAs(network.gateway.http, '/agent.md', { host: 'gateway.aun.test' })).status).toBe(404);
    const remove = await fetchAs(network.gateway.http, '/agent.md', { host, method: 'DELETE' });
    expect(remove.status).toBe(405);
  });
});
