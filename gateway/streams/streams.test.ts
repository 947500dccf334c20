import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { TestClient } from '../testing/network';
import { failure, TestNetwork } from '../testing/network';
import { field } from '../testing/socket';
import { StreamPusher, StreamReader } from '../testing/streams';
import { transfer } from '../testing/transfer';

describe('streams', () => {
  let network: TestNetwork;
  let alice: TestClient;
  let bob: TestClient;
  beforeEach(async () => {
    network = await TestNetwork.start();
    alice = await network.join('alice');
    bob = await network.join('bobby');
  });
  afterEach(() => network.dispose());

  const create = (params: JsonObject = {}, client = alice) => client.call('stream.create', params);
  const info = (stream: JsonObject, client = alice) =>
    client.call('stream.get_info', { stream_id: field(stream, 'stream_id') });
  const pushTo = (stream: JsonObject) => StreamPusher.open(field(stream, 'push_url'));
  const pullFrom = (stream: JsonObject, headers: Record<string, string> = {}) =>
    StreamReader.open(field(stream, 'pull_url'), headers);
  const pullStatus = async (stream: JsonObject, headers: Record<string, string> = {}, more = '') =>
    (await transfer(`${field(stream, 'pull_url')}${more}`, { headers })).status;
  /** Waits until the gateway has seen so many frames. */
  const reached = async (stream: JsonObject, seq: number): Promise<void> => {
    while (Number((await info(stream))['seq']) < seq);
  };

  it('are made with tokens and addresses of their own', async () => {
    const stream = await create({ content_type: 'text/plain', metadata: { task: 7 } });
    expect(stream['stream_id']).toMatch(/^[0-9a-f]{16}$/);
    expect(stream['push_token']).toMatch(/^[0-9a-f]{64}$/);
    expect(stream['pull_token']).not.toBe(stream['push_token']);
    const authority = `stream.aun.test:${network.gateway.port}`;
    const id = field(stream, 'stream_id');
    expect(stream['push_url']).toBe(`ws://${authority}/push/${id}?token=${field(stream, 'push_token')}`);
    expect(stream['pull_url']).toBe(`http://${authority}/pull/${id}?token=${field(stream, 'pull_token')}`);
    expect(stream['push_headers']).toEqual({ Authorization: `Bearer ${field(stream, 'push_token')}` });
    expect(await info(stream)).toMatchObject({
      stream_id: id,
      creator_aid: 'alice.aun.test',
      content_type: 'text/plain',
      metadata: { task: 7 },
      status: 'waiting',
      is_online: false,
      seq: 0,
      frames_pushed: 0,
      bytes_pushed: 0,
      puller_count: 0,
    });
    const secure = await network.connect(alice.identity, { device: 'secure', secure: true });
    const other = await create({}, secure);
    expect(other['push_url']).toMatch(/^wss:/);
    expect(other['pull_url']).toMatch(/^https:/);
  });

  it('carry text in order, whatever is in it', async () => {
    const stream = await create();
    const reader = await pullFrom(stream);
    const pusher = await pushTo(stream);
    const pieces = ['Hel', 'lo', ' ', '', '\n', 'a\nb\n', '世界', 'x\r\ny', ' end'];
    for (const data of pieces) pusher.send({ cmd: 'data', data });
    pusher.send({ cmd: 'close' });
    await reader.ended;
    expect(reader.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
    });
    expect(reader.events.map((event) => event.id)).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
      null,
    ]);
    expect(reader.text).toBe(pieces.join('').replace('\r\n', '\n'));
    expect(reader.events.at(-1)).toEqual({ id: null, event: 'done', data: '{}' });
    expect(await pusher.closed).toBe(1000);
    expect(pusher.answers).toEqual([{ status: 'closed' }]);
    const bytes = Buffer.byteLength(pieces.join(''));
    expect(await info(stream)).toMatchObject({
      status: 'done',
      seq: 9,
      frames_pushed: 9,
      bytes_pushed: bytes,
    });
  });

  it('replay to those who come late, go on after the last number they have, and can be read when closed', async () => {
    const stream = await create();
    const pusher = await pushTo(stream);
    for (const data of ['a', 'b', 'c']) pusher.send({ cmd: 'data', data });
    await reached(stream, 3);
    const late = await pullFrom(stream);
    const resumed = await pullFrom(stream, { 'Last-Event-ID': '2' });
    pusher.send({ cmd: 'data', data: 'd' });
    await reached(stream, 4);
    await alice.call('stream.close', { stream_id: field(stream, 'stream_id') });
    await Promise.all([late.ended, resumed.ended]);
    expect([late.text, resumed.text]).toEqual(['abcd', 'cd']);
    const after = await pullFrom(stream);
    await after.ended;
    expect(after.text).toBe('abcd');
    expect(after.events.at(-1)?.event).toBe('done');
  });

  it('number frames: repeated ones are ignored, a jump is taken, nonsense is answered', async () => {
    const stream = await create();
    const pusher = await pushTo(stream);
    pusher.send({ cmd: 'data', data: 'one', seq: 1 });
    pusher.send({ cmd: 'data', data: 'again', seq: 1 });
    pusher.send({ cmd: 'data', data: 'ten', seq: 10 });
    pusher.send({ cmd: 'data', data: 'next' });
    for (const seq of [0, -1, 1.5, 'x']) pusher.send({ cmd: 'data', data: 'bad', seq });
    pusher.sendText('{nonsense');
    pusher.sendText(Buffer.from([0x7b, 0xff]));
    pusher.send({ cmd: 'data', data: 7 });
    pusher.send({ cmd: 'fly' });
    pusher.send([]);
    pusher.sendText(Buffer.from(JSON.stringify({ cmd: 'data', data: 'bytes' })));
    await reached(stream, 12);
    const wrong = { error: 'invalid seq: a positive integer is expected' };
    await expect
      .poll(() => pusher.answers)
      .toEqual([
        ...[wrong, wrong, wrong, wrong],
        { error: '无效 JSON' },
        { error: '无效 JSON' },
        { error: 'data must be a string' },
        { error: 'unknown cmd' },
        { error: 'cmd expected' },
      ]);
    const reader = await pullFrom(stream);
    pusher.send({ cmd: 'close' });
    await reader.ended;
    expect(reader.events.map((event) => event.id)).toEqual(['1', '10', '11', '12', null]);
    expect(await info(stream)).toMatchObject({ frames_pushed: 4 });
  });

  it('refuse pushers in the order unknown, forbidden, gone', async () => {
    const stream = await create();
    const url = field(stream, 'push_url');
    const status = (target: string) => StreamPusher.refusal(target);
    expect(await status(url.replace(/push\/\w+/, 'push/0123456789abcdef'))).toBe(404);
    expect(await status(url.replace(field(stream, 'push_token'), field(stream, 'pull_token')))).toBe(403);
    expect(await status(url.replace(/\?.*/, ''))).toBe(403);
    const header = await StreamPusher.open(url.replace(/\?.*/, ''), {
      Authorization: `Bearer ${field(stream, 'push_token')}`,
    });
    header.socket.terminate();
    await alice.call('stream.close', { stream_id: field(stream, 'stream_id') });
    expect(await status(url)).toBe(410);
  });

  it('refuse readers for each reason', async () => {
    const stream = await create({ target_aid: 'bobby.aun.test' });
    const url = field(stream, 'pull_url');
    expect((await transfer(url.replace(/pull\/\w+/, 'pull/0123456789abcdef'))).status).toBe(404);
    expect((await transfer(url.replace(/token=.*/, `token=${field(stream, 'push_token')}`))).status).toBe(
      403,
    );
    const wrongHeader = { Authorization: `Bearer ${field(stream, 'push_token')}` };
    expect(await pullStatus(stream, wrongHeader)).toBe(403);
    expect(await pullStatus(stream, { 'X-Stream-AID': 'carol.aun.test' })).toBe(403);
    expect(await pullStatus(stream, {}, '&aid=carol.aun.test')).toBe(403);
    expect(await pullStatus(stream, { 'Last-Event-ID': '-1' })).toBe(400);
    expect(await pullStatus(stream, { 'Last-Event-ID': 'x' })).toBe(400);
    expect(await pullStatus(stream, { 'Last-Event-ID': '1' })).toBe(416);
    const named = await pullFrom(stream, { 'X-Stream-AID': 'bobby.aun.test' });
    const nameless = await pullFrom(stream);
    network.gateway.admin.streams.limits = { ...network.gateway.admin.streams.limits, pullers: 2 };
    expect(await pullStatus(stream)).toBe(429);
    await alice.call('stream.close', { stream_id: field(stream, 'stream_id') });
    await Promise.all([named.ended, nameless.ended]);
    expect(await pullStatus(stream)).toBe(410);
    expect((await transfer(url, { method: 'POST' })).status).toBe(405);
  });

  it('let the newest of two pushers write, and go on when one comes back', async () => {
    const stream = await create();
    const first = await pushTo(stream);
    first.send({ cmd: 'data', data: '1' });
    await reached(stream, 1);
    const second = await pushTo(stream);
    expect(await first.closed).toBe(4009);
    second.send({ cmd: 'data', data: '2' });
    await reached(stream, 2);
    network.gateway.admin.streams.find(field(stream, 'stream_id'))?.cut('push');
    await second.closed;
    while ((await info(stream))['is_online'] === true);
    expect(await info(stream)).toMatchObject({ status: 'active', is_online: false });
    const third = await pushTo(stream);
    third.send({ cmd: 'data', data: '3', seq: 3 });
    await reached(stream, 3);
    expect(await info(stream)).toMatchObject({ is_online: true });
  });

  it('end when nobody uses them, and when the pusher stays away', async () => {
    const idle = await create();
    const left = await create();
    const pusher = await pushTo(left);
    pusher.send({ cmd: 'data', data: 'x' });
    const reader = await pullFrom(left);
    await reached(left, 1);
    pusher.socket.terminate();
    while ((await info(left))['is_online'] === true);
    network.gateway.admin.advanceClock(119_000);
    expect(await info(left)).toMatchObject({ status: 'active' });
    network.gateway.admin.advanceClock(2000);
    await reader.ended;
    expect(reader.events.at(-1)?.event).toBe('done');
    expect(await info(left)).toMatchObject({ status: 'done' });
    network.gateway.admin.advanceClock(170_000);
    expect(await info(idle)).toMatchObject({ status: 'waiting' });
    network.gateway.admin.advanceClock(10_000);
    expect(await info(idle)).toMatchObject({ status: 'done' });
    network.gateway.admin.advanceClock(300_000);
    expect(await pullStatus(left)).toBe(410);
    network.gateway.admin.advanceClock(900_000);
    expect((await failure(info(left))).code).toBe(-33401);
    expect(await pullStatus(left)).toBe(404);
  });

  it('keep connections alive every ten seconds', async () => {
    const stream = await create();
    const reader = await pullFrom(stream);
    network.gateway.admin.advanceClock(9000);
    network.gateway.admin.advanceClock(2000);
    await reader.comment();
    expect(reader.comments).toBe(1);
  });

  it('continue from what is left when frames were evicted', async () => {
    const stream = await create({ buffer_size: 2 });
    const pusher = await pushTo(stream);
    for (const data of ['a', 'b', 'c']) pusher.send({ cmd: 'data', data });
    await reached(stream, 3);
    const reader = await pullFrom(stream);
    network.gateway.admin.streams.find(field(stream, 'stream_id'))?.evict(1);
    const later = await pullFrom(stream, { 'Last-Event-ID': '0' });
    pusher.send({ cmd: 'close' });
    await Promise.all([reader.ended, later.ended]);
    expect([reader.text, later.text]).toEqual(['bc', 'c']);
  });

  it('tell readers that were cut to come back, with nothing lost and nothing doubled', async () => {
    const stream = await create();
    const pusher = await pushTo(stream);
    const reader = await pullFrom(stream);
    pusher.send({ cmd: 'data', data: 'a' });
    await reached(stream, 1);
    await reader.received(1);
    network.gateway.admin.streams.find(field(stream, 'stream_id'))?.cut('pull');
    await reader.ended;
    expect(reader.cut).toBe(true);
    pusher.send({ cmd: 'data', data: 'b' });
    const back = await pullFrom(stream, { 'Last-Event-ID': '1' });
    pusher.send({ cmd: 'close' });
    await back.ended;
    expect(reader.text + back.text).toBe('ab');
  });

  it.each([
    [{ content_type: 'nonsense' }],
    [{ content_type: 'a/b\r\nc' }],
    [{ content_type: 7 }],
    [{ metadata: { big: 'x'.repeat(5000) } }],
    [{ metadata: [] }],
    [{ target_aid: 'nobody' }],
    [{ buffer_size: 0 }],
  ])('are not made with %j', async (params) => {
    expect((await failure(create(params))).code).toBe(-33405);
  });

  it('belong to their creator', async () => {
    const stream = await create({ target_aid: 'bobby.aun.test' });
    const id = { stream_id: field(stream, 'stream_id') };
    const carol = await network.join('carol');
    expect((await failure(bob.call('stream.close', id))).code).toBe(-33403);
    expect(await info(stream, bob)).toMatchObject({ status: 'waiting', target_aid: 'bobby.aun.test' });
    expect((await failure(info(stream, carol))).code).toBe(-33403);
    expect((await failure(alice.call('stream.get_info', { stream_id: 'none' }))).code).toBe(-33401);
    expect((await failure(alice.call('stream.close', {}))).code).toBe(-33405);
    expect(await alice.call('stream.close', { stream_id: 'none' })).toEqual({ success: true });
    expect((await alice.call('stream.list_active'))['streams']).toMatchObject([id]);
    expect((await bob.call('stream.list_active'))['streams']).toEqual([]);
    expect(await alice.call('stream.close', id)).toEqual({ success: true });
    expect(await alice.call('stream.close', id)).toEqual({ success: true });
    expect((await alice.call('stream.list_active'))['streams']).toEqual([]);
  });

  it('are limited in number', async () => {
    network.gateway.admin.streams.limits = { ...network.gateway.admin.streams.limits, active: 1 };
    const stream = await create();
    expect((await failure(create())).code).toBe(-33402);
    await alice.call('stream.close', { stream_id: field(stream, 'stream_id') });
    await create();
  });

  it('tell their health on their host', async () => {
    await create();
    const base = `http://stream.aun.test:${network.gateway.port}`;
    const health = await transfer(`${base}/health`);
    expect(JSON.parse(health.body.toString())).toMatchObject({ status: 'healthy', active_streams: 1 });
    expect((await transfer(`${base}/nothing`)).status).toBe(404);
  });

  it('may have a port of their own', async () => {
    const other = await TestNetwork.start({ streamPort: 0 });
    expect(other.gateway.streamPort).not.toBe(other.gateway.port);
    const carol = await other.join('carol');
    const stream = await carol.call('stream.create');
    expect(field(stream, 'pull_url')).toContain(`:${other.gateway.streamPort}/`);
    const pusher = await pushTo(stream);
    const reader = await pullFrom(stream);
    pusher.send({ cmd: 'data', data: 'there' });
    pusher.send({ cmd: 'close' });
    await reader.ended;
    expect(reader.text).toBe('there');
    const wrongPort = field(stream, 'push_url').replace(
      `:${other.gateway.streamPort}`,
      `:${other.gateway.port}`,
    );
    const socket = await StreamPusher.open(wrongPort);
    socket.socket.terminate();
    await other.dispose();
  });
});
