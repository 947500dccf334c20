import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchAs } from '../../../gateway/testing/http';
import { TestNetwork } from '../../../gateway/testing/network';
import { createPkiSource, createWebClient } from '../../gateway/index';
import type { GatewayAccess } from '../../gateway/index';
import type { Profiles } from '../../ports/profile';
import type { WebClient } from '../../ports/web';
import { silentLogger } from '../../runtime/logger';
import { systemClock, systemRandom, systemScheduler } from '../../runtime/runtime';
import { openTestStore } from '../../store/store-test-support';
import { testAid } from '../testing/test-network';
import { createCertificateVerifier } from '../verifier';
import { createProfiles } from './index';
import { documentOf, ProfileWorld } from './testing/profile-world';

const runtime = {
  clock: systemClock,
  random: systemRandom,
  scheduler: systemScheduler,
  logger: silentLogger,
};

let network: TestNetwork;
let hostile: Server;
/** What the hostile host makes of a profile on its way; null: nothing. */
let meddle: ((document: string) => string) | null = null;
let toHostile: string;

beforeAll(async () => {
  network = await TestNetwork.start();
  hostile = createServer((request, response) => {
    const headers = request.headers['if-none-match'];
    void fetchAs(network.gateway.http, request.url ?? '/', {
      host: request.headers.host ?? '',
      ...(headers === undefined || meddle !== null ? {} : { headers: { 'If-None-Match': headers } }),
    }).then((reply) => {
      const body = request.url === '/agent.md' && meddle !== null ? meddle(reply.body) : reply.body;
      response.writeHead(reply.status, { 'content-type': reply.headers['content-type'] ?? 'text/plain' });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
  const address = hostile.address();
  toHostile = `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/aun`;
});

afterAll(async () => {
  hostile.close();
  await network.dispose();
});

interface Account {
  readonly aid: string;
  readonly profiles: Profiles;
  readonly statuses: number[];
  readonly token: string;
}

/** An account with its own key, registered at the gateway, whose service goes through the real network code. */
async function account(name: string, gatewayUrl = network.gateway.url): Promise<Account> {
  const registered = await network.register(name);
  const { access_token: token } = await network.login(registered);
  const { rootPem } = network.gateway;
  const access: GatewayAccess = {
    network: { issuer: 'aun.test', pinnedGatewayUrl: gatewayUrl, rootPem },
    runtime,
  };
  const aid = testAid(registered.aid);
  const pki = createPkiSource(access);
  const world = await ProfileWorld.create();
  const { identity } = world.personWith(aid, registered.privateKey, registered.publicKey, registered.cert);
  const real = createWebClient(access);
  const statuses: number[] = [];
  const web: WebClient = {
    async request(request) {
      const answer = await real.request(request);
      statuses.push(answer.status);
      return answer;
    },
  };
  const trust = { trustRoots: [rootPem], pinnedIssuer: true };
  const profiles = createProfiles({
    identity,
    web,
    pki,
    store: (await openTestStore()).store,
    verifier: createCertificateVerifier({ pki, ...trust, clock: systemClock, logger: silentLogger }),
    accessToken: () => Promise.resolve(token),
    clock: systemClock,
    logger: silentLogger,
    changed: () => undefined,
  });
  return { aid, profiles, statuses, token };
}

describe('with the local gateway', () => {
  it('a profile is published by one account and verified by another, and not sent twice', async () => {
    const [alice, bob] = await Promise.all([account('alice'), account('bobby')]);
    const text = documentOf(alice.aid, { name: 'Alice 你好' });
    expect(await alice.profiles.own(true)).toMatchObject({ state: 'not_published' });
    expect(await alice.profiles.publish(text, null)).toMatchObject({
      state: 'published',
      published: { text },
    });
    expect(await bob.profiles.peer(alice.aid, false)).toMatchObject({ status: 'verified', text });
    expect(await bob.profiles.peer(alice.aid, true)).toMatchObject({ status: 'verified', text });
    expect(await alice.profiles.own(true)).toMatchObject({ published: { text, status: 'verified' } });
    expect(bob.statuses).toEqual([200, 304]);
    expect(alice.statuses).toEqual([404, 404, 200, 304]);
  });

  it('nobody publishes for somebody else', async () => {
    const carol = await account('carol');
    const dave = await account('davey');
    const url = network.gateway.http;
    const stolen = await fetchAs(url, '/agent.md', {
      method: 'PUT',
      host: dave.aid,
      headers: { Authorization: `Bearer ${carol.token}` },
      body: documentOf(dave.aid),
    });
    expect(stolen.status).toBe(403);
    await expect(carol.profiles.publish(documentOf(dave.aid), null)).rejects.toMatchObject({
      code: 'profile_invalid',
    });
  });

  it('an old or unsigned document that the gateway serves again is kept out', async () => {
    const [erin, frank] = await Promise.all([account('erins'), account('frank')]);
    const raw = async () => (await fetchAs(network.gateway.http, '/agent.md', { host: erin.aid })).body;
    const put = (body: string) =>
      fetchAs(network.gateway.http, '/agent.md', {
        method: 'PUT',
        host: erin.aid,
        headers: { Authorization: `Bearer ${erin.token}` },
        body,
      });
    const first = await erin.profiles.publish(documentOf(erin.aid, { version: '1.0.0' }), null);
    const old = await raw();
    const newest = documentOf(erin.aid, { version: '1.1.0' });
    await erin.profiles.publish(newest, first.published?.etag ?? null);
    expect(await frank.profiles.peer(erin.aid, false)).toMatchObject({ text: newest });
    expect((await put(old)).status).toBe(200);
    expect(await frank.profiles.peer(erin.aid, true)).toMatchObject({
      text: newest,
      warning: 'older_than_known',
    });
    expect((await put(documentOf(erin.aid, { version: '9.0.0' }))).status).toBe(200);
    expect(await frank.profiles.peer(erin.aid, true)).toMatchObject({
      text: newest,
      warning: 'became_unsigned',
    });
    expect(await erin.profiles.own(true)).toMatchObject({ published: { warning: 'became_unsigned' } });
  });
});

describe('with a hostile host in between', () => {
  it('a tampered, stripped or endless document is not believed', async () => {
    const grace = await account('grace');
    const heidi = await account('heidi', toHostile);
    const text = documentOf(grace.aid, { name: 'Grace' });
    await grace.profiles.publish(text, null);
    meddle = (document) => document.replace('"Grace"', '"Your bank"');
    expect(await heidi.profiles.peer(grace.aid, true)).toMatchObject({ status: 'invalid', text: '' });
    meddle = null;
    expect(await heidi.profiles.peer(grace.aid, true)).toMatchObject({ status: 'verified', text });
    meddle = (document) => document.replace('"Grace"', '"Your bank"');
    expect(await heidi.profiles.peer(grace.aid, true)).toMatchObject({ text, warning: 'became_invalid' });
    meddle = (document) => document.slice(0, document.indexOf('<!-- AUN'));
    expect(await heidi.profiles.peer(grace.aid, true)).toMatchObject({ text, warning: 'became_unsigned' });
    meddle = () => 'x'.repeat(65_536);
    expect(await heidi.profiles.peer(grace.aid, true)).toMatchObject({ text, warning: 'too_large' });
    meddle = null;
    expect(await heidi.profiles.peer(grace.aid, true)).toMatchObject({ text, warning: null });
  });
});
