import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { TestClient } from '../testing/network';
import { failure, TestNetwork } from '../testing/network';

const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('objects inside calls', () => {
  let network: TestNetwork;
  let alice: TestClient;
  let bob: TestClient;
  beforeAll(async () => {
    network = await TestNetwork.start();
    alice = await network.join('alice');
    bob = await network.join('bobby');
  });
  afterAll(() => network.dispose());

  const put = (key: string, bytes: Buffer | string, more: JsonObject = {}, client = alice) =>
    client.call('storage.put_object', {
      object_key: key,
      content: typeof bytes === 'string' ? bytes : bytes.toString('base64'),
      ...more,
    });

  it('are written, read, described and deleted by their owner', async () => {
    const bytes = Buffer.from('hello');
    expect(await put('att/one', bytes, { content_type: 'text/plain', metadata: { a: 1 } })).toMatchObject({
      owner_aid: 'alice.aun.test',
      bucket: 'default',
      object_key: 'att/one',
      size_bytes: 5,
      content_type: 'text/plain',
      sha256: sha(bytes),
      etag: sha(bytes),
      version: 1,
    });
    const got = await alice.call('storage.get_object', { object_key: 'att/one' });
    expect(got).toMatchObject({ content: bytes.toString('base64'), size_bytes: 5, version: 1 });
    expect(got).not.toHaveProperty('etag');
    expect(await put('att/one', Buffer.from('again'))).toMatchObject({ version: 2 });
    expect(await alice.call('storage.head_object', { object_key: 'att/one' })).toMatchObject({
      is_private: true,
      expire_at: 0,
      version: 2,
      content_type: 'application/octet-stream',
    });
    const gone = { deleted: true, owner_aid: 'alice.aun.test', object_key: 'att/one' };
    expect(await alice.call('storage.delete_object', { object_key: 'att/one' })).toEqual(gone);
    expect(await alice.call('storage.delete_object', { object_key: 'att/one' })).toEqual({
      ...gone,
      deleted: false,
    });
    expect((await failure(alice.call('storage.get_object', { object_key: 'att/one' }))).code).toBe(-32008);
    expect(await put('att/one', bytes)).toMatchObject({ version: 1 });
  });

  it.each(['', '/a', 'a/', 'a//b', 'a/../b', '..', 'a b', 'a\\b', 'ü', 'a?b', 'x'.repeat(1025)])(
    'refuses the key %j',
    async (key) => {
      expect((await failure(put(key, Buffer.from('x')))).code).toBe(-32000);
      expect((await failure(alice.call('storage.head_object', { object_key: key }))).code).toBe(-32000);
    },
  );

  it('takes the longest key there may be', async () => {
    expect(await put('x'.repeat(1024), Buffer.from('x'))).toMatchObject({ version: 1 });
  });

  it.each(['', 'not base64!', 'YQ', 'YQ=', '=YQ='])('refuses the content %j', async (content) => {
    expect((await failure(put('bad', content))).code).toBe(-32000);
  });

  it.each([
    [{}, -32602],
    [{ object_key: 7, content: 'YQ==' }, -32602],
    [{ object_key: 'a', content: 'YQ==', bucket: '../up' }, -32000],
    [{ object_key: 'a', content: 'YQ==', content_type: 'a\r\nb' }, -32000],
    [{ object_key: 'a', content: 'YQ==', expire_in_seconds: -1 }, -32000],
    [{ object_key: 'a', content: 'YQ==', metadata: { big: 'x'.repeat(20_000) } }, -32000],
    [{ object_key: 'a', content: 'YQ==', expected_version: -1 }, -32602],
  ])('refuses %j with %d', async (params, code) => {
    expect((await failure(alice.call('storage.put_object', params))).code).toBe(code);
  });

  it('keeps content inside calls to 64 KiB and names the other way', async () => {
    await put('edge', randomBytes(65_536));
    const got = await alice.call('storage.get_object', { object_key: 'edge' });
    expect(got['size_bytes']).toBe(65_536);
    const error = await failure(put('edge', randomBytes(65_537)));
    expect(error.code).toBe(-32602);
    expect(error.message).toContain('create_upload_session');
  });

  it('compares versions before it writes', async () => {
    const refused = async (version: number) =>
      (await failure(put('cas', Buffer.from('x'), { expected_version: version }))).code;
    expect(await refused(1)).toBe(-32009);
    await put('cas', Buffer.from('1'), { expected_version: 0 });
    expect(await refused(0)).toBe(-32009);
    expect(await put('cas', Buffer.from('2'), { expected_version: 1, overwrite: false })).toMatchObject({
      version: 2,
    });
    const exists = await failure(put('cas', Buffer.from('3'), { overwrite: false }));
    expect(exists).toMatchObject({ code: -32000, message: 'object already exists' });
    expect((await failure(put('cas', Buffer.from('3'), { expected_version: 1 }))).message).toContain(
      'version conflict',
    );
  });

  it('tells a foreign private object from one that is not there, and lets everybody read public ones', async () => {
    await put('mine', Buffer.from('private'));
    await put('open', Buffer.from('public'), { is_private: false });
    const from = { owner_aid: 'alice.aun.test' };
    for (const method of ['get_object', 'head_object', 'create_download_ticket']) {
      const call = (key: string) => bob.call(`storage.${method}`, { ...from, object_key: key });
      expect((await failure(call('mine'))).code).toBe(-32004);
      expect((await failure(call('missing'))).code).toBe(-32008);
      expect(await call('open')).toMatchObject({ size_bytes: 6 });
    }
  });

  it.each([
    ['put_object', { object_key: 'open', content: 'YQ==' }],
    ['delete_object', { object_key: 'missing' }],
    ['list_objects', {}],
    ['list_prefixes', {}],
    ['get_quota', {}],
    ['create_upload_session', { object_key: 'x' }],
    ['complete_upload', { object_key: 'x' }],
    ['check_upload', { size_bytes: 1 }],
    ['get_limits', {}],
    ['create_share_link', { object_key: 'open' }],
    ['list_share_links', {}],
    ['fs.list', {}],
    ['fs.remove', { path: 'open' }],
  ])('leaves %s to the owner', async (method, params) => {
    const error = await failure(bob.call(`storage.${method}`, { owner_aid: 'alice.aun.test', ...params }));
    expect(error.code).toBe(-32004);
  });

  it('lists keys in the order of bytes, by page and by marker', async () => {
    const carol = await network.join('carol');
    for (const key of ['b', 'a/2', 'a/1', 'B', 'a/x/1', 'a-1']) await put(key, Buffer.from(key), {}, carol);
    const keys = (reply: JsonObject) =>
      JSON.stringify(reply['items'])
        .match(/"object_key":"[^"]+"/g)
        ?.map((x) => x.slice(14, -1));
    const all = await carol.call('storage.list_objects', {});
    expect(keys(all)).toEqual(['B', 'a-1', 'a/1', 'a/2', 'a/x/1', 'b']);
    expect(all).toMatchObject({ total: 6, page: 1, size: 50, marker: '', next_marker: '' });
    const first = await carol.call('storage.list_objects', { prefix: 'a', size: 2 });
    expect(keys(first)).toEqual(['a-1', 'a/1']);
    expect(first).toMatchObject({ total: 4, next_marker: 'a/1' });
    const second = await carol.call('storage.list_objects', { prefix: 'a', size: 2, marker: 'a/1', page: 1 });
    expect(keys(second)).toEqual(['a/2', 'a/x/1']);
    expect(second['next_marker']).toBe('');
    expect(keys(await carol.call('storage.list_objects', { page: 3, size: 2 }))).toEqual(['a/x/1', 'b']);
    expect(await carol.call('storage.list_objects', { size: 1000 })).toMatchObject({ size: 200 });
    expect(await carol.call('storage.list_prefixes', {})).toEqual({ prefixes: ['a/'], count: 1, size: 50 });
    expect(await carol.call('storage.list_prefixes', { prefix: 'a/' })).toMatchObject({
      prefixes: ['a/x/'],
    });
    expect(await carol.call('storage.list_objects', { bucket: 'other' })).toMatchObject({ total: 0 });
  });

  it('counts against the quota, the difference only when replacing, and gives back what is deleted', async () => {
    const dora = await network.join('doras');
    const quota = () => dora.call('storage.get_quota');
    const empty = { owner_aid: 'doras.aun.test', used_bytes: 0, object_count: 0, quota_bytes: 0 };
    expect(await quota()).toEqual(empty);
    network.gateway.admin.storage.setQuota('doras.aun.test', 100);
    await put('a', Buffer.alloc(80), {}, dora);
    expect(await quota()).toEqual({ ...empty, used_bytes: 80, object_count: 1, quota_bytes: 100 });
    const over = await failure(put('b', Buffer.alloc(21), {}, dora));
    expect(over).toMatchObject({ code: -32000 });
    expect(over.message).toContain('quota');
    await put('a', Buffer.alloc(100), {}, dora);
    await dora.call('storage.delete_object', { object_key: 'a' });
    expect(await quota()).toEqual({ ...empty, quota_bytes: 100 });
  });

  it('forgets objects when their time is over', async () => {
    await put('short', Buffer.from('x'), { expire_in_seconds: 60, is_private: false });
    const head = await alice.call('storage.head_object', { object_key: 'short' });
    expect(Number(head['expire_at']) - network.gateway.clock.now()).toBeGreaterThan(50_000);
    network.gateway.clock.advance(61_000);
    expect((await failure(alice.call('storage.head_object', { object_key: 'short' }))).code).toBe(-32008);
    expect(await put('short', Buffer.from('y'), { expected_version: 0 })).toMatchObject({ version: 1 });
  });

  it('tells every connection of the owner, each in the words of its generation, and nobody else', async () => {
    const erika = await network.join('erika');
    const newer = await network.connect(erika.identity, {
      device: 'device-2',
      capabilities: { e2ee: true, group_e2ee: true, supported_p2p_e2ee: ['e2ee_v2'] },
    });
    await put('seen', Buffer.from('x'), {}, erika);
    await erika.call('storage.delete_object', { object_key: 'seen' });
    await erika.call('storage.delete_object', { object_key: 'seen' });
    const event = { module_id: 'storage', owner_aid: 'erika.aun.test', object_key: 'seen' };
    expect(erika.socket.events('storage.object_changed')).toMatchObject([
      { ...event, action: 'put' },
      { ...event, action: 'delete' },
    ]);
    await newer.socket.event('storage.object_changed', (params) => params['action'] === 'delete');
    expect(newer.socket.events('storage.object_changed')).toMatchObject([
      { ...event, action: 'put_object' },
      { ...event, action: 'delete' },
    ]);
    const aboutErika = bob.socket
      .events('storage.object_changed')
      .filter((params) => params['owner_aid'] === 'erika.aun.test');
    expect(aboutErika).toEqual([]);
  });

  it('can be unavailable for a while', async () => {
    network.gateway.admin.storage.faults.available = false;
    const error = await failure(alice.call('storage.get_quota'));
    expect(error).toMatchObject({ code: -32002 });
    network.gateway.admin.storage.faults.available = true;
    await alice.call('storage.get_quota');
  });

  it('does not know the methods that it does not have', async () => {
    const error = await failure(alice.call('storage.create_folder', { path: 'x' }));
    expect(error.code).toBe(-32601);
    expect(error.message).toContain('method not found');
  });

  it('needs a session and verifies a signature that is there', async () => {
    const nobody = await failure(network.short('storage.get_quota', {}));
    expect(nobody.code).toBe(-32013);
    const params = alice.identity.signed('storage.delete_object', { object_key: 'x' });
    expect(await alice.call('storage.delete_object', params)).toMatchObject({ deleted: false });
    const forged = { ...params, object_key: 'y' };
    expect((await failure(alice.call('storage.delete_object', forged))).code).toBe(-32051);
  });
});
