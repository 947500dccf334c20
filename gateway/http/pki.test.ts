import { createHash, verify, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { canonicalJson } from '../../shared/aun/canonical-json';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { x509 } from '../ca/x509';
import { fetchAs } from '../testing/http';
import type { TestIdentity } from '../testing/identity';
import { TestNetwork } from '../testing/network';

const crlSchema = z.object({ crl_pem: z.string(), revoked_serials: z.array(z.string()) });
const ocspSchema = z.object({ status: z.string(), ocsp_response: z.string() });
const listSchema = z.custom<JsonObject & { authority_signature: string; authority_cert_pem: string }>();

describe('HTTP on the port of the gateway', () => {
  let network: TestNetwork;
  let alice: TestIdentity;
  beforeAll(async () => {
    network = await TestNetwork.start({ issuers: ['aun.test', 'other.test'] });
    alice = await network.register('alice');
  });
  afterAll(() => network.dispose());

  const get = (path: string, options: Parameters<typeof fetchAs>[2] = {}) =>
    fetchAs(network.gateway.http, path, options);

  it('is healthy until told otherwise', async () => {
    expect((await get('/health')).status).toBe(200);
    network.gateway.admin.faults.healthy = false;
    expect((await get('/health')).status).toBe(503);
    network.gateway.admin.faults.healthy = true;
  });

  it('answers http and https alike, with a certificate of the local root', async () => {
    const { https, rootPem } = network.gateway;
    expect((await fetchAs(https, '/health', { ca: rootPem })).body).toBe('{"status":"ok"}');
  });

  it('tells each host where its gateway is, in the scheme it was asked in', async () => {
    const { port, https, rootPem } = network.gateway;
    const discover = async (host: string) =>
      JSON.parse((await get('/.well-known/aun-gateway', { host })).body) as unknown;
    const at = (url: string) => ({ gateways: [{ url, priority: 1 }] });
    expect(await discover(`127.0.0.1:${port}`)).toEqual(at(`ws://127.0.0.1:${port}/aun`));
    expect(await discover('alice.aun.test:8443')).toEqual(at('ws://gateway.aun.test:8443/aun'));
    expect(await discover('gateway.other.test')).toEqual(at('ws://gateway.other.test/aun'));
    const secure = await fetchAs(https, '/.well-known/aun-gateway', { ca: rootPem });
    expect(secure.body).toContain(`wss://127.0.0.1:${port}/aun`);
    expect(secure.headers['content-type']).toBe('application/json');
  });

  it('serves a chain that verifies from leaf to root in the documented profile', async () => {
    const chain = (await get('/pki/chain')).body
      .split(/(?<=-----END CERTIFICATE-----\n)/)
      .map((pem) => new X509Certificate(pem));
    expect(chain).toHaveLength(2);
    const [issuer, root] = chain;
    const leaf = new X509Certificate(alice.cert);
    expect(issuer && root && leaf.checkIssued(issuer) && issuer.checkIssued(root)).toBe(true);
    expect(issuer && leaf.verify(issuer.publicKey)).toBe(true);
    expect(root && issuer?.verify(root.publicKey) && root.verify(root.publicKey)).toBe(true);
    expect(root?.subject).toBe('CN=AUN Local Dev Root CA');
    expect(leaf.ca).toBe(false);
    expect(issuer?.publicKey.asymmetricKeyDetails?.namedCurve).toBe('secp384r1');
    const parsed = new x509.X509Certificate(alice.cert);
    expect(parsed.signatureAlgorithm).toMatchObject({ name: 'ECDSA', hash: { name: 'SHA-384' } });
    expect(parsed.getExtension(x509.KeyUsagesExtension)).toMatchObject({
      critical: true,
      usages: x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyAgreement,
    });
    expect(parsed.getExtension(x509.BasicConstraintsExtension)).toMatchObject({ critical: true, ca: false });
    expect(parsed.serialNumber).toMatch(/^[1-7][0-9a-f]{31}$/);
    expect(parsed.notBefore.getTime()).toBeLessThan(Date.now() - 9 * 60_000);
    expect(alice.cert).toMatch(
      /^-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=]{1,64}\n)+-----END CERTIFICATE-----\n$/,
    );
    const other = new X509Certificate((await get('/pki/chain', { host: 'gateway.other.test' })).body);
    expect(other.subject).toBe('CN=other.test');
  });

  it('serves certificates by AID and by either fingerprint, also superseded ones', async () => {
    const bob = await network.register('bobby');
    const { request_id, nonce } = await network.login1(bob);
    const signature = bob.sign(nonce);
    const renewed = await network.short('auth.renew_cert', { aid: bob.aid, request_id, nonce, signature });
    const path = `/pki/cert/${encodeURIComponent(bob.aid)}`;
    expect((await get(path)).body).toBe(renewed['cert']);
    const named = encodeURIComponent(bob.fingerprint);
    expect((await get(`${path}?cert_fingerprint=${named}`)).body).toBe(bob.cert);
    const keyPrint = createHash('sha256').update(Buffer.from(bob.publicKey, 'base64')).digest('hex');
    expect((await get(`${path}?cert_fingerprint=sha256:${keyPrint}`)).status).toBe(200);
    expect((await get(`${path}?cert_fingerprint=${bob.fingerprint.slice(7, 23)}`)).body).toBe(bob.cert);
    expect((await get(`${path}?cert_fingerprint=sha256:${'0'.repeat(64)}`)).status).toBe(404);
    expect((await get('/pki/cert/nobody.aun.test')).status).toBe(404);
    expect((await get(path, { method: 'HEAD' })).status).toBe(200);
    expect((await get('/pki/cert/nobody.aun.test', { method: 'HEAD' })).status).toBe(404);
    expect((await get('/pki/cert/auth.aun.test')).body).toContain('BEGIN CERTIFICATE');
  });

  it('lists a revoked certificate in a signed CRL and in OCSP', async () => {
    const eve = await network.register('eves');
    const serial = new X509Certificate(eve.cert).serialNumber.toLowerCase();
    const ocsp = async (path: string) => ocspSchema.parse(JSON.parse((await get(path)).body));
    expect((await ocsp(`/pki/ocsp/${serial}`)).status).toBe('good');
    network.gateway.admin.revoke({ serial });
    const crl = crlSchema.parse(JSON.parse((await get('/pki/crl.json')).body));
    expect(crl.revoked_serials).toContain(serial);
    const parsed = new x509.X509Crl(crl.crl_pem);
    const issuer = new x509.X509Certificate((await get('/pki/chain')).body);
    expect(await parsed.verify({ publicKey: issuer })).toBe(true);
    expect(parsed.findRevoked(serial)?.serialNumber).toBe(serial);
    expect(parsed.nextUpdate?.getTime()).toBeGreaterThan(Date.now());
    const revoked = await ocsp(`/pki/ocsp/00${serial.toUpperCase()}`);
    expect(revoked.status).toBe('revoked');
    expect(Buffer.from(revoked.ocsp_response, 'base64')[0]).toBe(0x30);
    expect((await ocsp('/pki/ocsp/1234')).status).toBe('unknown');
    expect((await get('/pki/ocsp/nothex')).status).toBe(400);
    expect((await get(`/pki/cert/${eve.aid}`)).status).toBe(200);
    network.gateway.admin.faults.revocationAvailable = false;
    expect((await get('/pki/crl.json')).status).toBe(503);
    expect((await get(`/pki/ocsp/${serial}`)).status).toBe(503);
    network.gateway.admin.faults.revocationAvailable = true;
  });

  it('publishes the root and a signed list of roots, also on the PKI host', async () => {
    const { rootPem } = network.gateway;
    expect((await get('/pki/root.crt')).body).toBe(rootPem);
    expect((await get('/root.crt', { host: 'pki.aun.test' })).body).toBe(rootPem);
    for (const path of ['/pki/trust-roots.json', '/pki/trust-roots', '/pki/trust-root.json']) {
      expect((await get(path)).status).toBe(200);
    }
    const text = (await get('/trust-root.json', { host: 'pki.aun.test' })).body;
    const { authority_signature: signature, ...list } = listSchema.parse(JSON.parse(text));
    const key = new X509Certificate(list.authority_cert_pem).publicKey;
    const valid = verify('sha256', Buffer.from(canonicalJson(list)), key, Buffer.from(signature, 'base64'));
    expect(valid).toBe(true);
    const session = await network.connect(alice);
    expect(await session.call('meta.trust_roots')).toMatchObject({ root_cas: [{ status: 'active' }] });
  });

  it('refuses unknown paths, other methods and targets that are no path', async () => {
    expect((await get('/nothing')).status).toBe(404);
    expect((await get('/pki/nothing')).status).toBe(404);
    expect((await get('/health', { method: 'DELETE' })).status).toBe(405);
    expect((await get('/health', { method: 'OPTIONS' })).headers['access-control-allow-origin']).toBe('*');
    expect((await get('/admin/health', { method: 'POST' })).status).toBe(405);
  });
});
