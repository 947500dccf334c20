import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../shared/aun/canonical-json';
import type { TestClient } from '../testing/network';
import { failure, TestNetwork } from '../testing/network';
import { field } from '../testing/socket';
import { transfer } from '../testing/transfer';

const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const b64 = (text: string) => Buffer.from(text).toString('base64');

describe('what clients of 0.5.4 expect of storage', () => {
  let network: TestNetwork;
  let alice: TestClient;
  let bob: TestClient;
  beforeAll(async () => {
    network = await TestNetwork.start();
    alice = await network.join('alice');
    bob = await network.join('bobby');
  });
  afterAll(() => network.dispose());

  const put = (key: string, text: string, isPrivate: boolean) =>
    alice.call('storage.put_object', { object_key: key, content: b64(text), is_private: isPrivate });

  it('says how to upload, and recognises content of the same owner only', async () => {
    const bytes = randomBytes(100);
    const about = { sha256: sha(bytes), size_bytes: 100 };
    const check = (client: TestClient, more = {}) =>
      client.call('storage.check_upload', { ...about, ...more });
    expect(await check(alice, { object_key: 'new' })).toEqual({
      within_limit: true,
      exists: false,
      dedup_hit: false,
      skip_upload: false,
      inline: true,
      target_exists: false,
      target: null,
    });
    await alice.call('storage.put_object', { object_key: 'one', content: bytes.toString('base64') });
    expect(await check(alice, { object_key: 'one' })).toMatchObject({
      dedup_hit: true,
      skip_upload: true,
      target_exists: true,
      target: { object_key: 'one', version: 1 },
    });
    expect(await check(bob)).toMatchObject({ dedup_hit: false, exists: false });
    expect(await check(alice, { size_bytes: 0 })).toMatchObject({ inline: false });
    expect(await check(alice, { size_bytes: 65_537 })).toMatchObject({ inline: false, within_limit: true });
    expect(await check(alice, { size_bytes: 10_485_761 })).toMatchObject({ within_limit: false });
    const skip = { object_key: 'two', skip_blob: true, ...about, overwrite: false };
    expect(await alice.call('storage.complete_upload', skip)).toMatchObject({ version: 1, size_bytes: 100 });
    await alice.call('storage.delete_object', { object_key: 'one' });
    const copy = await alice.call('storage.get_object', { object_key: 'two' });
    expect(copy['content']).toBe(bytes.toString('base64'));
    expect((await failure(bob.call('storage.complete_upload', skip))).message).toContain(
      '仅允许复用当前 owner',
    );
  });

  it('reads a part of a large object in a call, and names the ticket for the whole', async () => {
    const bytes = randomBytes(100_000);
    const { upload_url: url, session_id: id } = await alice.call('storage.create_upload_session', {
      object_key: 'large',
    });
    await transfer(url, { method: 'PUT', body: bytes });
    const finish = { object_key: 'large', sha256: sha(bytes), size_bytes: bytes.length };
    const wrong = await failure(alice.call('storage.complete_upload', { ...finish, session_id: 'other' }));
    expect(wrong.message).toContain('nothing uploaded');
    await alice.call('storage.complete_upload', { ...finish, session_id: id, overwrite: false });
    const error = await failure(alice.call('storage.get_object', { object_key: 'large' }));
    expect(error.code).toBe(-32602);
    expect(error.message).toContain('inline');
    expect(error.message).toContain('create_download_ticket');
    const part = await alice.call('storage.get_object', { object_key: 'large', offset: 99_990, limit: 100 });
    expect(Buffer.from(field(part, 'content'), 'base64').equals(bytes.subarray(99_990))).toBe(true);
  });

  it('gives objects lasting addresses: public ones for everybody, private ones for their owner', async () => {
    const open = await put('open.txt', 'open', false);
    const secret = await put('dir/secret.txt', 'secret', true);
    const base = `http://storage.aun.test:${network.gateway.port}`;
    expect(open['logical_url']).toBe(`${base}/alice/open.txt`);
    expect((await transfer(open['logical_url'])).body.toString()).toBe('open');
    expect((await transfer(secret['logical_url'])).status).toBe(403);
    const as = async (client: TestClient) => {
      const { access_token: token } = await network.login(client.identity);
      return transfer(secret['logical_url'], { headers: { Authorization: `Bearer ${token}` } });
    };
    expect((await as(alice)).body.toString()).toBe('secret');
    expect((await as(bob)).status).toBe(403);
    expect((await transfer(`${base}/alice/none`)).status).toBe(404);
    expect((await transfer(`${base}/alice/%ff`)).status).toBe(404);
    const redirect = await transfer(open['url']);
    expect([redirect.status, redirect.headers.location]).toEqual([302, open['logical_url']]);
    const bucket = await alice.call('storage.put_object', {
      object_key: 'b',
      bucket: 'other',
      content: b64('x'),
    });
    expect(bucket).not.toHaveProperty('logical_url');
  });

  it('shares one object with those who are named, so many times and so long', async () => {
    await put('shared', 'text', true);
    const share = (more = {}) => alice.call('storage.create_share_link', { object_key: 'shared', ...more });
    const read = (client: TestClient, id: JsonValue | undefined) =>
      client.call('storage.get_by_share', { share_id: id ?? null });
    const forBob = await share({ allowed_aids: ['bobby.aun.test'], max_uses: 2 });
    expect(forBob['share_id']).toMatch(/^[A-Za-z0-9]{10}$/);
    expect(await read(bob, forBob['share_id'])).toMatchObject({ content: b64('text'), object_key: 'shared' });
    const withToken = { owner_aid: 'alice.aun.test', object_key: 'shared', token: forBob['share_id'] };
    expect(await bob.call('storage.get_object', withToken)).toMatchObject({ content: b64('text') });
    expect((await failure(read(bob, forBob['share_id']))).code).toBe(-32004);
    const carol = await network.join('carol');
    expect((await failure(read(carol, forBob['share_id']))).code).toBe(-32004);
    expect((await transfer(forBob['share_url'])).status).toBe(403);
    const forAll = await share({ expire_in_seconds: 0 });
    expect((await transfer(forAll['share_url'])).body.toString()).toBe('text');
    const led = await transfer(forAll['path_url']);
    expect((await transfer(led.headers.location)).body.toString()).toBe('text');
    const short = await share({ expire_in_seconds: 1 });
    network.gateway.clock.advance(3000);
    expect((await failure(read(carol, short['share_id']))).code).toBe(-32004);
    const { links } = await alice.call('storage.list_share_links', { object_key: 'shared' });
    expect(links).toHaveLength(3);
    expect(links).toMatchObject([{ used_count: 2 }, { used_count: 2 }, { used_count: 0 }]);
    const revoke = () => alice.call('storage.revoke_share_link', { share_id: forAll['share_id'] });
    expect(await revoke()).toEqual({ revoked: true, share_id: forAll['share_id'] });
    expect((await failure(revoke())).code).toBe(-32000);
    expect((await failure(read(carol, forAll['share_id']))).code).toBe(-32008);
    expect((await transfer(forAll['share_url'])).status).toBe(404);
  });

  it('shows keys with slashes as folders', async () => {
    await put('docs/a.txt', 'a', true);
    await put('docs/sub/b.txt', 'b', true);
    const list = await alice.call('storage.fs.list', { path: 'docs' });
    expect(list['nodes']).toMatchObject([
      { type: 'dir', name: 'sub', path: 'docs/sub' },
      { type: 'file', name: 'a.txt', path: 'docs/a.txt', size: 1 },
    ]);
    expect(await alice.call('storage.fs.stat', { path: '/docs/a.txt' })).toMatchObject({ type: 'file' });
    expect(await alice.call('storage.fs.lstat', { path: 'docs' })).toMatchObject({ type: 'dir' });
    expect((await failure(alice.call('storage.fs.stat', { path: 'docs/none' }))).code).toBe(-32008);
    const remove = (params: JsonObject) => alice.call('storage.fs.remove', params);
    expect((await failure(remove({ path: 'docs' }))).message).toContain('is a directory');
    expect(await remove({ path: 'docs', recursive: true })).toMatchObject({ removed_count: 2 });
    expect((await failure(remove({ path: 'docs' }))).code).toBe(-32008);
    expect(await alice.call('storage.get_limits')).toMatchObject({
      max_inline_bytes: 65_536,
      max_file_size_bytes: 10_485_760,
      quota_total_bytes: 0,
    });
  });
});
