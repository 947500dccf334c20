import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { issuerProblem } from '../../shared/aun/aid';
import type { NetworkProbe } from '../../shared/model/network';
import { AunError, toAunError } from '../runtime/errors';
import { fingerprintOf } from '../runtime/fingerprint';
import type { Runtime } from '../runtime/runtime';
import { refusePortal } from './captive-portal';
import { discoverGateways } from './discovery';
import type { HostTarget, NetworkEdge } from './edge';
import { createNodeEdge } from './node-edge';
import { gatewayTarget, isLoopback, parseGatewayUrl, publicTarget } from './targets';

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 256 * 1024;
/** DER SHA-256 of the public root (`protocol/01 §6.5`). */
const PUBLIC_ROOT = 'sha256:dd09e9fd316c42dc7df35c989c2c763aa188d84c9cc9fcd42ea310a2621ec545';
const PEM_BLOCKS = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+?-----END CERTIFICATE-----/g;

function commonName(certificate: X509Certificate): string | null {
  return /^CN=(.+)$/m.exec(certificate.subject)?.[1] ?? null;
}

function parsePem(text: string): X509Certificate[] {
  try {
    return (text.match(PEM_BLOCKS) ?? []).map((block) => new X509Certificate(block));
  } catch (cause) {
    throw new AunError('certificate_invalid', 'the network shows a certificate that cannot be read', {
      cause,
    });
  }
}

/**
 * Reads a public document of a network that is not trusted yet. Where TLS cannot be verified the document is read all the
 * same: the user compares the fingerprint before anything is built on it.
 */
async function read(edge: NetworkEdge, target: HostTarget, path: string): Promise<string | null> {
  const request = { method: 'GET', target, path, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES } as const;
  const answer = await edge.request(request).catch((thrown: unknown) => {
    if (toAunError(thrown).code !== 'tls_failed') throw thrown;
    return edge.request({ ...request, withoutTrust: true });
  });
  refusePortal(answer, target);
  return answer.status >= 200 && answer.status <= 299 ? answer.body.toString('utf8') : null;
}

/** Turns what a person typed into a gateway URL, or null when it is an issuer name. */
function asGatewayUrl(address: string): string | null {
  const withScheme = /^[a-z]+:\/\//i.test(address);
  if (!withScheme && issuerProblem(address) === null && isIP(address) === 0 && address !== 'localhost')
    return null;
  const bare = withScheme ? address : `ws://${address}`;
  let url: URL;
  try {
    url = new URL(bare);
  } catch (cause) {
    throw new AunError('invalid_request', 'this is neither an issuer nor a gateway address', { cause });
  }
  if (!/^(wss?|https?):$/.test(url.protocol))
    throw new AunError('invalid_request', `a gateway address cannot start with ${url.protocol}`);
  const plain = withScheme
    ? /^(ws|http):$/.test(url.protocol)
    : isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
  const path = url.pathname === '/' || url.pathname === '' ? '/aun' : url.pathname;
  return `${plain ? 'ws' : 'wss'}://${url.host}${path}${url.search}`;
}

/**
 * Looks at an issuer or a gateway address without trusting it (`protocol/01 §3.1`, §6.3). What it returns is shown to the user;
 * nothing is stored. The root is reported only if the gateway's own chain ends in it.
 * @throws AunError `invalid_request` | `gateway_not_trusted` | `discovery_failed` | `certificate_invalid` | `captive_portal` and transport errors
 */
export async function probeNetwork(
  address: string,
  options: { readonly runtime: Runtime; readonly edge?: NetworkEdge },
): Promise<NetworkProbe> {
  const edge = options.edge ?? createNodeEdge(options.runtime);
  const typed = address.trim().toLowerCase();
  const pinned = asGatewayUrl(typed);
  const url =
    pinned ??
    (
      await discoverGateways(
        edge,
        options.runtime.clock,
        { issuer: typed, pinnedGatewayUrl: null, rootPem: null },
        null,
      )
    )[0];
  if (url === undefined) throw new AunError('discovery_failed', 'no gateway found');
  const where = parseGatewayUrl(url);
  const bare: HostTarget = {
    secure: where.secure,
    address: where.address,
    port: where.port,
    host: null,
    tlsName: null,
    extraRoot: null,
    unverified: false,
  };
  const target =
    pinned === null ? gatewayTarget({ issuer: typed, pinnedGatewayUrl: null, rootPem: null }, url) : bare;

  const chain = parsePem((await read(edge, target, '/pki/chain')) ?? '');
  const [issuerCa] = chain;
  const issuer = pinned === null ? typed : issuerCa === undefined ? null : commonName(issuerCa);
  if (issuer === null || issuerProblem(issuer) !== null)
    throw new AunError('certificate_invalid', 'the gateway does not say which issuer it serves');
  const root = await findRoot(edge, target, issuer, chain);
  const rootFingerprint = root === null ? null : fingerprintOf(root.raw);
  return {
    issuer,
    gatewayUrl: url,
    rootPem: root?.toString() ?? null,
    rootFingerprint,
    rootSubject: root?.subject.replace(/\n/g, ', ') ?? null,
    loopback: isLoopback(where.address),
    publicRoot: rootFingerprint === PUBLIC_ROOT,
  };
}

async function findRoot(
  edge: NetworkEdge,
  target: HostTarget,
  issuer: string,
  chain: readonly X509Certificate[],
): Promise<X509Certificate | null> {
  const last = chain.at(-1);
  const fromGateway = await read(edge, target, '/pki/root.crt');
  const text =
    fromGateway ??
    (isLoopback(target.address) || isIP(target.address) !== 0
      ? null
      : await read(edge, publicTarget(`pki.${issuer}`, null), '/root.crt').catch(() => null));
  const candidates = [...parsePem(text ?? ''), ...(last === undefined ? [] : [last])];
  const found = candidates.find(
    (candidate) => candidate.ca && candidate.checkIssued(candidate) && candidate.verify(candidate.publicKey),
  );
  if (found === undefined || last === undefined) return null;
  const anchored = last.fingerprint256 === found.fingerprint256 || last.verify(found.publicKey);
  if (!anchored)
    throw new AunError('certificate_invalid', 'the root this network shows does not belong to its own chain');
  return found;
}
