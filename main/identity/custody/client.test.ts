import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { TestNetworkLogin } from '../../../gateway/testing/custody';
import { fetchAs } from '../../../gateway/testing/http';
import type { TestIdentity } from '../../../gateway/testing/identity';
import type { Identity } from '../../ports/identity';
import type { WebClient, WebRequest, WebResponse } from '../../ports/web';
import { AunError } from '../../runtime/errors';
import { createLogger } from '../../runtime/logger';
import { systemRandom } from '../../runtime/runtime';
import { parseCertificate } from '../certificate';
import { testAid, testClock } from '../testing/test-network';
import { createCustodyClient } from './index';
import { sealKeyEnvelope } from './key-envelope';
import type { CustodyClient, CustodyOptions } from './index';

const SECRET = 'correct horse battery staple';
let network: TestNetworkLogin;
let alice: { identity: Identity; token: string };
let phones = 0;

beforeAll(async () => {
  network = await TestNetworkLogin.begin();
  const { identity, token } = await network.member('alice');
  alice = { identity: held(identity), token };
});
afterAll(() => network.dispose());

/** A user of the gateway as this installation would hold it. */
function held({ aid, privateKey, publicKey, cert }: TestIdentity): Identity {
  const certificate = parseCertificate(cert);
  return {
    aid: testAid(aid),
    privateKey,
    publicKey: new X509Certificate(cert).publicKey,
    publicKeySpki: publicKey,
    certificate: () => certificate,
    certificates: () => [certificate],
    adoptCertificate: async () => undefined,
    formerKeys: () => [],
    sign: () => Buffer.alloc(0),
  };
}

/** The edge of the network: requests as they were made, answers of the gateway or those a test puts in their place. */
class Web implements WebClient {
  readonly requests: WebRequest[] = [];
  answer: ((request: WebRequest) => WebResponse | null) | null = null;

  async request(request: WebRequest): Promise<WebResponse> {
    this.requests.push(request);
    const prepared = this.answer?.(request) ?? null;
    if (prepared !== null) return prepared;
    const reply = await fetchAs(network.gateway.http, request.path, {
      host: request.host,
      method: request.method,
      headers: {
        ...request.headers,
        ...(request.token === undefined ? {} : { authorization: `Bearer ${request.token}` }),
      },
      ...(request.body === undefined ? {} : { body: Buffer.from(request.body) }),
    });
    return { status: reply.status, headers: {}, body: Buffer.from(reply.body) };
  }

  /** Answers the call that ends with `path`, and lets everything else through. */
  reply(path: string, status: number, body: unknown): void {
    this.answer = (request) =>
      request.path.endsWith(path)
        ? { status, headers: {}, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }
        : null;
  }

  count(path: string): number {
    return this.requests.filter((request) => request.path.endsWith(path)).length;
  }
}

let web: Web;
let lines: string[];
let client: CustodyClient;
const clock = testClock();

function defaults(): CustodyOptions {
  return {
    web,
    issuer: 'aun.test',
    local: true,
    verifier: { verifyOwn: async (_aid, pem) => parseCertificate(pem) },
    clock,
    random: systemRandom,
    cost: 1024,
    logger: createLogger((line) => lines.push(line), clock.now, 'debug'),
  };
}

function make(more: Partial<CustodyOptions> = {}): CustodyClient {
  return createCustodyClient({ ...defaults(), ...more });
}

beforeEach(() => {
  web = new Web();
  lines = [];
  client = make();
});

const phone = () => `+48601${String((phones += 1)).padStart(6, '0')}`;
const pemOf = ({ privateKey }: Identity) => privateKey.export({ type: 'pkcs8', format: 'pem' });
const bindCode = async (number: string): Promise<string> =>
  (await client.sendCode({ aid: alice.identity.aid, phone: number, token: alice.token })).debugCode ?? '';
const restoreCode = async (number: string): Promise<string> =>
  (await client.sendCode({ aid: alice.identity.aid, phone: number, token: null })).debugCode ?? '';

/** Leaves Alice's key under a fresh number. */
async function stored(): Promise<string> {
  const number = phone();
  await client.backup({ ...alice, phone: number, code: await bindCode(number), secret: SECRET });
  return number;
}
const restore = async (number: string, secret = SECRET) =>
  client.restore({ aid: alice.identity.aid, phone: number, code: await restoreCode(number), secret });

describe('the custody client', () => {
  it('spends on the derivation of the key what the protocol asks for', async () => {
    const { cost: _cost, ...options } = defaults();
    client = createCustodyClient(options);
    await stored();
    const sent = web.requests.find(({ path }) => path.endsWith('/bind-phone'))?.body ?? new Uint8Array();
    expect(JSON.parse(Buffer.from(sent).toString())).toMatchObject({
      metadata: { kdf_params: { N: 131_072, r: 8, p: 1 } },
    });
  });

  it('leaves a key with the service and gets it back by phone code and secret', async () => {
    const number = await stored();
    expect(await restore(number)).toEqual({
      aid: alice.identity.aid,
      privateKeyPem: pemOf(alice.identity),
      certificatePem: alice.identity.certificate()?.pem,
      olderCertificatePems: [],
      formerKeys: [],
      gatewayUrl: null,
    });
  });

  it('says how long a code is good for, and takes a number as people write it', async () => {
    const number = phone();
    const written = `${number.slice(0, 3)} (${number.slice(3, 6)}) ${number.slice(6, 9)}-${number.slice(9)}`;
    const sent = await client.sendCode({ aid: alice.identity.aid, phone: written, token: alice.token });
    expect(sent).toEqual({ expiresInSeconds: 300, debugCode: expect.stringMatching(/^\d{6}$/) as unknown });
    await expect(
      client.sendCode({ aid: alice.identity.aid, phone: '600 100', token: null }),
    ).rejects.toMatchObject({ code: 'custody_refused', detail: { reason: 'invalid_phone' } });
  });

  it('shows its token to bind and to copy, never to restore or to find the service', async () => {
    const number = await stored();
    await restore(number);
    const { transferCode, oneTimePassword } = await client.offerTransfer(alice);
    await client.claimTransfer({ aid: alice.identity.aid, transferCode, oneTimePassword });
    const withToken = (request: WebRequest) => request.token !== undefined;
    expect([
      ...new Set(web.requests.filter(withToken).map(({ path }) => path.replace(/[A-Z0-9]{8}/, '…'))),
    ]).toEqual([
      '/custody/accounts/send-code',
      '/custody/accounts/bind-phone',
      '/custody/transfers',
      '/custody/transfers/…/materials',
    ]);
    expect(web.requests.filter(({ path }) => path.endsWith('send-code')).map(withToken)).toEqual([
      true,
      false,
    ]);
  });

  it('hands a key to another device by two codes, once', async () => {
    const { aid } = alice.identity;
    const { transferCode, oneTimePassword, expiresAt } = await client.offerTransfer(alice);
    expect(transferCode).toMatch(/^[A-Z0-9]{8}$/);
    expect(oneTimePassword).toMatch(/^[A-Z2-7]{26}$/);
    expect(expiresAt).toBe(clock.now() + 300_000);
    const typed = {
      aid,
      transferCode: ` ${transferCode.slice(0, 4).toLowerCase()}-${transferCode.slice(4)}`,
      oneTimePassword: oneTimePassword.replace(/(.{5})/g, '$1 ').toLowerCase(),
    };
    const other = make();
    expect(await other.claimTransfer(typed)).toMatchObject({ aid, privateKeyPem: pemOf(alice.identity) });
    await expect(other.claimTransfer(typed)).rejects.toMatchObject({
      code: 'custody_refused',
      detail: { reason: 'transfer_claimed' },
    });
  });

  it('does not spend a transfer on a password that cannot be one', async () => {
    const { transferCode, oneTimePassword } = await client.offerTransfer(alice);
    const claim = (password: string) =>
      client.claimTransfer({ aid: alice.identity.aid, transferCode, oneTimePassword: password });
    await expect(claim(oneTimePassword.slice(1))).rejects.toMatchObject({ code: 'backup_wrong_passphrase' });
    expect(web.count('/claim')).toBe(0);
    expect((await claim(oneTimePassword)).aid).toBe(alice.identity.aid);
  });

  it('tries a mistyped secret again on what the service has given out already', async () => {
    const number = await stored();
    const request = { aid: alice.identity.aid, phone: number, code: await restoreCode(number) };
    await expect(client.restore({ ...request, secret: 'something else' })).rejects.toMatchObject({
      code: 'backup_wrong_passphrase',
    });
    expect((await client.restore({ ...request, secret: SECRET })).aid).toBe(alice.identity.aid);
    expect(web.count('/restore-phone')).toBe(1);
    // Opened is over: nothing is kept at hand, and neither is it for longer than ten minutes.
    await expect(client.restore({ ...request, secret: SECRET })).rejects.toMatchObject({
      code: 'custody_wrong_code',
    });
    const second = { ...request, code: await restoreCode(number) };
    await expect(client.restore({ ...second, secret: 'something else' })).rejects.toThrow();
    clock.advance(600_001);
    await expect(client.restore({ ...second, secret: SECRET })).rejects.toMatchObject({
      code: 'custody_wrong_code',
    });
  });

  it('does not take a short secret', async () => {
    const number = phone();
    await expect(
      client.backup({ ...alice, phone: number, code: await bindCode(number), secret: 'elevenchars' }),
    ).rejects.toMatchObject({ code: 'invalid_request' });
    expect(web.count('/bind-phone')).toBe(0);
  });

  it('logs what it did and nothing that opens anything', async () => {
    const number = await stored();
    await restore(number);
    const { transferCode, oneTimePassword } = await client.offerTransfer(alice);
    const log = lines.join('\n');
    expect(log).toContain('custody.stored');
    expect(log).toContain('custody.transfer_offered');
    for (const secret of [number, SECRET, alice.token, transferCode, oneTimePassword, 'PRIVATE KEY'])
      expect(log).not.toContain(secret);
  });
});

describe('finding the custody service', () => {
  const aid = testAid('alice.aun.test');

  it('asks the host of the identity first, then the one of the service, and remembers', async () => {
    expect(await client.find(aid)).toEqual({ host: 'aid_custody.aun.test' });
    expect(await client.find(aid)).toEqual({ host: 'aid_custody.aun.test' });
    expect(web.requests.map(({ host }) => host)).toEqual([aid]);
    expect(await client.find(null)).toEqual({ host: 'aid_custody.aun.test' });
    expect(web.requests.map(({ host }) => host)).toEqual([aid, 'aid_custody.aun.test']);
  });

  it('goes on to the second host when the first knows nothing or cannot be reached', async () => {
    for (const trouble of ['nothing', 'unreachable']) {
      web = new Web();
      web.answer = ({ host }) => {
        if (host !== aid) return null;
        if (trouble === 'unreachable') throw new AunError('gateway_unreachable', 'no answer');
        return { status: 404, headers: {}, body: Buffer.from('not found') };
      };
      expect(await make().find(aid)).toEqual({ host: 'aid_custody.aun.test' });
    }
  });

  it('is told apart from a network that cannot be reached', async () => {
    web.reply('/aun-custody', 404, 'not found');
    expect(await client.find(aid)).toBeNull();
    await expect(restore(phone())).rejects.toMatchObject({ code: 'custody_unavailable' });
    web.answer = () => {
      throw new AunError('network_unreachable', 'no network', { retryable: true });
    };
    await expect(client.find(aid)).rejects.toMatchObject({ code: 'network_unreachable' });
  });

  it('does not go where a token must not go', async () => {
    web.reply('/aun-custody', 200, { custody_url: 'https://custody.evil.test' });
    expect(await client.find(aid)).toBeNull();
    expect(lines.join()).toContain('foreign_host');
    web.reply('/aun-custody', 200, { custody_url: 'http://aid_custody.aun.test' });
    expect(await make({ local: false }).find(aid)).toBeNull();
  });
});

describe('a custody service that refuses', () => {
  it.each([
    [400, 'invalid_code', 'custody_wrong_code', 'invalid_code', false],
    [429, 'rate_limited', 'custody_rate_limited', 'rate_limited', true],
    [429, 'slow down', 'custody_rate_limited', 'rate_limited', true],
    [400, 'invalid_phone', 'custody_refused', 'invalid_phone', false],
    [401, 'invalid_token', 'custody_refused', 'invalid_token', false],
    [403, 'phone_not_bound', 'custody_refused', 'phone_not_bound', false],
    [404, 'backup_not_found', 'custody_refused', 'backup_not_found', false],
    [410, 'transfer_expired', 'custody_refused', 'transfer_expired', false],
    [418, 'teapot', 'custody_refused', 'other', false],
    [503, 'busy', 'custody_unavailable', undefined, true],
  ])('with %i %s is understood', async (status, sent, code, reason, retryable) => {
    web.reply('/send-code', status, { error: { code: sent, message: 'secret text' } });
    const failed: unknown = await restoreCode(phone()).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code, retryable, detail: { status } });
    expect(z.instanceof(AunError).parse(failed).detail['reason']).toBe(reason);
    expect(String(failed)).not.toContain('secret text');
  });

  it.each([
    ['no JSON', 'hello'],
    ['a list', []],
    ['other members', { aid: 5 }],
  ])('and one that answers with %s is not believed', async (_name, body) => {
    web.reply('/restore-phone', 200, body);
    await expect(restore(phone())).rejects.toMatchObject({ code: 'protocol_error' });
  });
});

describe('what a custody service gives out', () => {
  let original: Record<string, unknown>;
  beforeAll(async () => {
    web = new Web();
    client = make();
    const number = await stored();
    const code = await restoreCode(number);
    const reply = await fetchAs(network.gateway.http, '/custody/accounts/restore-phone', {
      method: 'POST',
      body: JSON.stringify({ aid: alice.identity.aid, phone: number, code }),
    });
    original = z.record(z.string(), z.unknown()).parse(JSON.parse(reply.body));
  });

  /** What comes of it when what the service holds for Alice is changed on its way back. */
  async function tampered(
    change: Readonly<Record<string, unknown>>,
    more: Partial<CustodyOptions> = {},
  ): Promise<unknown> {
    web.reply('/restore-phone', 200, { ...original, ...change });
    client = make(more);
    return restore(phone()).catch((error: unknown) => error);
  }

  it('is taken as it is', async () => {
    expect(await tampered({})).toMatchObject({ privateKeyPem: pemOf(alice.identity) });
  });

  it('is refused for another identity, or with a certificate or a key of another', async () => {
    const { identity: other } = await network.member('mallory');
    const mismatch = { code: 'certificate_mismatch' };
    expect(await tampered({ aid: other.aid })).toMatchObject(mismatch);
    expect(await tampered({ cert_pem: other.cert })).toMatchObject(mismatch);
    const { aid } = alice.identity;
    const fingerprint = alice.identity.certificate()?.fingerprint ?? '';
    const seal = (pem: string) =>
      sealKeyEnvelope({ purpose: 'backup', aid, fingerprint }, pem, SECRET, systemRandom, 1024);
    for (const pem of [pemOf(held(other)).toString(), 'no key']) {
      const { key, metadata } = await seal(pem);
      expect(await tampered({ key_pem: key, metadata })).toMatchObject(mismatch);
    }
  });

  it('is refused when another program wrote it', async () => {
    const foreign = { code: 'custody_foreign_envelope' };
    expect(await tampered({ metadata: { kdf: 'argon2id' } })).toMatchObject(foreign);
    expect(await tampered({ metadata: undefined })).toMatchObject(foreign);
  });

  it('is refused when nobody vouches for its certificate, but not because time has passed', async () => {
    const verifier = (reason: string) => ({
      verifyOwn: () => Promise.reject(new AunError('certificate_invalid', 'no', { detail: { reason } })),
    });
    expect(await tampered({}, { verifier: verifier('chain_broken') })).toMatchObject({
      code: 'certificate_invalid',
    });
    expect(await tampered({}, { verifier: verifier('expired') })).toMatchObject({ aid: alice.identity.aid });
  });
});
