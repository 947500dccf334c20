import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dictsOf, textOf } from '../harness/sdk0220';
import { parseDict } from '../harness/sdk0220/json';
import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());

describe('registration of a 0.2.20 client', () => {
  it('creates an AID, logs in and connects with the result the SDK needs', async () => {
    const alice = await world.person('alice').join({ slotId: 'main' });
    expect(alice.client.state).toBe('connected');
    expect(alice.client.hello['status']).toBe('ok');
    expect(alice.client.hello['protocol']).toBe('1.0');
    expect(alice.client.hello['identity']).toMatchObject({ aid: alice.aid });
    expect(alice.client.hello['connection']).toMatchObject({
      device_id: alice.client.deviceId,
      kind: 'long',
    });
    expect(alice.events.filter((event) => event.name === 'warning')).toEqual([]);
  });

  it('issues a leaf in the exact profile', async () => {
    const person = world.person('profile');
    const { cert } = await person.client.createAid(person.aid);
    const leaf = new X509Certificate(cert);
    expect(leaf.subject).toBe(`CN=${person.aid}`);
    expect(leaf.issuer).toBe('CN=aun.test');
    expect(leaf.ca).toBe(false);
    expect(leaf.serialNumber).toMatch(/^[1-7][0-9A-F]{31}$/);
    expect(Date.now() - Date.parse(leaf.validFrom)).toBeGreaterThan(9 * 60_000);
    expect(cert.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    expect(cert.endsWith('-----END CERTIFICATE-----\n')).toBe(true);
  });

  it('is idempotent for the same key and refuses the name to another key with the text the SDK looks for', async () => {
    const first = world.person('taken');
    const { cert } = await first.client.createAid(first.aid);
    first.client.data.update(first.aid, (record) => {
      record.certPem = '';
    });
    await expect(first.client.createAid(first.aid)).resolves.toMatchObject({ cert });
    const thief = world.device(first, 'thief');
    thief.client.data.update(first.aid, (record) => {
      record.privateKeyPem = '';
      record.publicKeySpki = '';
      record.certPem = '';
    });
    await expect(thief.client.createAid(first.aid)).rejects.toThrow('already registered');
    expect(thief.client.data.load(first.aid).privateKeyPem).not.toBe('');
  });

  it('refuses names that break the rules', async () => {
    const person = await world.person('namer').join();
    for (const aid of [
      'abc.aun.test',
      'UPPER.aun.test',
      '-lead.aun.test',
      'guest12.aun.test',
      'g-group.aun.test',
    ]) {
      const params = { aid, public_key: person.client.data.load(person.aid).publicKeySpki, curve: 'P-256' };
      await expect(person.client.rawCall('auth.create_aid', params), aid).rejects.toMatchObject({
        code: -32602,
      });
    }
  });

  it('answers 404 for an unknown AID and serves the certificate by either fingerprint', async () => {
    const person = world.person('finger');
    const { cert } = await person.client.createAid(person.aid);
    const leaf = new X509Certificate(cert);
    const digest = leaf.fingerprint256.replaceAll(':', '').toLowerCase();
    expect((await world.gateway.get('/pki/cert/nobody.aun.test')).status).toBe(404);
    const found = await world.gateway.get(`/pki/cert/${person.aid}?cert_fingerprint=sha256%3A${digest}`);
    expect(found).toMatchObject({ status: 200, body: cert });
    const wrong = await world.gateway.get(
      `/pki/cert/${person.aid}?cert_fingerprint=sha256%3A${'0'.repeat(64)}`,
    );
    expect(wrong.status).toBe(404);
  });

  it('does not trust a gateway whose chain ends in another root', async () => {
    const other = await World.begin();
    try {
      const rootCaPath = world.folder('other-root.pem');
      writeFileSync(rootCaPath, other.gateway.rootPem);
      const person = world.person('wary', { rootCaPath });
      await person.client.createAid(person.aid);
      await expect(person.client.authenticate()).rejects.toThrow('not anchored by a trusted root');
    } finally {
      await other.end();
    }
  });

  it('is found by discovery through the real host names over TLS', async () => {
    const port = world.gateway.port;
    const person = world.person('finder', {
      extraCa: world.gateway.rootPem,
      verifySsl: true,
      gatewayUrl: '',
      redirect: () => ({ host: '127.0.0.1', port }),
    });
    await person.join();
    expect(person.client.state).toBe('connected');
    const record = person.client.data.load(person.aid);
    expect(record.gatewayUrl).toMatch(/^wss?:\/\//);
  });

  it('lists its gateways for the gateway host and for every AID host', async () => {
    const reply = await world.gateway.get('/.well-known/aun-gateway');
    const gateways = dictsOf(parseDict(reply.body)?.['gateways']);
    expect(gateways.length).toBeGreaterThan(0);
    for (const gateway of gateways) {
      expect(textOf(gateway['url'])).toMatch(/^wss?:\/\//);
      expect(gateway['priority']).toBeTypeOf('number');
    }
  });

  it('reuses cached tokens without any network, and logs in anew for another slot after they are gone', async () => {
    const person = await world.person('cached').join();
    const first = await person.client.authenticate(person.aid);
    const again = await person.client.authenticate(person.aid);
    expect(again.access_token).toBe(first.access_token);
    person.client.data.update(person.aid, (record) => {
      record.instances = {};
    });
    const fresh = await person.client.authenticate(person.aid);
    expect(fresh.access_token).not.toBe(first.access_token);
  });

  it('registers again by itself when the network has forgotten the name', async () => {
    const person = world.person('forgotten');
    await person.client.createAid(person.aid);
    await world.gateway.admin('free_name', { aid: person.aid });
    const credentials = await person.client.authenticate(person.aid);
    expect(credentials.access_token).not.toBe('');
  });

  it('refuses a revoked identity at login, and peers stop trusting it', async () => {
    const person = await world.person('revoked').join();
    const peer = await world.person('watcher').join();
    await person.leave();
    await world.gateway.admin('revoke', { aid: person.aid });
    person.client.data.update(person.aid, (record) => {
      record.instances = {};
    });
    await person.restart();
    await expect(person.client.authenticate(person.aid)).rejects.toMatchObject({ code: -32001 });
    await expect(peer.tell(person.aid, 'still there?')).rejects.toThrow(
      /revoked|no registered device prekeys|peer cert verification failed/,
    );
  });
});
