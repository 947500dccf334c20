import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { fetchAs } from '../testing/http';
import { GatewayStore } from '../store/store';
import type { TestIdentity } from '../testing/identity';
import { field, temporaryFolder, TestNetworkLogin } from '../testing/custody';

const KEY = 'b3BhcXVlIGNpcGhlcnRleHQ=';
const metadata = { envelope_version: 1, purpose: 'backup', note: '秘' };

describe('what is kept for a copy', () => {
  it('is destroyed when it was given out', async () => {
    const { folder, remove } = temporaryFolder('custody');
    const store = new GatewayStore(folder);
    store.custody.addTransfer('hash', 'alice.aun.test', 1);
    store.custody.putMaterial('hash', { cert: 'cert', key: 'sealed', metadata: '{}' });
    expect(store.custody.transfer('hash')?.material).toMatchObject({ key: 'sealed' });
    store.custody.markClaimed('hash');
    expect(store.custody.transfer('hash')).toMatchObject({ claimed: true, material: null });
    store.close();
    remove();
  });
});

describe('the custody service', () => {
  let network: TestNetworkLogin;
  let alice: TestIdentity;
  let token: string;
  let phones = 0;
  /** Codes of transfers that went through. */
  const used: string[] = [];

  beforeAll(async () => {
    network = await TestNetworkLogin.begin();
    ({ identity: alice, token } = await network.member('alice'));
  });
  afterAll(() => network.dispose());

  /** A number nobody has used yet: codes and limits are for one number. */
  const phone = () => `+48600${String((phones += 1)).padStart(6, '0')}`;
  const post = (path: string, body: JsonObject, bearer?: string) => network.post(path, body, bearer);
  const sendBind = async (number: string) =>
    field((await post('/custody/accounts/send-code', { phone: number }, token)).json, 'debug_code');
  const sendRestore = async (number: string, aid = alice.aid) =>
    field((await post('/custody/accounts/send-code', { phone: number, aid })).json, 'debug_code');
  const bind = (number: string, code: string, more: JsonObject = {}) =>
    post(
      '/custody/accounts/bind-phone',
      { phone: number, code, cert: alice.cert, key: KEY, metadata, ...more },
      token,
    );
  const restore = (number: string, code: string, aid = alice.aid) =>
    post('/custody/accounts/restore-phone', { phone: number, code, aid });
  const wrong = (code: string) => (code === '000000' ? '000001' : '000000');
  const refused = (status: number, code: string) => ({ status, json: { error: { code } } });

  it('is found under the name of an AID, under its own, and at the bare address', async () => {
    const at = async (host?: string, https = false) =>
      JSON.parse(
        (
          await fetchAs(network.base(https), '/.well-known/aun-custody', {
            ...(host === undefined ? {} : { host }),
            ca: network.rootPem,
          })
        ).body,
      ) as unknown;
    expect(await at(alice.aid)).toEqual({ custody_url: 'http://aid_custody.aun.test' });
    expect(await at('aid_custody.aun.test:4711')).toEqual({
      custody_url: 'http://aid_custody.aun.test:4711',
    });
    expect(await at()).toEqual({ custody_url: network.base(false) });
    expect(await at(undefined, true)).toEqual({ custody_url: network.base(true) });
  });

  it('keeps a key under a phone and gives exactly that back for a code', async () => {
    const number = phone();
    const sent = await post('/custody/accounts/send-code', { phone: number }, token);
    expect(sent).toMatchObject({
      status: 200,
      json: { phone: number, provider: 'mock', expires_in_seconds: 300, purpose: 'bind-phone' },
    });
    const code = field(sent.json, 'debug_code');
    expect(code).toMatch(/^\d{6}$/);
    expect(await bind(number, code)).toMatchObject({
      status: 200,
      json: {
        binding: { provider: 'phone', external_subject: number, aid: alice.aid, status: 'active' },
        backup_result: { aid: alice.aid, source: 'backup', curve: 'P-256', key_encrypted: true, metadata },
      },
    });
    expect(await restore(number, await sendRestore(number))).toMatchObject({
      status: 200,
      json: { aid: alice.aid, cert_pem: alice.cert, key_pem: KEY, key_encrypted: true, metadata },
    });
  });

  it('takes a code once', async () => {
    const number = phone();
    const code = await sendBind(number);
    await bind(number, code);
    expect(await bind(number, code)).toMatchObject(refused(400, 'invalid_code'));
  });

  it('takes a code for its purpose, its phone and its AID only', async () => {
    const number = phone();
    await bind(number, await sendBind(number));
    const { identity: bob } = await network.member('bobby');
    const code = await sendRestore(number);
    expect(await bind(number, code)).toMatchObject(refused(400, 'invalid_code'));
    expect(await restore(phone(), code)).toMatchObject(refused(400, 'invalid_code'));
    expect(await restore(number, code, bob.aid)).toMatchObject(refused(400, 'invalid_code'));
    expect((await restore(number, code)).status).toBe(200);
  });

  it('gives a code up after five wrong tries', async () => {
    const number = phone();
    const code = await sendBind(number);
    for (let tries = 0; tries < 5; tries += 1)
      expect(await bind(number, wrong(code))).toMatchObject(refused(400, 'invalid_code'));
    expect(await bind(number, code)).toMatchObject(refused(400, 'invalid_code'));
    expect((await bind(number, await sendBind(number))).status).toBe(200);
  });

  it('forgets a code after five minutes', async () => {
    const number = phone();
    const code = await sendBind(number);
    network.gateway.admin.advanceClock(300_001);
    expect(await bind(number, code)).toMatchObject(refused(400, 'invalid_code'));
  });

  it('sends five codes to a phone in five minutes, whoever else is served meanwhile', async () => {
    const number = phone();
    for (let sent = 0; sent < 5; sent += 1) await sendBind(number);
    const ask = () => post('/custody/accounts/send-code', { phone: number }, token);
    expect(await ask()).toMatchObject(refused(429, 'rate_limited'));
    await sendBind(phone());
    network.gateway.admin.advanceClock(300_001);
    expect((await ask()).status).toBe(200);
  });

  it('stops an address that guesses', async () => {
    const guess = () => post('/custody/transfers/claim', { aid: alice.aid, transfer_code: 'AAAAAAAA' });
    for (;;) {
      const answer = await guess();
      if (answer.status === 429) break;
      expect(answer).toMatchObject(refused(404, 'transfer_not_found'));
    }
    network.gateway.admin.advanceClock(300_001);
    expect((await guess()).status).toBe(404);
  });

  it('tells a phone that is not bound from an AID that keeps nothing here', async () => {
    const number = phone();
    await bind(number, await sendBind(number));
    const other = phone();
    expect(await restore(other, await sendRestore(other))).toMatchObject(refused(403, 'phone_not_bound'));
    const { identity: carol } = await network.member('carol');
    const code = await sendRestore(other, carol.aid);
    expect(await restore(other, code, carol.aid)).toMatchObject(refused(404, 'backup_not_found'));
  });

  it('refuses phones, tokens and bodies that are none', async () => {
    const send = '/custody/accounts/send-code';
    for (const bad of ['600100200', '+0600100200', '+48', '+4860010020012345'])
      expect(await post(send, { phone: bad, aid: alice.aid })).toMatchObject(refused(400, 'invalid_phone'));
    expect(await post(send, { phone: phone() })).toMatchObject(refused(401, 'invalid_token'));
    expect(await post(send, { phone: phone() }, 'nonsense')).toMatchObject(refused(401, 'invalid_token'));
    const both = await post(send, { phone: phone(), aid: alice.aid }, token);
    expect(both).toMatchObject(refused(403, 'wrong_auth_type'));
    expect(await post(send, { number: 5 })).toMatchObject(refused(400, 'invalid_request'));
    expect(await post('/custody/elsewhere', {})).toMatchObject(refused(400, 'invalid_request'));
    const large = await post(send, { phone: 'x'.repeat(300_000) });
    expect(large).toMatchObject(refused(400, 'invalid_request'));
    expect((await fetchAs(network.base(false), send)).status).toBe(405);
  });

  it('takes no key that lies open and no certificate of another AID', async () => {
    const number = phone();
    const code = await sendBind(number);
    const pem = '-----BEGIN PRIVATE KEY-----\nMIG…\n-----END PRIVATE KEY-----';
    expect(await bind(number, code, { key: pem })).toMatchObject(refused(400, 'invalid_key'));
    const { identity: dora } = await network.member('doras');
    expect(await bind(number, code, { cert: dora.cert })).toMatchObject(refused(400, 'invalid_crt'));
    expect(await bind(number, code, { cert: 'nonsense' })).toMatchObject(refused(400, 'invalid_crt'));
    expect((await bind(number, code)).status).toBe(200);
  });

  describe('a copy to another device', () => {
    const create = () => post('/custody/transfers', { aid: alice.aid }, token);
    const put = (code: string) =>
      post(
        `/custody/transfers/${code}/materials`,
        { aid: alice.aid, cert: alice.cert, key: KEY, metadata },
        token,
      );
    const claim = (code: string, aid = alice.aid) =>
      post('/custody/transfers/claim', { aid, transfer_code: code });

    it('goes through once and leaves nothing behind', async () => {
      const created = await create();
      expect(created).toMatchObject({ status: 200, json: { expires_in_seconds: 300 } });
      expect(created.json['expires_at']).toBeGreaterThan(network.gateway.clock.now() + 299_000);
      const code = field(created.json, 'transfer_code');
      expect(code).toMatch(/^[A-Z0-9]{8}$/);
      expect(await claim(code)).toMatchObject(refused(409, 'materials_missing'));
      expect(await put(code)).toMatchObject({ status: 200, json: { aid: alice.aid, status: 'ready' } });
      expect(await claim(code.toLowerCase())).toMatchObject({
        status: 200,
        json: { aid: alice.aid, cert_pem: alice.cert, key_pem: KEY, key_encrypted: true, metadata },
      });
      used.push(code);
      expect(await claim(code)).toMatchObject(refused(409, 'transfer_claimed'));
      expect(await put(code)).toMatchObject(refused(409, 'transfer_claimed'));
    });

    it('is for its AID and its owner only', async () => {
      const code = field((await create()).json, 'transfer_code');
      await put(code);
      const { identity: eve, token: hers } = await network.member('eves1');
      expect(await claim(code, eve.aid)).toMatchObject(refused(403, 'aid_mismatch'));
      expect(await post('/custody/transfers', { aid: alice.aid }, hers)).toMatchObject(
        refused(403, 'aid_mismatch'),
      );
      const body = { aid: eve.aid, cert: eve.cert, key: KEY };
      expect(await post(`/custody/transfers/${code}/materials`, body, hers)).toMatchObject(
        refused(403, 'aid_mismatch'),
      );
      expect(await post('/custody/transfers', { aid: alice.aid })).toMatchObject(
        refused(401, 'invalid_token'),
      );
    });

    it('ends after five minutes', async () => {
      const code = field((await create()).json, 'transfer_code');
      await put(code);
      network.gateway.admin.advanceClock(300_001);
      expect(await claim(code)).toMatchObject(refused(410, 'transfer_expired'));
      network.gateway.admin.advanceClock(3_600_000);
      expect(await claim(code)).toMatchObject(refused(404, 'transfer_not_found'));
    });
  });

  it('knows after a restart what it knew before, and the wrong tries too', async () => {
    const number = phone();
    await bind(number, await sendBind(number));
    const code = await sendRestore(number);
    for (let tries = 0; tries < 4; tries += 1) await restore(number, wrong(code));
    await network.restart();
    await restore(number, wrong(code));
    expect(await restore(number, code)).toMatchObject(refused(400, 'invalid_code'));
    expect((await restore(number, await sendRestore(number))).status).toBe(200);
  });

  it('logs what happened and nothing that is secret', async () => {
    const log = network.log();
    const lines = z.array(z.string()).parse(log.match(/"event":"(aid|device_copy)[.a-z_]+"/g));
    expect(new Set(lines)).toEqual(
      new Set([
        '"event":"aid.backup"',
        '"event":"aid.restore_by_phone"',
        '"event":"device_copy.create"',
        '"event":"device_copy.materials_uploaded"',
        '"event":"device_copy.claim"',
      ]),
    );
    expect(used).not.toEqual([]);
    for (const secret of [...used, KEY, token, '+48600', 'debug_code', alice.cert.slice(40, 80)])
      expect(log).not.toContain(secret);
    const path = '/custody/transfers/ABCD1234/materials';
    await post(path, { aid: alice.aid, cert: alice.cert, key: KEY }, token);
    expect(network.log()).not.toContain('ABCD1234');
  });
});
