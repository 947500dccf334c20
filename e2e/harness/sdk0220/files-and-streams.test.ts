import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayProcess } from '../gateway-process';
import { Person } from '../person';
import { temporaryFolder } from '../temporary-folder';
import {
  SdkError,
  StreamPull,
  StreamPush,
  dictsOf,
  isDict,
  openFile,
  sealFile,
  sha256,
  textOf,
} from './index';
import type { Dict } from './index';

let remove: () => void;
let gateway: GatewayProcess;
let alice: Person;
let bob: Person;
beforeAll(async () => {
  const { folder, remove: removeFolder } = temporaryFolder('files');
  remove = removeFolder;
  gateway = await GatewayProcess.start({ dataDir: path.join(folder, 'gateway') });
  alice = await new Person(gateway, 'alice.aun.test', path.join(folder, 'alice')).join();
  bob = await new Person(gateway, 'bobby.aun.test', path.join(folder, 'bob')).join();
});
afterAll(async () => {
  await Promise.all([alice.leave(), bob.leave()]);
  await gateway.stop();
  remove();
});

/** The error of something that must fail. */
const failure = async (work: Promise<unknown>): Promise<SdkError> => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof SdkError) return error;
  throw new Error('it did not fail as it should');
};

describe('files of 0.2.20 applications', () => {
  it.each([
    ['in a call', 200],
    ['at the edge of a call', 65_536],
    ['through an upload session', 200_000],
  ])('travel encrypted between two people, %s', async (_way, size) => {
    const bytes = randomBytes(size);
    const sealed = sealFile(alice.aid, bytes, {
      filename: 'plan.bin',
      contentType: 'image/png',
      padding: false,
    });
    const facts = { is_private: false, overwrite: false, expire_in_seconds: 2_592_000 };
    const stored = await alice.client.storage.upload(sealed.objectKey, sealed.stored, facts);
    expect(stored).toMatchObject({
      object_key: sealed.objectKey,
      sha256: sha256(sealed.stored),
      size_bytes: size + 16,
      version: 1,
    });
    const before = bob.received.length;
    await alice.client.send({
      to: bob.aid,
      payload: { type: 'file', text: 'the plan', attachments: [sealed.reference] },
    });
    await bob.heard(before + 1);
    const payload = bob.received[before]?.['payload'];
    const [reference] = dictsOf(isDict(payload) ? payload['attachments'] : []);
    const fetched = await bob.client.storage.download(reference ?? {});
    expect(fetched.includes(bytes.subarray(0, 64))).toBe(false);
    expect(openFile(reference ?? {}, fetched).equals(bytes)).toBe(true);
    const again = await failure(alice.client.storage.upload(sealed.objectKey, sealed.stored, facts));
    expect(again.message).toContain('already exists');
  });

  it('hide their size, and refuse every change', () => {
    const bytes = Buffer.from('short');
    const { reference, stored } = sealFile('alice.aun.test', bytes, {
      filename: 'a',
      contentType: 'text/plain',
    });
    expect(stored).toHaveLength(4096 + 16);
    const large = sealFile('alice.aun.test', Buffer.alloc(1024 * 1024 + 1), {
      filename: 'a',
      contentType: 'b/c',
    });
    expect(large.stored).toHaveLength(1024 * 1024 + 65_536 + 16);
    expect(openFile(reference, stored).toString()).toBe('short');
    const enc = isDict(reference['enc']) ? reference['enc'] : {};
    const open = (change: Dict) => () => openFile({ ...reference, enc: { ...enc, ...change } }, stored);
    for (const change of [{ v: 2 }, { alg: 'none' }, { aad: '' }, { iv: '' }, { key: 'AAAA' }]) {
      expect(open(change)).toThrow('unsupported attachment');
    }
    expect(open({ key: randomBytes(32).toString('base64') })).toThrow('cannot be decrypted');
    expect(open({ size_bytes: 5000 })).toThrow('too short');
    expect(open({ size_bytes: 4 })).toThrow('does not match its hash');
    const rotten = Buffer.from(stored);
    rotten[7] = (rotten[7] ?? 0) ^ 1;
    expect(() => openFile(reference, rotten)).toThrow('damaged in storage');
    expect(() => openFile({ ...reference, sha256: sha256(rotten) }, rotten)).toThrow('cannot be decrypted');
  });

  it('cannot be fetched when they are private, gone or damaged', async () => {
    const { storage } = alice.client;
    const name = (key: string) => ({ owner_aid: alice.aid, object_key: key });
    await storage.upload('private', Buffer.from('x'));
    expect(await failure(bob.client.storage.download(name('private')))).toMatchObject({
      name: 'PermissionError',
    });
    expect(await failure(bob.client.storage.download(name('none')))).toMatchObject({ name: 'NotFoundError' });
    await storage.upload('open', randomBytes(100_000), { is_private: false });
    await gateway.admin('storage_corrupt', name('open'));
    expect((await failure(bob.client.storage.download(name('open')))).message).toContain('wrong hash');
    await gateway.admin('storage_fault', { verb: 'GET', after_bytes: 10 });
    expect(await failure(bob.client.storage.download(name('open')))).toMatchObject({
      name: 'ConnectionError',
    });
    await gateway.admin('storage', { up: false });
    expect((await failure(storage.upload('later', Buffer.from('x')))).code).toBe(-32002);
    await gateway.admin('storage', { up: true });
    expect(await alice.event('storage.object_changed')).toMatchObject({
      action: 'put',
      owner_aid: alice.aid,
    });
    await alice.client.call('storage.delete_object', { object_key: 'open' });
    await alice.event('storage.object_changed', (event) => event['action'] === 'delete');
    expect(bob.events.filter((event) => event.name.startsWith('storage.'))).toEqual([]);
  });

  it('are there after the gateway was killed, and large ones do not hold up anybody else', async () => {
    const bytes = randomBytes(10_485_760);
    const uploading = alice.client.storage.upload('large', bytes, { is_private: false });
    await bob.client.call('meta.ping', {});
    await uploading;
    await gateway.kill();
    await gateway.startAgain();
    await Promise.all([alice, bob].map(async (person) => (await person.restart()).online()));
    const got = await bob.client.storage.download({
      owner_aid: alice.aid,
      object_key: 'large',
      sha256: sha256(bytes),
    });
    expect(got.equals(bytes)).toBe(true);
  });
});

describe('streams of 0.2.20 applications', () => {
  const create = async (params: Dict = {}) => {
    const stream = await alice.client.call('stream.create', params);
    if (!isDict(stream)) throw new Error('no stream');
    return {
      ...stream,
      pull_url: textOf(stream['pull_url']).replace(/\?.*/, ''),
      pull_token: textOf(stream['pull_token']),
    };
  };

  it('are announced in an encrypted message and read while they are written', async () => {
    const stream = await create({ target_aid: bob.aid });
    const before = bob.received.length;
    await alice.client.send({
      to: bob.aid,
      payload: {
        type: 'json',
        kind: 'aun.stream',
        fallback_text: '(streaming reply)',
        data: { stream_id: 'x', pull_url: stream.pull_url, pull_token: stream.pull_token },
      },
    });
    await bob.heard(before + 1);
    const payload = bob.received[before]?.['payload'];
    const data = isDict(payload) && isDict(payload['data']) ? payload['data'] : {};
    const place = { pull_url: textOf(data['pull_url']), pull_token: textOf(data['pull_token']) };
    const push = await StreamPush.open(stream, alice.client.network);
    const pull = await StreamPull.open(place, bob.client.network, { aid: bob.aid });
    for (const piece of ['Hello', ' ', '世界', '\n', 'end ']) push.send(piece);
    await push.close();
    await pull.ended;
    expect([pull.text, pull.done]).toEqual(['Hello 世界\nend ', true]);
    expect(pull.events.map((event) => event.id)).toEqual([1, 2, 3, 4, 5, 0]);
    expect(push.answers).toEqual([{ status: 'closed' }]);
    const other = StreamPull.open(place, bob.client.network, { aid: 'carol.aun.test' });
    expect((await failure(other)).message).toContain('403');
    expect((await failure(StreamPush.open(stream, alice.client.network))).message).toContain('410');
  });

  it('go on where they were when either side loses its connection', async () => {
    const stream = await create();
    const push = await StreamPush.open(stream, alice.client.network);
    const pull = await StreamPull.open(stream, bob.client.network);
    push.send('a', 1);
    push.send('b', 2);
    await expect.poll(() => pull.text).toBe('ab');
    await gateway.admin('stream_drop', { side: 'both' });
    await pull.ended;
    expect(pull.done).toBe(false);
    const again = await StreamPush.open(stream, alice.client.network);
    again.send('b', 2);
    again.send('c', 3);
    const rest = await StreamPull.open(stream, bob.client.network, { after: 2 });
    await again.close();
    await rest.ended;
    expect(pull.text + rest.text).toBe('abc');
  });
});

describe('thoughts of 0.2.20 applications', () => {
  it('are sealed for the peer and come back in order', async () => {
    const context = { type: 'run', id: 'run-1' };
    for (const text of ['first', 'second']) {
      await alice.client.thoughtPut({ to: bob.aid, context, payload: { type: 'thought', text } });
    }
    const found = await bob.client.thoughtGet({ sender_aid: alice.aid, context });
    expect(dictsOf(found['thoughts']).map((thought) => thought['payload'])).toEqual([
      { type: 'thought', text: 'first' },
      { type: 'thought', text: 'second' },
    ]);
  });
});
