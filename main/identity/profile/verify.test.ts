import { sign } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { formatSignatureBlock } from '../../../shared/aun/agent-md-block';
import { AunError } from '../../runtime/errors';
import { silentLogger } from '../../runtime/logger';
import { openTestStore } from '../../store/store-test-support';
import { parseCertificate, spkiOf } from '../certificate';
import { testAid, unreachable } from '../testing/test-network';
import { etagOf, openDocument, signDocument } from './document';
import { documentOf, ProfileWorld } from './testing/profile-world';
import type { Person } from './testing/profile-world';
import { createDocumentVerifier } from './verify';
import type { Verdict } from './verify';

const HOUR = 3_600_000;

/** The published vector of the protocol: key with scalar 1, self-signed certificate (`protocol/06 §12`). */
const vector = {
  aid: testAid('alice.aun.test'),
  pem: `-----BEGIN CERTIFICATE-----
MIIBHjCBxaADAgECAgEBMAoGCCqGSM49BAMCMBkxFzAVBgNVBAMMDmFsaWNlLmF1
bi50ZXN0MB4XDTI1MDEwMTAwMDAwMFoXDTQ1MDEwMTAwMDAwMFowGTEXMBUGA1UE
AwwOYWxpY2UuYXVuLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARrF9Hy
4SxCR/i85uVjpEDydwN9gS3rM6D0oTlF2JjClk/jQuL+Gn+bjufrSnwPnhYrzjNX
azFezsu2QGg3v1H1MAoGCCqGSM49BAMCA0gAMEUCIQDmwZ9P4IwM/eoxW4+acYvN
6c3bGq71q3mtYsFabkQsKQIgcKt3rRDKC+scke3ToW691TQXHbVWbldYucqkL0Wv
Ua8=
-----END CERTIFICATE-----
`,
  document: `---
aid: "alice.aun.test"
name: "Alicja"
type: "human"
version: "1.0.0"
description: "Test vector"
---

# Zażółć
<!-- AUN-SIGNATURE
cert_fingerprint: sha256:a297bc05001baf603e20cd2e1f3eaf62e6341a68bf3906c2c2e8efe96c867459
timestamp: 1760000000
signature: MEUCIQDAR3zI8pmUUmfQDmxsexa0Z3PiLZq8A/st+mXplQ4Z5QIgKxrZYM4x3J4SMpYQ/AFLQOMTJcBsBdLunkf3ILYLNfM=
-->`,
  etag: '"93283d5bfce425ada268bab3a9920844daee1cb042f13ace44fab5aa4bfddbc0"',
  payloadHash: '"33df4e5560daa769e24b392c76d93580f3c6b49f82cdd8b024ed09f1dc857153"',
};

let world: ProfileWorld;
let viewer: Person;
let alice: Person;

beforeEach(async () => {
  world = await ProfileWorld.create();
  viewer = await world.person('viewer');
  alice = await world.person('alice');
});

async function judge(document: string | Uint8Array, aid = alice.aid): Promise<Verdict> {
  const { documents } = await world.judgeFor(viewer);
  return documents.verify(aid, Buffer.from(document));
}

describe('the vector of the protocol', () => {
  /** Judged as if every certificate were good. */
  async function judgeVector(document: string, pem = vector.pem): Promise<Verdict> {
    const { store } = await openTestStore();
    const certificate = parseCertificate(pem);
    const accept = () => Promise.resolve(certificate);
    const documents = createDocumentVerifier({
      identity: viewer.identity,
      pki: { ...world.pki, certificate: () => Promise.resolve(pem) },
      verifier: { verifyPeer: accept, verifyAuthServer: accept, verifyOwn: accept },
      store,
      clock: world.clock,
      logger: silentLogger,
    });
    return documents.verify(vector.aid, Buffer.from(document));
  }

  it('verifies, byte for byte', async () => {
    expect(await judgeVector(vector.document)).toEqual({
      status: 'verified',
      reason: '',
      certificateFingerprint: parseCertificate(vector.pem).fingerprint,
      signedAt: 1_760_000_000_000,
    });
    const bytes = Buffer.from(vector.document);
    expect([bytes.length, etagOf(bytes)]).toEqual([359, vector.etag]);
    const payload = openDocument(bytes)?.payload ?? new Uint8Array();
    expect([payload.length, etagOf(payload)]).toEqual([117, vector.payloadHash]);
  });

  it.each([
    ['a changed byte', 'invalid', vector.document.replace('Test vector', 'Test Vector')],
    ['other line breaks', 'invalid', vector.document.replaceAll('\n', '\r\n')],
    ['one other line break', 'invalid', vector.document.replace('\n', '\r\n')],
    ['a space before the block', 'unsigned', vector.document.replace('<!--', ' <!--')],
    ['no block', 'unsigned', vector.document.slice(0, vector.document.indexOf('<!--'))],
    ['text after the block', 'invalid', `${vector.document}x`],
    ['a missing key', 'invalid', vector.document.replace(/timestamp: .*\n/, '')],
    ['a changed signature', 'invalid', vector.document.replace('DAR3zI8', 'DAR3zI9')],
    ['a byte order mark', 'invalid', `\ufeff${vector.document}`],
  ])('with %s is %s', async (_what, status, document) => {
    expect((await judgeVector(document)).status).toBe(status);
  });

  it('with a certificate of somebody else is invalid, however good that one is', async () => {
    const mallory = await world.person('mallory');
    const signed = signDocument(mallory.identity, documentOf(vector.aid), world.clock.now());
    expect(await judgeVector(signed.toString(), mallory.pem)).toMatchObject({
      status: 'invalid',
      reason: 'signed by the certificate of mallory.aun.test',
    });
  });

  it('with another time of signing still verifies: nobody signs it', async () => {
    const later = vector.document.replace('1760000000', '1760000009');
    expect(await judgeVector(later)).toMatchObject({ status: 'verified', signedAt: 1_760_000_009_000 });
  });
});

describe('a document that Parley signs', () => {
  it('verifies, names the key too, and ends its payload with a line break', async () => {
    const signed = signDocument(alice.identity, documentOf(alice.aid).trimEnd(), world.clock.now());
    expect(await judge(signed)).toMatchObject({ status: 'verified', signedAt: world.clock.now() });
    const certificate = parseCertificate(alice.pem);
    expect(signed.toString()).toContain(
      `\n<!-- AUN-SIGNATURE\ncert_fingerprint: ${certificate.fingerprint}\n` +
        `public_key_fingerprint: ${certificate.spkiFingerprint}\ntimestamp: `,
    );
    expect(signed.toString().endsWith('\n-->')).toBe(true);
  });

  it('carries one signature, however often it is signed', async () => {
    const once = signDocument(alice.identity, documentOf(alice.aid), world.clock.now()).toString();
    const twice = signDocument(alice.identity, once, world.clock.now() + HOUR).toString();
    expect(twice.split('AUN-SIGNATURE')).toHaveLength(2);
    expect((await judge(twice)).status).toBe('verified');
  });

  it('needs a certificate', () => {
    const identity = { ...alice.identity, certificate: () => null };
    expect(() => signDocument(identity, 'x', 0)).toThrow(AunError);
  });
});

describe('a signature of somebody else', () => {
  it('does not verify, with their own certificate or with the right one', async () => {
    const mallory = await world.person('mallory');
    const text = documentOf(alice.aid);
    const own = signDocument(mallory.identity, text, world.clock.now());
    expect(await judge(own)).toMatchObject({ status: 'invalid' });
    const { fingerprint } = parseCertificate(alice.pem);
    const borrowed = formatSignatureBlock({
      certificateFingerprint: fingerprint,
      keyFingerprint: null,
      timestamp: 1,
      signature: mallory.identity.sign(Buffer.from(text)).toString('base64'),
    });
    expect(await judge(text + borrowed)).toMatchObject({
      status: 'invalid',
      reason: 'the signature does not fit the document',
    });
  });

  it('does not verify a document of another address, signed or not', async () => {
    const mallory = await world.person('mallory');
    const theirs = world.signed(mallory);
    expect(await judge(theirs)).toMatchObject({
      status: 'invalid',
      reason: 'the document names mallory.aun.test',
    });
    expect((await judge(documentOf(mallory.aid))).status).toBe('invalid');
  });

  it('does not verify a document that names nobody', async () => {
    const signed = signDocument(alice.identity, '# no front matter', world.clock.now());
    expect(await judge(signed)).toMatchObject({ status: 'invalid', reason: 'the document names no address' });
    expect((await judge('# no front matter')).status).toBe('unsigned');
  });

  it('does not verify with a certificate that a hostile gateway made itself', async () => {
    const other = await ProfileWorld.create();
    const fake = await other.person('alice');
    world.interceptCertificate = () => fake.pem;
    expect((await judge(other.signed(fake))).status).toBe('invalid');
  });

  it('does not verify with a self-made certificate that has expired', async () => {
    const other = await ProfileWorld.create();
    const fake = await other.person('alice', { notAfter: world.clock.now() - HOUR });
    world.interceptCertificate = () => fake.pem;
    expect((await judge(other.signed(fake))).status).toBe('invalid');
  });

  it('does not verify when the gateway answers another certificate of the same person', async () => {
    const document = world.signed(alice);
    const renewed = await world.renew(alice);
    world.interceptCertificate = () => renewed.pem;
    expect(await judge(document)).toMatchObject({
      status: 'invalid',
      reason: 'the gateway answered another certificate than the one that signed',
    });
    world.interceptCertificate = () => null;
    expect((await judge(document)).status).toBe('invalid');
  });

  it('does not verify when the block names another key than the certificate holds', async () => {
    const document = Buffer.from(world.signed(alice)).toString();
    const other = parseCertificate(viewer.pem).spkiFingerprint;
    const swapped = document.replace(/public_key_fingerprint: .*/, `public_key_fingerprint: ${other}`);
    expect((await judge(swapped)).status).toBe('invalid');
  });
});

describe('certificates in the course of time', () => {
  it('a renewed one for the same key leaves the document verified', async () => {
    const document = world.signed(alice);
    await world.renew(alice);
    expect((await judge(document)).status).toBe('verified');
  });

  it('a key that was replaced since makes it one of an older key', async () => {
    const document = world.signed(alice);
    await world.person('alice');
    expect((await judge(document)).status).toBe('older_key');
  });

  it('a revoked one makes it invalid', async () => {
    const document = world.signed(alice);
    await world.network.revoke(alice.pem);
    expect((await judge(document)).status).toBe('invalid');
  });

  it('one that expired since it was verified makes it yellow, not invalid', async () => {
    const short = await world.person('short', { notAfter: world.clock.now() + HOUR });
    const { documents } = await world.judgeFor(viewer);
    const document = world.signed(short);
    expect((await documents.verify(short.aid, document)).status).toBe('verified');
    world.clock.advance(2 * HOUR);
    expect((await documents.verify(short.aid, document)).status).toBe('expired_key');
  });

  it('what cannot be asked now is unchecked, not invalid', async () => {
    const document = world.signed(alice);
    world.interceptCertificate = () => {
      throw unreachable();
    };
    expect((await judge(document)).status).toBe('unchecked');
    world.interceptCertificate = (_aid, fingerprint) => {
      if (fingerprint === undefined) throw unreachable();
      return undefined;
    };
    expect((await judge(document)).status).toBe('unchecked');
    world.interceptCertificate = () => undefined;
    world.network.answers.chain = () => {
      throw unreachable();
    };
    expect((await judge(document)).status).toBe('unchecked');
  });

  it('a verified one is kept, so that it need not be fetched again', async () => {
    const { documents, store } = await world.judgeFor(viewer);
    await documents.verify(alice.aid, world.signed(alice));
    expect((await store.certificates(alice.aid)).map(({ pem }) => pem)).toEqual([alice.pem]);
    world.interceptCertificate = (_aid, fingerprint) => {
      if (fingerprint !== undefined) throw unreachable();
      return undefined;
    };
    expect((await documents.verify(alice.aid, world.signed(alice))).status).toBe('verified');
  });
});

describe('the own document', () => {
  it('is checked with the own certificates, without asking anybody', async () => {
    world.interceptCertificate = () => {
      throw unreachable();
    };
    expect((await judge(world.signed(viewer), viewer.aid)).status).toBe('verified');
  });

  it('signed with a former key is one of an older key', async () => {
    const former = await world.person('viewer');
    const certificates = [parseCertificate(former.pem)];
    const key = { privateKey: former.privateKey, publicKeySpki: former.identity.publicKeySpki, certificates };
    viewer = { ...viewer, identity: { ...viewer.identity, formerKeys: () => [key] } };
    expect(spkiOf(parseCertificate(former.pem))).not.toBe(viewer.identity.publicKeySpki);
    expect((await judge(world.signed(former), viewer.aid)).status).toBe('older_key');
  });
});

describe('what is no proper document', () => {
  it('is invalid when it is not UTF-8 or too large', async () => {
    expect((await judge(Buffer.from([0x23, 0xff, 0xfe]))).status).toBe('invalid');
    expect(await judge('x'.repeat(4097))).toMatchObject({ reason: 'the document is too large' });
    expect((await judge('x'.repeat(4096))).status).toBe('unsigned');
  });

  it('cannot claim to be signed in a far future', async () => {
    const payload = documentOf(alice.aid);
    const key = { key: alice.privateKey, dsaEncoding: 'der' } as const;
    const block = formatSignatureBlock({
      certificateFingerprint: parseCertificate(alice.pem).fingerprint,
      keyFingerprint: null,
      timestamp: 99_999_999_999,
      signature: sign('sha256', Buffer.from(payload), key).toString('base64'),
    });
    const verdict = await judge(payload + block);
    expect(verdict.status).toBe('verified');
    expect(verdict.signedAt).toBeLessThanOrEqual(world.clock.now() + HOUR);
  });
});
