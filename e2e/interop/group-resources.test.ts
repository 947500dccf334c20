import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Meddler } from '../harness/meddler';
import type { Person } from '../harness/person';
import { dictsOf, isDict, numberOf, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { groupIs, logged, makeGroup, secured, verdict } from './group-folk';
import { Parley } from './parley';
import { World } from './world';

/** Shared files of a group (`protocol/06 §4.1`): another client puts them there, engines in every role read them. */
let world: World;
let owner: Parley;
let admin: Parley;
let member: Parley;
let muted: Parley;
let outsider: Parley;
/** A member with the client of an older generation, whose private objects are shared. */
let sharer: Person;
let group = '';
let count = 0;

beforeAll(async () => {
  world = await World.begin();
  sharer = await world.person('sharer').join();
  [owner, admin, member, muted, outsider] = await Promise.all([
    Parley.join(world, 'owner', false),
    Parley.join(world, 'admin', false),
    Parley.join(world, 'member', false),
    Parley.join(world, 'muted', false),
    Parley.join(world, 'outside', false),
  ]);
  group = await makeGroup(owner, [admin, member, muted, sharer]);
  await owner.call('group.setRole', { group, aid: admin.aid, role: 'admin' });
  await owner.call('group.mute', { group, aid: muted.aid, seconds: 0, reason: 'loud' });
  for (const parley of [admin, member, muted]) await secured(parley, group);
  await groupIs(admin, group, 'is led', ({ role }) => role === 'admin');
  await groupIs(muted, group, 'is muted', ({ mutedUntil }) => mutedUntil !== null);
}, 120_000);
afterAll(() => world.end());

/** Stores a private object; what points at it. */
async function stored(bytes: Buffer, filename: string): Promise<Dict> {
  count += 1;
  const key = `shared-${String(count)}`;
  await sharer.client.storage.upload(key, bytes, { is_private: true, content_type: 'application/pdf' });
  return { owner_aid: sharer.aid, bucket: 'default', object_key: key, filename };
}

async function put(path: string, bytes: Buffer, more: Dict = {}): Promise<void> {
  await sharer.client.call('group.resources.put', {
    group_id: group,
    resource_path: path,
    title: `Title of ${path}`,
    storage_ref: await stored(bytes, path.split('/').at(-1) ?? path),
    ...more,
  });
}

const place = (): string => world.folder(`taken-${String((count += 1))}`);

async function saved(parley: Parley, path: string, at = place()): Promise<Buffer> {
  expect(await parley.call('groupFile.save', { group, path }, [at])).toEqual({ saved: true });
  return readFileSync(at);
}

async function listed(parley: Parley): Promise<Map<string, Dict>> {
  const { files } = await parley.call('groupFile.list', { group, limit: 200 });
  return new Map(dictsOf(files).map((file) => [textOf(file['path']), file]));
}

describe('shared files of a group', () => {
  it('are listed for every member with what the network knows of them, and saved byte for byte', async () => {
    const small = randomBytes(2000);
    const large = randomBytes(3 * 1_048_576 + 17);
    await put('docs/small.pdf', small, { tags: ['plan'] });
    await put('docs/large.pdf', large);
    for (const parley of [owner, admin, member, muted]) {
      expect((await listed(parley)).get('docs/small.pdf')).toMatchObject({
        title: 'Title of docs/small.pdf',
        fileName: 'small.pdf',
        size: 2000,
        type: 'application/pdf',
        opens: 'save',
        sealed: false,
        addedBy: sharer.aid,
        tags: ['plan'],
      });
      expect((await saved(parley, 'docs/small.pdf')).equals(small)).toBe(true);
    }
    expect((await saved(member, 'docs/large.pdf')).equals(large)).toBe(true);
    expect(await member.call('groupFile.save', { group, path: 'docs/small.pdf' })).toEqual({ saved: false });
  });

  it('come in pages', async () => {
    for (let nth = 0; nth < 5; nth += 1)
      await sharer.client.call('group.resources.put', {
        group_id: group,
        resource_path: `pages/${String(nth)}`,
        title: 'x',
        resource_type: 'folder',
      });
    const seen: string[] = [];
    for (let next: unknown = 0; next !== null;) {
      const page: Dict = await member.call('groupFile.list', { group, limit: 2, offset: numberOf(next) });
      seen.push(...dictsOf(page['files']).map((file) => textOf(file['path'])));
      next = page['next'];
    }
    expect(seen).toEqual([...(await listed(member)).keys()]);
    expect(new Set(seen).size).toBe(seen.length);
    expect(await verdict(member.call('groupFile.save', { group, path: 'pages/1' }, [place()]))).toBe(
      'attachment_unsupported',
    );
  });

  it.each([
    ['groupFile.list', {}],
    ['groupFile.get', { path: 'docs/small.pdf' }],
    ['groupFile.save', { path: 'docs/small.pdf' }],
    ['groupFile.remove', { path: 'docs/small.pdf' }],
    ['groupFile.requests', {}],
    ['groupFile.review', { request: 'req_1', approve: true }],
  ])('%s is nothing for people outside', async (command, params) => {
    expect(await verdict(outsider.call(command, { group, ...params }, [place()]))).toBe('group_not_found');
  });

  it('are taken off the list by owner and admins only; whoever wants it then finds nothing', async () => {
    await put('gone.pdf', randomBytes(10));
    for (const parley of [member, muted])
      expect(await verdict(parley.call('groupFile.remove', { group, path: 'gone.pdf' }))).toBe(
        'group_need_admin',
      );
    expect(await verdict(admin.call('groupFile.remove', { group, path: 'gone.pdf' }))).toBe('ok');
    expect(await verdict(owner.call('groupFile.remove', { group, path: 'gone.pdf' }))).toBe('not_found');
    expect(await verdict(member.call('groupFile.get', { group, path: 'gone.pdf' }))).toBe('not_found');
    expect(await verdict(member.call('groupFile.save', { group, path: 'gone.pdf' }, [place()]))).toBe(
      'not_found',
    );
    await logged(member, group, 'resource_deleted', ({ actor }) => actor === admin.aid);
  });

  it('whose object its owner deleted are not found, and nothing is left on the disk', async () => {
    const ref = await stored(randomBytes(10), 'empty.pdf');
    await sharer.client.call('group.resources.put', {
      group_id: group,
      resource_path: 'empty.pdf',
      title: 'x',
      storage_ref: ref,
    });
    await sharer.client.call('storage.delete_object', { object_key: ref['object_key'] });
    const at = place();
    expect(await verdict(member.call('groupFile.save', { group, path: 'empty.pdf' }, [at]))).toBe(
      'not_found',
    );
    expect(existsSync(at)).toBe(false);
  });

  it('are wished for by members, and the owner decides once', async () => {
    const wish = async (path: string): Promise<string> => {
      const answer = await sharer.client.call('group.resources.request_add', {
        group_id: group,
        resource_path: path,
        title: `Wish ${path}`,
        storage_ref: await stored(Buffer.from(path), path),
      });
      const request = isDict(answer) ? answer['request'] : null;
      return isDict(request) ? textOf(request['request_id']) : '';
    };
    const [yes, no] = [await wish('yes.txt'), await wish('no.txt')];
    for (const parley of [admin, member, muted])
      for (const work of [
        parley.call('groupFile.requests', { group }),
        parley.call('groupFile.review', { group, request: yes, approve: true }),
      ])
        expect(await verdict(work)).toBe('group_need_owner');
    const { requests } = await owner.call('groupFile.requests', { group });
    expect(dictsOf(requests)).toMatchObject([
      { request: yes, aid: sharer.aid, title: 'Wish yes.txt' },
      { request: no, aid: sharer.aid, title: 'Wish no.txt' },
    ]);
    await owner.call('groupFile.review', { group, request: yes, approve: true });
    await owner.call('groupFile.review', { group, request: no, approve: false, note: 'rather not' });
    expect(await verdict(owner.call('groupFile.review', { group, request: yes, approve: false }))).toBe(
      'not_found',
    );
    expect((await saved(member, 'yes.txt')).toString()).toBe('yes.txt');
    expect((await listed(member)).has('no.txt')).toBe(false);
    expect(await owner.call('groupFile.requests', { group })).toEqual({ requests: [] });
  });
});

describe('a gateway that lies about shared files', () => {
  let meddler: Meddler;
  let target: Parley;
  beforeAll(async () => {
    meddler = await Meddler.before(world.gateway);
    world.onEnd(() => meddler.stop());
    target = await Parley.join(world, 'target', false, { gatewayUrl: meddler.url });
    // Somebody who has just come may not have published their keys yet.
    await until(
      'target is added',
      async () => {
        const { failed } = await owner.call('group.add', { group, members: [{ aid: target.aid }] });
        return dictsOf(failed).length === 0;
      },
      60_000,
    );
    await secured(target, group);
    await put('true.pdf', Buffer.from('the true file'));
  }, 120_000);

  /** Changes the answers to one method. */
  function answers(method: string, change: (result: Dict) => Dict): void {
    meddler.meddle = (frame, called) =>
      called === method && isDict(frame['result']) ? { ...frame, result: change(frame['result']) } : frame;
  }
  const resolve = 'group.resources.resolve_access_ticket';
  const download = (change: (download: Dict) => Dict) => (result: Dict) => ({
    ...result,
    download: isDict(result['download']) ? change(result['download']) : {},
  });
  async function saving(): Promise<{ code: string; left: boolean }> {
    const at = place();
    const code = await verdict(target.call('groupFile.save', { group, path: 'true.pdf' }, [at]));
    return { code, left: existsSync(at) };
  }

  it('redeems each ticket once, and takes no for an answer', async () => {
    meddler.meddle = null;
    expect(await saving()).toEqual({ code: 'ok', left: true });
    expect(await saving()).toEqual({ code: 'ok', left: true });
    const redeemed = meddler
      .requestsOf(resolve)
      .map(({ params }) => (isDict(params) ? params['ticket'] : ''));
    expect(redeemed).toHaveLength(2);
    expect(new Set(redeemed).size).toBe(2);
    const [used] = redeemed;
    answers('group.resources.get_access', (result) => ({ ...result, access_ticket: { ticket: used } }));
    expect((await saving()).code).toBe('permission_denied');
  });

  it.each<[string, (given: Dict) => Dict, string]>([
    ['another hash', (given) => ({ ...given, sha256: '0'.repeat(64) }), 'attachment_damaged'],
    ['a smaller size', (given) => ({ ...given, size_bytes: 3 }), 'attachment_damaged'],
    ['an endless size', (given) => ({ ...given, size_bytes: 1e12 }), 'attachment_too_large'],
    ['no address', (given) => ({ ...given, download_url: 7 }), 'protocol_error'],
    [
      'a file of this computer',
      (given) => ({ ...given, download_url: 'file:///etc/passwd' }),
      'invalid_request',
    ],
    [
      'a place in our own network',
      (given) => ({ ...given, download_url: 'https://192.168.0.1/x' }),
      'invalid_request',
    ],
  ])('%s leaves nothing on the disk', async (_what, change, code) => {
    answers(resolve, download(change));
    expect(await saving()).toEqual({ code, left: false });
  });

  it('cannot break the list', async () => {
    const odd: unknown[] = [
      null,
      [],
      { resource_path: 7 },
      {
        resource_path: 'a\u202eb',
        resource_type: 'hologram\u0000',
        title: { x: 1 },
        tags: 'x',
        size_bytes: -1,
      },
      { resource_path: 'link', resource_type: 'link', metadata: { url: 'javascript:alert(1)' } },
      { resource_path: 'x'.repeat(5000) },
      {
        resource_path: 'long',
        title: 'y'.repeat(100_000),
        tags: Array.from({ length: 999 }, () => 'z'.repeat(999)),
      },
    ];
    answers('group.resources.list', (result) => ({ ...result, items: odd, total: 1e15 }));
    const files = await listed(target);
    expect([...files.keys()]).toEqual(['a\u202eb', 'link', 'long']);
    expect(files.get('a\u202eb')).toMatchObject({ kind: 'other', otherKind: 'hologram', opens: 'nothing' });
    expect(textOf(files.get('a\u202eb')?.['place'])).not.toContain('\u202e');
    expect(files.get('link')).toMatchObject({ opens: 'nothing', url: null });
    expect(textOf(files.get('long')?.['title']).length).toBeLessThanOrEqual(255);
  });

  it('that gives another file than was asked for is not followed', async () => {
    answers('group.resources.get', (result) => ({
      ...result,
      resource: { ...(isDict(result['resource']) ? result['resource'] : {}), resource_path: 'other' },
    }));
    expect((await saving()).code).toBe('protocol_error');
  });
});
