import { AunError, toAunError } from '../runtime/errors';
import type { PkiSource } from '../ports/identity';
import { issuerOf } from '../../shared/aun/aid';
import type { Aid } from '../../shared/aun/aid';
import { refusePortal } from './captive-portal';
import type { GatewayDirectory } from './discovery';
import type { HttpResponse, NetworkEdge } from './edge';
import { gatewayTarget } from './targets';

/** Time limits in ms (`protocol/01 §4.3`) and size limits in bytes. */
const DOCUMENT_TIMEOUT_MS = 5_000;
const CERTIFICATE_TIMEOUT_MS = 15_000;
const KIB = 1024;
const Limit = { certificate: 64 * KIB, chain: 256 * KIB, crl: 8 * 1024 * KIB, ocsp: 64 * KIB } as const;

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/;

interface Fetch {
  readonly issuer: string;
  readonly path: string;
  readonly maxBytes: number;
  readonly timeoutMs?: number;
  readonly method?: 'GET' | 'HEAD';
}

function isTransportTrouble(error: AunError): boolean {
  return error.retryable || error.code === 'tls_failed';
}

function requireSuccess(answer: HttpResponse, path: string): Buffer {
  if (answer.status >= 200 && answer.status <= 299) return answer.body;
  throw new AunError(
    answer.status === 404 ? 'not_found' : 'gateway_refused',
    `${path} answered ${answer.status}`,
    {
      retryable: answer.status >= 500 || answer.status === 429,
      detail: { path, status: answer.status },
    },
  );
}

function parseJson(body: Buffer, path: string): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new AunError('protocol_error', `${path} did not answer JSON`, { detail: { path }, cause });
  }
}

/** Asks the gateways in order; the next one only when this one cannot be reached. */
async function fetchFrom(
  edge: NetworkEdge,
  directory: GatewayDirectory,
  fetch: Fetch,
): Promise<HttpResponse> {
  let failure: AunError | null = null;
  for (const url of await directory.list()) {
    const target = gatewayTarget(directory.network, url, fetch.issuer);
    try {
      const answer = await edge.request({
        method: fetch.method ?? 'GET',
        target,
        path: fetch.path,
        timeoutMs: fetch.timeoutMs ?? DOCUMENT_TIMEOUT_MS,
        maxBytes: fetch.maxBytes,
      });
      refusePortal(answer, target);
      return answer;
    } catch (thrown) {
      failure = await directory.explain(target, thrown);
      if (!isTransportTrouble(failure)) throw failure;
    }
  }
  throw failure ?? new AunError('gateway_unreachable', 'no gateway is known', { retryable: true });
}

/** PKI documents from the gateway of the issuer they belong to (`protocol/01 §6.2`, §6.3; `protocol/02 §7`). */
export function createPkiSourceFrom(edge: NetworkEdge, directory: GatewayDirectory): PkiSource {
  const get = async (issuer: string, path: string, maxBytes: number): Promise<Buffer> =>
    requireSuccess(await fetchFrom(edge, directory, { issuer, path, maxBytes }), path);

  const leaf = async (aid: Aid, query: string): Promise<string | null> => {
    const path = `/pki/cert/${encodeURIComponent(aid)}`;
    const answer = await fetchFrom(edge, directory, {
      issuer: issuerOf(aid),
      path: `${path}${query}`,
      maxBytes: Limit.certificate,
      timeoutMs: CERTIFICATE_TIMEOUT_MS,
    });
    if (answer.status === 404) return null;
    const block = PEM_BLOCK.exec(requireSuccess(answer, path).toString('utf8'))?.[0];
    if (block === undefined)
      throw new AunError('certificate_invalid', `${path} did not answer a certificate`);
    return `${block}\n`;
  };

  return {
    chain: async (issuer) => (await get(issuer, '/pki/chain', Limit.chain)).toString('utf8'),
    crl: async (issuer) => parseJson(await get(issuer, '/pki/crl.json', Limit.crl), '/pki/crl.json'),
    ocsp: async (issuer, serial) => {
      const path = `/pki/ocsp/${encodeURIComponent(serial)}`;
      return parseJson(await get(issuer, path, Limit.ocsp), path);
    },
    certificate: async (aid, fingerprint) => {
      if (fingerprint !== undefined) {
        const found = await leaf(aid, `?cert_fingerprint=${encodeURIComponent(fingerprint)}`).catch(
          (thrown: unknown) => {
            const error = toAunError(thrown);
            if (isTransportTrouble(error)) throw error;
            return null;
          },
        );
        if (found !== null) return found;
      }
      return leaf(aid, '');
    },
  };
}

/**
 * Whether nobody holds this name yet (`protocol/01 §5.4`).
 * @throws AunError `gateway_refused` for any other answer than yes or no, and transport errors
 */
export async function isNameAvailable(
  edge: NetworkEdge,
  directory: GatewayDirectory,
  aid: Aid,
): Promise<boolean> {
  const path = `/pki/cert/${encodeURIComponent(aid)}`;
  const answer = await fetchFrom(edge, directory, {
    issuer: issuerOf(aid),
    path,
    maxBytes: Limit.certificate,
    method: 'HEAD',
  });
  if (answer.status === 404) return true;
  requireSuccess(answer, path);
  return false;
}
