import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { beginGroupPair, GroupPerson } from '../testing/group-keys';
import { failure } from '../testing/network';
import type { TestNetwork } from '../testing/network';
import { field } from '../testing/socket';
import { jsonObject } from '../wire/frames';

const HOUR = 3_600_000;

describe('resources of a group', () => {
  let network: TestNetwork;
  let alice: GroupPerson;
  let bobby: GroupPerson;
  let carol: GroupPerson;
  let group: string;
  beforeEach(async () => {
    ({ network, alice, bobby } = await beginGroupPair());
    carol = await GroupPerson.join(network, 'carol');
    group = await alice.create('files', { visibility: 'private' });
    await alice.call('group.add_member', { group_id: group, aid: bobby.aid });
  });
  afterEach(() => network.dispose());

  /** Stores a private object and gives back what points at it. */
  async function stored(who: GroupPerson, key: string, text: string): Promise<JsonObject> {
    const content = Buffer.from(text).toString('base64');
    await who.client.call('storage.put_object', { object_key: key, content, content_type: 'text/plain' });
    return { owner_aid: who.aid, bucket: 'default', object_key: key, filename: `${key}.txt` };
  }

  async function put(who: GroupPerson, path: string, more: JsonObject = {}): Promise<JsonObject> {
    const ref = await stored(who, path.replaceAll('/', '-'), `content of ${path}`);
    return who.call('group.resources.put', {
      group_id: group,
      resource_path: path,
      title: 'A file',
      storage_ref: ref,
      ...more,
    });
  }

  const get = (who: GroupPerson, path: string): Promise<JsonObject> =>
    who.client.call('group.resources.get', { group_id: group, resource_path: path });
  const access = (who: GroupPerson, path: string): Promise<JsonObject> =>
    who.client.call('group.resources.get_access', { group_id: group, resource_path: path });

  /** Fetches the bytes behind a download; the names of the local issuer lead to the gateway. */
  async function fetched(answer: JsonObject): Promise<string> {
    const url = new URL(field(jsonObject.parse(answer['download']), 'download_url'));
    const reply = await fetch(`${network.gateway.http}${url.pathname}${url.search}`, {
      headers: { host: url.host },
    });
    expect(reply.status).toBe(200);
    return reply.text();
  }

  it('are put by members, told to everybody, and described with what storage knows', async () => {
    expect(await put(bobby, 'docs/plan.txt', { tags: ['a', 'b'], metadata: { note: 1 } })).toMatchObject({
      group_id: group,
      created: true,
      resource: {
        group_id: group,
        resource_path: 'docs/plan.txt',
        resource_type: 'file',
        title: 'A file',
        owner_aid: bobby.aid,
        created_by: bobby.aid,
        content_type: 'text/plain',
        size_bytes: 24,
        visibility: 'members_only',
        tags: ['a', 'b'],
        metadata: { note: 1 },
        storage_ref: {
          provider: 'storage',
          owner_aid: bobby.aid,
          object_key: 'docs-plan.txt',
          size_bytes: 24,
        },
      },
    });
    const seen = await alice.client.socket.event(
      'group.changed',
      (event) => event['action'] === 'resource_put',
    );
    expect(seen).toMatchObject({ resource_path: 'docs/plan.txt', actor_aid: bobby.aid });
    expect(seen).toHaveProperty('event_seq');
    expect(await put(bobby, 'docs/plan.txt', { title: 'Second' })).toMatchObject({ created: false });
    expect(await get(alice, 'docs/plan.txt')).toMatchObject({ resource: { title: 'Second' } });
    // What somebody else has put there is for leaders to replace.
    expect(await put(alice, 'docs/plan.txt')).toMatchObject({ created: false });
    expect(await failure(put(bobby, 'docs/plan.txt'))).toMatchObject({
      code: -32004,
      data: { reason: 'need_admin' },
    });
  });

  it('point only at what their author owns and has', async () => {
    const foreign = await stored(alice, 'secret', 'only mine');
    const shown = { object_key: 'shown', content: 'eHh4eA==', is_private: false };
    await alice.client.call('storage.put_object', shown);
    const open = { group_id: group, resource_path: 'x', title: 'x' };
    const readable = { ...open, storage_ref: { owner_aid: alice.aid, object_key: 'shown' } };
    expect((await failure(bobby.call('group.resources.put', readable))).code).toBe(-32004);
    const wish = { group_id: group, resource_path: 'x', title: 'x', storage_ref: foreign };
    expect((await failure(bobby.call('group.resources.put', wish))).code).toBe(-32004);
    expect((await failure(bobby.call('group.resources.request_add', wish))).code).toBe(-32004);
    const missing = { ...wish, storage_ref: { object_key: 'nothing' } };
    expect((await failure(bobby.call('group.resources.put', missing))).code).toBe(-32008);
    const none = { group_id: group, resource_path: 'x', title: 'x' };
    expect((await failure(bobby.call('group.resources.put', none))).code).toBe(-32602);
    expect(await bobby.call('group.resources.put', { ...none, resource_type: 'folder' })).toMatchObject({
      resource: { storage_ref: null },
    });
  });

  it('have plain relative paths', async () => {
    for (const path of ['/x', 'x/', 'a//b', '..', 'a/../b', './a', 'a\\b', '', 'a\nb', 'x'.repeat(1025)]) {
      const wish = { group_id: group, resource_path: path, title: 'x', resource_type: 'folder' };
      expect(await failure(alice.call('group.resources.put', wish)), path).toMatchObject({ code: -32602 });
    }
    const wish = { group_id: group, resource_path: '目录/a b', title: 'x', resource_type: 'folder' };
    expect(await alice.call('group.resources.put', wish)).toMatchObject({ created: true });
  });

  it('are listed by prefix, tag and owner, page by page', async () => {
    for (const path of ['b/2', 'a/1', 'b/1', 'c']) await put(bobby, path, { tags: [path.slice(0, 1)] });
    await put(alice, 'b/3', { tags: ['b', 'extra'] });
    const list = async (more: JsonObject): Promise<unknown[]> => {
      const reply = await bobby.client.call('group.resources.list', { group_id: group, ...more });
      return z
        .array(z.looseObject({ resource_path: z.string() }))
        .parse(reply['items'])
        .map((item) => item.resource_path);
    };
    expect(await list({})).toEqual(['a/1', 'b/1', 'b/2', 'b/3', 'c']);
    expect(await list({ prefix: 'b/', order: 'desc' })).toEqual(['b/3', 'b/2', 'b/1']);
    expect(await list({ tags: ['b', 'extra'] })).toEqual(['b/3']);
    expect(await list({ owner_aid: alice.aid })).toEqual(['b/3']);
    expect(await list({ size: 2, page: 2 })).toEqual(['b/2', 'b/3']);
    expect(await list({ limit: 2, offset: 4 })).toEqual(['c']);
    const both = bobby.client.call('group.resources.list', { group_id: group, size: 1, limit: 1 });
    expect((await failure(both)).code).toBe(-32602);
    const outside = carol.client.call('group.resources.list', { group_id: group });
    expect((await failure(outside)).code).toBe(-33005);
  });

  it('are changed and taken away by leaders', async () => {
    await put(bobby, 'file');
    const change = { group_id: group, resource_path: 'file', title: 'New', visibility: 'public' };
    expect((await failure(bobby.call('group.resources.update', change))).data).toMatchObject({
      reason: 'need_admin',
    });
    expect(await alice.call('group.resources.update', change)).toMatchObject({
      resource: { title: 'New', visibility: 'public', created_by: bobby.aid },
    });
    const named = { group_id: group, resource_path: 'file' };
    expect((await failure(bobby.call('group.resources.delete', named))).data).toMatchObject({
      reason: 'need_admin',
    });
    expect(await alice.call('group.resources.delete', named)).toEqual({ ...named, deleted: true });
    expect(await failure(get(bobby, 'file'))).toMatchObject({ code: -33008, message: 'resource not found' });
    await bobby.client.socket.event('group.changed', (event) => event['action'] === 'resource_deleted');
    expect(bobby.client.socket.events('group.changed').map((event) => event['action'])).toContain(
      'resource_updated',
    );
  });

  it('open somebody’s private object to members, for as long as they are members', async () => {
    await put(alice, 'file');
    const direct = bobby.client.call('storage.get_object', { owner_aid: alice.aid, object_key: 'file' });
    expect((await failure(direct)).code).toBe(-32004);
    const answer = await access(bobby, 'file');
    expect(answer).toMatchObject({
      resource_link: `storage://${alice.aid}/default/file`,
      token_type: 'Bearer',
      access_ticket: { ticket_type: 'group-resource-access', issued_to: bobby.aid },
    });
    expect(await fetched(answer)).toBe('content of file');
    const ticket = field(jsonObject.parse(answer['access_ticket']), 'ticket');
    expect(ticket).toMatch(/^tk_/);
    const resolve = (who: GroupPerson, params: JsonObject): Promise<JsonObject> =>
      who.client.call('group.resources.resolve_access_ticket', params);
    expect((await failure(resolve(alice, { ticket }))).code).toBe(-32004);
    expect(await fetched(await resolve(bobby, { access_ticket: ticket }))).toBe('content of file');
    expect((await failure(resolve(bobby, { ticket }))).message).toContain('has been used');
    const second = field(jsonObject.parse((await access(bobby, 'file'))['access_ticket']), 'ticket');
    const third = field(jsonObject.parse((await access(bobby, 'file'))['access_ticket']), 'ticket');
    network.gateway.clock.advance(HOUR + 1);
    expect((await failure(resolve(bobby, { ticket: second }))).message).toContain('expired');
    network.gateway.clock.advance(-HOUR);
    await alice.call('group.kick', { group_id: group, aid: bobby.aid });
    expect((await failure(resolve(bobby, { ticket: third }))).code).toBe(-33005);
    expect((await failure(access(bobby, 'file'))).code).toBe(-33005);
    await alice.client.call('storage.delete_object', { object_key: 'file' });
    expect((await failure(access(alice, 'file'))).code).toBe(-33008);
  });

  it('are asked for by members, and granted or refused by the owner once', async () => {
    const ref = await stored(bobby, 'gift', 'a gift');
    const wish = { group_id: group, resource_path: 'gift', title: 'Gift', storage_ref: ref };
    const asked = jsonObject.parse((await bobby.call('group.resources.request_add', wish))['request']);
    expect(asked).toMatchObject({ requester_aid: bobby.aid, status: 'pending', resource_created: false });
    const named = { request_id: asked['request_id'] };
    expect(
      await alice.client.socket.event(
        'group.changed',
        (event) => event['action'] === 'resource_request_created',
      ),
    ).toMatchObject({ ...named, resource_path: 'gift' });
    const pending = { group_id: group };
    expect((await failure(bobby.client.call('group.resources.list_pending', pending))).data).toMatchObject({
      reason: 'need_owner',
    });
    expect(await alice.client.call('group.resources.list_pending', pending)).toMatchObject({ total: 1 });
    expect((await failure(bobby.call('group.resources.approve_request', named))).code).toBe(-32004);
    expect(await alice.call('group.resources.approve_request', { ...named, note: 'thanks' })).toMatchObject({
      request: { status: 'approved', reviewed_by: alice.aid, review_note: 'thanks', resource_created: true },
      resource: { created_by: bobby.aid },
    });
    const late = await failure(alice.call('group.resources.reject_request', named));
    expect(late).toMatchObject({ code: -33009, data: { reason: 'resource_request_not_found' } });
    const other = jsonObject.parse((await bobby.call('group.resources.request_add', wish))['request']);
    await bobby.call('group.leave', { group_id: group });
    expect(
      await alice.call('group.resources.review_request', {
        group_id: group,
        request_id: other['request_id'],
        approve: false,
      }),
    ).toMatchObject({ request: { status: 'rejected' } });
    const copy = await bobby.client.socket.event(
      'group.changed',
      (event) => event['action'] === 'resource_request_rejected',
    );
    expect(copy).not.toHaveProperty('event_seq');
  });

  it('are read but not added by those who are muted, and added by the owner directly', async () => {
    await put(alice, 'file');
    await alice.call('group.ban', { group_id: group, subject: bobby.aid, expires_in_seconds: 60 });
    expect(await get(bobby, 'file')).toMatchObject({ resource: { resource_path: 'file' } });
    expect((await failure(put(bobby, 'other'))).data).toMatchObject({ reason: 'banned' });
    const ref = await stored(alice, 'direct', 'x');
    const wish = { group_id: group, resource_path: 'direct', title: 'x', storage_ref: ref };
    expect(await alice.call('group.resources.direct_add', wish)).toMatchObject({ created: true });
    const folder = { ...wish, resource_path: 'folder', resource_type: 'folder' };
    expect((await failure(alice.call('group.resources.direct_add', folder))).code).toBe(-32602);
    expect((await failure(bobby.call('group.resources.direct_add', wish))).code).toBe(-32004);
  });
});
