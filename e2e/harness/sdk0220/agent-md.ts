import { createHash, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { pemBlocks } from './der';
import { SdkError, messageOf } from './errors';
import { gatewayHttp, httpSend } from './http';
import type { HttpReply, NetworkOptions } from './http';
import { parseDict } from './json';
import type { Dict } from './json';
import { certificateFingerprint, commonName, signText, verifyText } from './primitives';

/** What the SDK says of a document; a failed check is a result, never an exception. */
export interface AgentMdVerdict {
  status: 'verified' | 'invalid' | 'unsigned';
  verified: boolean;
  payload: string;
  reason?: string;
  aid?: string;
  cert_fingerprint?: string;
  timestamp?: number;
}

const MARKER = '<!-- AUN-SIGNATURE';
const TIMEOUT_MS = 30_000;

/** Splits a document at its last signature block; one that does not begin a line is no block. */
function split(text: string): { payload: string; block: string } {
  const index = text.lastIndexOf(MARKER);
  const before = index > 0 ? text[index - 1] : '\n';
  if (index < 0 || (before !== '\n' && before !== '\r')) return { payload: text, block: '' };
  return { payload: text.slice(0, index), block: text.slice(index) };
}

/** Signs a document, replacing a block that is there already (protocol/06 §5.2). `at` is Unix seconds. */
export function signAgentMd(text: string, key: KeyObject, certificate: X509Certificate, at: number): string {
  let { payload } = split(text);
  if (payload !== '' && !payload.endsWith('\n') && !payload.endsWith('\r')) payload += '\n';
  return (
    payload +
    [
      MARKER,
      `cert_fingerprint: ${certificateFingerprint(certificate)}`,
      `timestamp: ${String(at)}`,
      `signature: ${signText(key, payload)}`,
      '-->',
    ].join('\n')
  );
}

/** The `aid` in the front matter, read line by line as the SDK does. */
export function payloadAid(payload: string): string {
  const lines = payload.split(/\r?\n/);
  if (lines[0]?.trim() !== '---') return '';
  for (const line of lines.slice(1)) {
    if (line.trim() === '---') return '';
    const value = /^\s*aid\s*:(.*)$/.exec(line)?.[1]?.trim();
    if (value !== undefined) return value.replace(/^(["'])(.*)\1$/, '$2');
  }
  return '';
}

/** The fields of a block; a text says what is wrong with it. */
function fieldsOf(block: string): Map<string, string> | string {
  const body = /^<!-- AUN-SIGNATURE\r?\n([\s\S]*?)\r?\n-->\s*$/.exec(block)?.[1];
  if (body === undefined) return 'malformed signature block';
  const fields = new Map<string, string>();
  for (const line of body.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const colon = line.indexOf(':');
    if (colon < 0) return 'malformed signature line';
    fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  for (const key of ['cert_fingerprint', 'timestamp', 'signature'])
    if (!fields.get(key)) return `missing ${key}`;
  if (!/^sha256:[0-9a-f]{64}$/i.test(fields.get('cert_fingerprint') ?? '')) return 'bad cert_fingerprint';
  return Number.isFinite(Number(fields.get('timestamp'))) ? fields : 'bad timestamp';
}

/** Verifies a document; `certificateOf` fetches and checks the certificate of an AID with that fingerprint. */
export async function verifyAgentMd(
  text: string,
  certificateOf: (aid: string, fingerprint: string) => Promise<X509Certificate>,
  expectedAid = '',
): Promise<AgentMdVerdict> {
  const { payload, block } = split(text);
  if (block === '') return { status: 'unsigned', verified: false, payload };
  const named = payloadAid(payload);
  const aid = expectedAid || named;
  const invalid = (reason: string): AgentMdVerdict => ({
    status: 'invalid',
    verified: false,
    payload,
    reason,
    ...(aid ? { aid } : {}),
  });
  const fields = fieldsOf(block);
  if (typeof fields === 'string') return invalid(fields);
  if (expectedAid && named && expectedAid !== named) return invalid('aid mismatch');
  if (!aid) return invalid('no aid to check against');
  const fingerprint = (fields.get('cert_fingerprint') ?? '').toLowerCase();
  try {
    const certificate = await certificateOf(aid, fingerprint);
    if (certificateFingerprint(certificate) !== fingerprint) return invalid('cert fingerprint mismatch');
    if (commonName(certificate) !== aid) return invalid('cert subject mismatch');
    if (!verifyText(certificate.publicKey, payload, fields.get('signature') ?? ''))
      return invalid('signature verification failed');
  } catch (error) {
    return invalid(messageOf(error));
  }
  return {
    status: 'verified',
    verified: true,
    payload,
    aid,
    cert_fingerprint: fingerprint,
    timestamp: Math.floor(Number(fields.get('timestamp'))),
  };
}

/** A certificate as the verifier of this generation gets it: by fingerprint, once more without, then compared. */
export async function fetchSigner(
  gateway: string,
  network: NetworkOptions,
  aid: string,
  fingerprint: string,
): Promise<X509Certificate> {
  const url = gatewayHttp(gateway, `/pki/cert/${encodeURIComponent(aid)}`);
  let reply = await httpSend(
    'GET',
    `${url}?cert_fingerprint=${encodeURIComponent(fingerprint)}`,
    network,
    TIMEOUT_MS,
  );
  if (reply.status === 404) reply = await httpSend('GET', url, network, TIMEOUT_MS);
  if (!isOk(reply)) throw new SdkError('ConnectionError', `http ${String(reply.status)}: ${url}`);
  const certificate = new X509Certificate(pemBlocks(reply.body)[0] ?? '');
  if (certificateFingerprint(certificate) !== fingerprint)
    throw new SdkError(
      'ValidationError',
      `peer cert fingerprint mismatch for ${aid}: expected=${fingerprint}`,
    );
  return certificate;
}

function isOk(reply: HttpReply): boolean {
  return reply.status >= 200 && reply.status <= 299;
}

/** `"` + SHA-256 of the document + `"`, as client and server compute it alike. */
export function agentMdEtag(text: string): string {
  return `"${createHash('sha256').update(text, 'utf8').digest('hex')}"`;
}

interface Cached {
  text: string;
  etag: string;
  lastModified: string;
}

/** Upload and download of profile documents with the in-memory cache of this generation (protocol/06 §5.3, §5.4). */
export class AgentMdFiles {
  readonly #network: NetworkOptions;
  readonly #port: number | undefined;
  readonly #cache = new Map<string, Cached>();

  constructor(network: NetworkOptions, discoveryPort?: number) {
    // The global fetch of that generation verifies TLS whatever `verify_ssl` says.
    this.#network = { ...network, verifySsl: true };
    this.#port = discoveryPort;
  }

  /** Puts exactly this text; the server's answer. */
  async upload(aid: string, gateway: string, token: string, text: string): Promise<Dict> {
    const reply = await httpSend('PUT', this.#url(aid, gateway), this.#network, TIMEOUT_MS, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/markdown; charset=utf-8' },
      body: text,
    });
    if (reply.status === 404) throw new SdkError('NotFoundError', `agent.md endpoint not found for ${aid}`);
    if (!isOk(reply))
      throw new SdkError('AUNError', `upload agent.md failed: HTTP ${String(reply.status)} - ${reply.body}`);
    const answer = parseDict(reply.body);
    if (!answer) throw new SdkError('SerializationError', 'upload agent.md: answer is not an object');
    return answer;
  }

  /** The document of an AID; what was fetched before is asked for conditionally. */
  async download(aid: string, gateway: string): Promise<string> {
    const known = this.#cache.get(aid);
    const reply = await httpSend('GET', this.#url(aid, gateway), this.#network, TIMEOUT_MS, {
      headers: {
        accept: 'text/markdown',
        ...(known?.etag ? { 'if-none-match': known.etag } : {}),
        ...(known?.lastModified ? { 'if-modified-since': known.lastModified } : {}),
      },
    });
    if (reply.status === 304 && known) return known.text;
    if (reply.status === 404) throw new SdkError('NotFoundError', `agent.md of ${aid} not found`);
    if (!isOk(reply))
      throw new SdkError(
        'AUNError',
        `download agent.md failed: HTTP ${String(reply.status)} - ${reply.body}`,
      );
    // Reading a body as text drops a byte order mark.
    const text = reply.body.replace(/^\uFEFF/, '');
    const { etag = '', 'last-modified': lastModified = '' } = reply.headers;
    this.#cache.set(aid, { text, etag, lastModified });
    return text;
  }

  #url(aid: string, gateway: string): string {
    const scheme = gateway.startsWith('ws://') ? 'http' : 'https';
    return `${scheme}://${aid}${this.#port === undefined ? '' : `:${String(this.#port)}`}/agent.md`;
  }
}
