import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { fetchAs } from '../testing/http';
import type { TestClient } from '../testing/network';
import { failure, TestNetwork } from '../testing/network';
import { field } from '../testing/socket';
import { StreamPusher, StreamReader } from '../testing/streams';
import { transfer } from '../testing/transfer';
import { jsonObject } from '../wire/frames';

describe('levers on what the gateway stores and passes on', () => {
  let network: TestNetwork;
  let alice: TestClient;
  let bob: TestClient;
  beforeEach(async () => {
    network = await TestNetwork.start({ adminToken: 'let-me-in' });
    alice = await network.join('alice');
    bob = await network.join('bobby');
  });
  afterEach(() => network.dispose());

  const post = async (action: string, body: JsonObject = {}): Promise<JsonObject> => {
    const reply = await fetchAs(network.gateway.http, `/admin/${action}`, {
      method: 'POST',
      headers: { Authorization: 'Bearer let-me-in' },
      body: JSON.stringify(body),
    });
    expect(reply.status, reply.body).toBe(200);
    return jsonObject.parse(JSON.parse(reply.body));
  };
  const tell = (...texts: string[]) =>
    Promise.all(texts.map((text) => alice.text('bobby.aun.test', text, { message_id: text })));
  const pushed = () => bob.socket.events('message.received').map((row) => row['message_id']);
  const stored = async () => (await bob.pull()).map((row) => [row['seq'], row['message_id']]);

  it('tells which devices messages can be sealed for', async () => {
    const devices = () => post('prekeys', { aid: bob.identity.aid });
    expect(await devices()).toEqual({ device_ids: [] });
    await bob.call('message.e2ee.put_prekey', bob.identity.prekey('device-1'));
    expect(await devices()).toEqual({ device_ids: ['device-1'] });
  });

  it.each([
    ['drop', ['b', 'c']],
    ['duplicate', ['a', 'a', 'b', 'c']],
    ['reorder', ['b', 'a', 'c']],
    ['misaddress', ['a', 'b', 'c']],
  ])('%s a push and leave the inbox as it is', async (fault, expected) => {
    await post('push_fault', { aid: 'bobby.aun.test', fault });
    await tell('a', 'b', 'c');
    await bob.call('meta.ping');
    expect(pushed()).toEqual(expected);
    expect(bob.socket.events('message.received')[0]?.['device_id']).toBe(
      fault === 'misaddress' ? 'device-of-somebody-else' : 'device-1',
    );
    expect(await stored()).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
  });

  it('delay a push', async () => {
    await post('push_fault', { fault: 'delay', ms: 1_500 });
    await tell('a', 'b');
    await bob.socket.event('message.received', (row) => row['message_id'] === 'a');
    expect(pushed()).toEqual(['b', 'a']);
  });

  it('hold the last push only for a while', async () => {
    await post('push_fault', { fault: 'reorder' });
    await tell('a');
    await bob.socket.event('message.received');
    expect(pushed()).toEqual(['a']);
  });

  it('let chance decide, the same way for the same seed', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `m${index}`);
    const course = async (): Promise<unknown[]> => {
      await post('push_chaos', { rates: { drop: 0.3, duplicate: 0.3 }, seed: 7 });
      const from = pushed().length;
      for (const name of names) await alice.text('bobby.aun.test', name);
      await bob.call('meta.ping');
      const first = Number(bob.socket.events('message.received')[from]?.['seq'] ?? 0);
      return bob.socket
        .events('message.received')
        .slice(from)
        .map((row) => Number(row['seq']) - first);
    };
    const once = await course();
    expect(new Set(once).size).toBeLessThan(40);
    expect(once.length).toBeGreaterThan(new Set(once).size);
    expect(await course()).toEqual(once);
    await post('push_chaos', { rates: null });
    await tell('sure');
    await bob.socket.event('message.received', (row) => row['message_id'] === 'sure');
  });

  it('leave holes: explained ones, unexplained ones, and rows without content', async () => {
    await tell('a', 'b', 'c');
    await post('skip_seqs', { aid: 'bobby.aun.test', count: 2 });
    await tell('f');
    expect(await stored()).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
      [6, 'f'],
    ]);
    expect(await post('remove_row', { aid: 'bobby.aun.test', seq: 2 })).toEqual({ removed: 1 });
    expect(await post('remove_row', { aid: 'bobby.aun.test', seq: 2 })).toEqual({ removed: 0 });
    expect(await post('stub_row', { aid: 'bobby.aun.test', seq: 3 })).toEqual({ emptied: 1 });
    expect((await bob.pull()).slice(1, 2)).toMatchObject([
      { seq: 3, message_id: 'c', from: '', payload: { type: 'message.expired' } },
    ]);
    expect(await post('repush', { aid: 'bobby.aun.test', seq: 6 })).toEqual({ pushed: 1 });
    expect(await post('repush', { aid: 'bobby.aun.test', seq: 2 })).toEqual({ pushed: 0 });
    expect(await post('repush', { aid: 'bobby.aun.test', seq: 3 })).toEqual({ pushed: 0 });
    await post('purge', { aid: 'bobby.aun.test', up_to_seq: 3 });
    expect(await bob.call('message.pull', {})).toMatchObject({ retention_floor_seq: 3, server_ack_seq: 3 });
    expect(await stored()).toEqual([[6, 'f']]);
    await bob.call('meta.ping');
    expect(pushed()).toEqual(['a', 'b', 'c', 'f', 'f']);
    await post('wipe_counters', { aid: 'bobby.aun.test' });
    await tell('new');
    expect(await stored()).toEqual([[1, 'new']]);
  });

  it('change how long messages may be recalled, and switch notifications off', async () => {
    await tell('old');
    await post('recall_window', { ms: 0 });
    network.gateway.clock.advance(1000);
    const recall = () => alice.call('message.recall', { message_ids: ['old'] });
    expect((await recall())['errors']).toEqual([{ message_id: 'old', error: 'expired' }]);
    await post('recall_window', { ms: null });
    expect((await recall())['recalled']).toBe(1);
    await post('notifications', { up: false });
    const carol = await network.join('carol');
    expect(carol.hello['capabilities']).toMatchObject({ features: { notify: false } });
    const frame = {
      jsonrpc: '2.0',
      method: 'notification/route',
      params: { target: { type: 'aid', aid: 'bobby.aun.test' }, deliver: { method: 'event/app.x' } },
    };
    alice.socket.send(JSON.stringify(frame));
    await alice.call('meta.ping');
    await bob.call('meta.ping');
    expect(bob.socket.events('app.x')).toEqual([]);
  });

  it('make storage fail in every way', async () => {
    const put = (key: string) =>
      alice.call('storage.put_object', { object_key: key, content: 'eHl6', is_private: false });
    await put('a');
    const { download_url: url } = await bob.call('storage.create_download_ticket', {
      owner_aid: 'alice.aun.test',
      object_key: 'a',
    });
    await post('storage', { up: false });
    expect((await failure(put('b'))).code).toBe(-32002);
    await post('storage', { up: true });
    await post('storage_fault', { verb: 'GET', after_bytes: 1 });
    expect(await transfer(url)).toMatchObject({ cut: true, body: Buffer.from('x') });
    await post('storage_fault', { verb: 'GET', status: 502 });
    expect((await transfer(url)).status).toBe(502);
    await post('storage_speed', { bytes_per_second: 1_000_000 });
    expect((await transfer(url)).body.toString()).toBe('xyz');
    await post('storage_speed', { bytes_per_second: null });
    expect(await post('storage_corrupt', { owner_aid: 'alice.aun.test', object_key: 'a' })).toEqual({
      corrupted: true,
    });
    expect((await transfer(url)).body.toString()).toBe('xxz');
    expect(await post('storage_corrupt', { owner_aid: 'alice.aun.test', object_key: 'b' })).toEqual({
      corrupted: false,
    });
    expect(await post('storage_objects', { owner_aid: 'alice.aun.test' })).toMatchObject({
      objects: [{ object_key: 'a', bucket: 'default', size_bytes: 3, is_private: false }],
    });
    await post('storage_expire_links');
    expect((await transfer(url)).status).toBe(403);
    await post('storage_quota', { aid: 'alice.aun.test', bytes: 5 });
    expect((await failure(put('b'))).message).toContain('quota');
    await post('storage_quota', { aid: 'alice.aun.test', bytes: null });
    await post('storage_limits', { inline_bytes: 2, quota_bytes: 1000 });
    expect((await failure(put('b'))).message).toContain('create_upload_session');
    expect(await alice.call('storage.get_quota')).toMatchObject({ quota_bytes: 1000, used_bytes: 3 });
    expect(await post('storage_expire', { owner_aid: 'alice.aun.test' })).toEqual({ expired: 1 });
    expect(await alice.call('storage.get_quota')).toMatchObject({ used_bytes: 0, object_count: 0 });
  });

  it('cut, close and empty streams', async () => {
    await post('stream_limits', { pullers: 1, keep_alive_ms: 5 });
    const stream = await alice.call('stream.create');
    const id = field(stream, 'stream_id');
    const pusher = await StreamPusher.open(field(stream, 'push_url'));
    const reader = await StreamReader.open(field(stream, 'pull_url'));
    pusher.send({ cmd: 'data', data: 'x' });
    await reader.received(1);
    expect((await transfer(stream['pull_url'])).status).toBe(429);
    const { streams } = await post('streams');
    expect(z.array(jsonObject).parse(streams)).toMatchObject([{ stream_id: id, puller_count: 1, seq: 1 }]);
    expect(await post('stream_drop', { stream_id: id, side: 'pull' })).toEqual({ dropped: 1 });
    await reader.ended;
    expect(await post('stream_drop')).toEqual({ dropped: 1 });
    expect(await pusher.closed).toBe(1006);
    await post('stream_evict', { stream_id: id });
    await post('stream_close', { stream_id: id });
    expect((await transfer(stream['pull_url'])).status).toBe(410);
  });
});
