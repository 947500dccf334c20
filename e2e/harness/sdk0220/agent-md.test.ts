import { createHash, createPrivateKey, verify, X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway } from '../../../gateway/server';
import type { RunningGateway } from '../../../gateway/server';
import { openDocument } from '../../../main/identity/profile/document';
import { formatSignatureBlock, payloadToSign } from '../../../shared/aun/agent-md-block';
import { temporaryFolder } from '../temporary-folder';
import { until } from '../until';
import { AgentMdFiles, agentMdEtag, payloadAid, verifyAgentMd } from './agent-md';
import { Sdk0220Client } from './index';
import { certificateFingerprint, signText, spkiFingerprint } from './primitives';

/** The published vector (protocol/06 §12). */
const vector = {
  aid: 'alice.aun.test',
  certificate: new X509Certificate(`-----BEGIN CERTIFICATE-----
MIIBHjCBxaADAgECAgEBMAoGCCqGSM49BAMCMBkxFzAVBgNVBAMMDmFsaWNlLmF1
bi50ZXN0MB4XDTI1MDEwMTAwMDAwMFoXDTQ1MDEwMTAwMDAwMFowGTEXMBUGA1UE
AwwOYWxpY2UuYXVuLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARrF9Hy
4SxCR/i85uVjpEDydwN9gS3rM6D0oTlF2JjClk/jQuL+Gn+bjufrSnwPnhYrzjNX
azFezsu2QGg3v1H1MAoGCCqGSM49BAMCA0gAMEUCIQDmwZ9P4IwM/eoxW4+acYvN
6c3bGq71q3mtYsFabkQsKQIgcKt3rRDKC+scke3ToW691TQXHbVWbldYucqkL0Wv
Ua8=
-----END CERTIFICATE-----
`),
  payload: `---
aid: "alice.aun.test"
name: "Alicja"
type: "human"
version: "1.0.0"
description: "Test vector"
---

# Zażółć
`,
  block: `<!-- AUN-SIGNATURE
cert_fingerprint: sha256:a297bc05001baf603e20cd2e1f3eaf62e6341a68bf3906c2c2e8efe96c867459
timestamp: 1760000000
signature: MEUCIQDAR3zI8pmUUmfQDmxsexa0Z3PiLZq8A/st+mXplQ4Z5QIgKxrZYM4x3J4SMpYQ/AFLQOMTJcBsBdLunkf3ILYLNfM=
-->`,
};
const vectorDocument = vector.payload + vector.block;
const check = (text: string, expected?: string) =>
  verifyAgentMd(text, () => Promise.resolve(vector.certificate), expected);

describe('profile documents of a 0.2.20 client', () => {
  it('verify as the published vector does', async () => {
    expect(Buffer.byteLength(vectorDocument)).toBe(359);
    expect(agentMdEtag(vectorDocument)).toBe(
      '"93283d5bfce425ada268bab3a9920844daee1cb042f13ace44fab5aa4bfddbc0"',
    );
    expect(createHash('sha256').update(vector.payload).digest('hex')).toBe(
      '33df4e5560daa769e24b392c76d93580f3c6b49f82cdd8b024ed09f1dc857153',
    );
    expect(await check(vectorDocument)).toEqual({
      status: 'verified',
      verified: true,
      payload: vector.payload,
      aid: vector.aid,
      cert_fingerprint: certificateFingerprint(vector.certificate),
      timestamp: 1_760_000_000,
    });
  });

  it.each([
    [
      'a changed byte',
      vectorDocument.replace('Alicja', 'Alicjb'),
      undefined,
      'signature verification failed',
    ],
    [
      'other line ends',
      vectorDocument.replace('---\naid', '---\r\naid'),
      undefined,
      'signature verification failed',
    ],
    ['text behind the block', `${vectorDocument}x`, undefined, 'malformed signature block'],
    ['a missing key', vectorDocument.replace(/timestamp.*\n/, ''), undefined, 'missing timestamp'],
    [
      'a line without colon',
      vectorDocument.replace('timestamp:', 'timestamp'),
      undefined,
      'malformed signature line',
    ],
    [
      'a short fingerprint',
      vectorDocument.replace(/(sha256:.{16}).*/, '$1'),
      undefined,
      'bad cert_fingerprint',
    ],
    [
      'another fingerprint',
      vectorDocument.replace('sha256:a297', 'sha256:b297'),
      undefined,
      'cert fingerprint mismatch',
    ],
    ['another AID expected', vectorDocument, 'bob.aun.test', 'aid mismatch'],
    ['no AID at all', vectorDocument.replace(/aid: .*\n/, ''), undefined, 'no aid to check against'],
    [
      'an AID the certificate is not for',
      vectorDocument.replace(/aid: .*/, 'aid: bob.aun.test'),
      undefined,
      'cert subject mismatch',
    ],
  ])('are invalid with %s', async (_name, text, expected, reason) => {
    expect(await check(text, expected)).toMatchObject({ status: 'invalid', verified: false, reason });
  });

  it('are unsigned without a block that begins a line', async () => {
    for (const text of [vector.payload, `${vector.payload} ${vector.block}`])
      expect(await check(text)).toEqual({ status: 'unsigned', verified: false, payload: text });
  });

  it('name their AID in the front matter only', () => {
    expect(payloadAid("---\nname: x\naid: 'a.b'\n---\n")).toBe('a.b');
    expect(payloadAid('---\nname: x\n---\naid: a.b\n')).toBe('');
    expect(payloadAid('aid: a.b\n')).toBe('');
  });
});

describe('a 0.2.20 client and the local gateway', () => {
  let gateway: RunningGateway;
  let folder: string;
  let remove: () => void;
  const clients: Sdk0220Client[] = [];

  beforeAll(async () => {
    ({ folder, remove } = temporaryFolder('agent-md'));
    gateway = await startGateway({ dataDir: path.join(folder, 'gateway') });
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await gateway.stop();
    remove();
  });

  async function join(name: string, secure = false): Promise<Sdk0220Client> {
    const client = new Sdk0220Client({
      dataDir: path.join(folder, name),
      rootCaPath: gateway.rootCa,
      gatewayUrl: secure ? gateway.wss : gateway.url,
      extraCa: gateway.rootPem,
      discoveryPort: gateway.port,
      redirect: (host, port) => ({
        host: '127.0.0.1',
        port: host.endsWith('.aun.test') ? gateway.port : port,
      }),
      closeWaitMs: 150,
    });
    clients.push(client);
    await client.createAid(`${name}.aun.test`);
    return client;
  }
  const documentOf = (aid: string, text = 'Hello') =>
    `---\naid: "${aid}"\nname: "Somebody 你好"\ntype: "human"\nversion: "1.0.0"\n---\n\n# ${text}`;

  it.each([
    ['http', false],
    ['https', true],
  ])('publish and read documents over %s, before they are connected too', async (scheme, secure) => {
    const alice = await join(`alice${scheme}`, secure);
    const bob = await join(`bobby${scheme}`, secure);
    const signed = alice.signAgentMd(documentOf(alice.aid));
    expect(await alice.uploadAgentMd(signed)).toMatchObject({
      aid: alice.aid,
      etag: agentMdEtag(signed),
      agent_md_url: `${scheme}://${alice.aid}:${gateway.port}/agent.md`,
    });
    const read = await bob.downloadAgentMd(alice.aid);
    expect(read).toBe(signed);
    expect(await bob.verifyAgentMd(read, alice.aid)).toMatchObject({ status: 'verified', aid: alice.aid });
    expect(await bob.verifyAgentMd(read, bob.aid)).toMatchObject({
      status: 'invalid',
      reason: 'aid mismatch',
    });
  });

  it('ask for what they have read before under its validators, and take it from memory', async () => {
    const asked: IncomingHttpHeaders[] = [];
    const server = createServer((request, response) => {
      asked.push(request.headers);
      response.writeHead(asked.length === 1 ? 200 : 304, { ETag: '"tag"', 'Last-Modified': 'yesterday' });
      response.end(asked.length === 1 ? '\uFEFF# Hello' : undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const files = new AgentMdFiles({ verifySsl: true, redirect: () => ({ host: '127.0.0.1', port }) }, 4711);
    for (let times = 0; times < 2; times += 1)
      expect(await files.download('alice.aun.test', 'ws://gateway.aun.test/aun')).toBe('# Hello');
    server.close();
    expect(asked[0]).toMatchObject({ host: 'alice.aun.test:4711' });
    expect(asked[0]).not.toHaveProperty('if-none-match');
    expect(asked[1]).toMatchObject({ 'if-none-match': '"tag"', 'if-modified-since': 'yesterday' });
  });

  it('see a document that has changed', async () => {
    const alice = await join('carol');
    await alice.uploadAgentMd(documentOf(alice.aid, 'One'));
    expect(await alice.downloadAgentMd(alice.aid)).toContain('# One');
    await alice.uploadAgentMd(alice.signAgentMd(documentOf(alice.aid, 'Two')));
    expect(await alice.downloadAgentMd(alice.aid)).toContain('# Two');
  });

  it('hear refusals in the words of that generation', async () => {
    const dora = await join('doras');
    await expect(dora.downloadAgentMd('nobody.aun.test')).rejects.toMatchObject({ name: 'NotFoundError' });
    await expect(dora.uploadAgentMd(documentOf('eve.aun.test'))).rejects.toThrow(
      /^upload agent\.md failed: HTTP 400 - /,
    );
    const signed = dora.signAgentMd(documentOf(dora.aid));
    await expect(dora.uploadAgentMd(signed.replace('# Hello', '# Changed'))).rejects.toThrow('HTTP 400');
  });

  it('find a revoked signer and an unknown fingerprint out', async () => {
    const fred = await join('freds');
    const greta = await join('greta');
    const signed = fred.signAgentMd(documentOf(fred.aid));
    const elsewhere = signed.replace(/sha256:[0-9a-f]{64}/, `sha256:${'0'.repeat(64)}`);
    expect((await greta.verifyAgentMd(elsewhere)).reason).toContain('peer cert fingerprint mismatch');
    gateway.admin.revoke({ aid: fred.aid });
    expect(await greta.verifyAgentMd(signed)).toMatchObject({
      status: 'invalid',
      reason: 'certificate revoked (crl)',
    });
  });

  it('learn the ETag of the published document from the next reply', async () => {
    const hans = await join('hanse');
    const received: Record<string, unknown>[] = [];
    hans.on('message.received', (data: Record<string, unknown>) => received.push(data));
    const signed = hans.signAgentMd(documentOf(hans.aid));
    const file = path.join(folder, 'hans.md');
    writeFileSync(file, signed);
    hans.setLocalAgentMdPath(file);
    await hans.connect(await hans.authenticate(), {});
    await hans.uploadAgentMd(signed);
    await hans.call('meta.ping', {});
    await hans.send({ to: hans.aid, payload: { type: 'text', text: 'me' }, encrypt: false });
    await until('the message arrives', () => received.length > 0);
    const etag = agentMdEtag(signed);
    expect(received[0]?.['_agent_md']).toEqual({ local_etag: etag, remote_etag: etag });
  });

  it('and Parley read each other', async () => {
    const irene = await join('irene');
    const { privateKeyPem, certPem } = irene.exportIdentity();
    const certificate = new X509Certificate(certPem);
    const theirs = openDocument(Buffer.from(irene.signAgentMd(documentOf(irene.aid))));
    if (theirs?.split.kind !== 'signed') throw new Error('their document is not signed for us');
    const signature = Buffer.from(theirs.split.block.signature, 'base64');
    expect(verify('sha256', theirs.payload, certificate.publicKey, signature)).toBe(true);
    expect(theirs.split.block.certificateFingerprint).toBe(certificateFingerprint(certificate));
    const payload = payloadToSign(documentOf(irene.aid));
    const ours =
      payload +
      formatSignatureBlock({
        certificateFingerprint: certificateFingerprint(certificate),
        keyFingerprint: spkiFingerprint(certificate),
        timestamp: 1_760_000_000,
        signature: signText(createPrivateKey(privateKeyPem), payload),
      });
    expect(await irene.verifyAgentMd(ours, irene.aid)).toMatchObject({
      status: 'verified',
      timestamp: 1_760_000_000,
    });
    await irene.uploadAgentMd(ours);
  });
});
