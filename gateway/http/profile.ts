import { sha256Hex, verifySignature } from '../ca/keys';
import type { GatewayContext } from '../context';
import type { Exchange } from './response';
import { readBody, reply, replyJson } from './response';

/** Largest profile document without its signature block, in bytes (`protocol/06 §5.1`). */
const MAX_PROFILE_BYTES = 4096;
const MAX_BODY_BYTES = 64 * 1024;
const MARKDOWN = 'text/markdown; charset=utf-8';

/** Answers `/agent.md` on the host of an AID (`protocol/01 §6.4`, `protocol/06 §5.3`). */
export async function serveProfile(gateway: GatewayContext, exchange: Exchange, aid: string): Promise<void> {
  const { method } = exchange.request;
  if (method === 'GET' || method === 'HEAD') return read(gateway, exchange, aid);
  if (method === 'PUT') return write(gateway, exchange, aid);
  return reply(exchange, 405, 'method not allowed', { Allow: 'GET, HEAD, PUT' });
}

function read(gateway: GatewayContext, exchange: Exchange, aid: string): void {
  const profile = gateway.store.accounts.profile(aid);
  if (profile === null) return reply(exchange, 404, 'agent.md not published');
  const modified = new Date(profile.updatedAt).toUTCString();
  const headers = {
    'Content-Type': MARKDOWN,
    ETag: profile.etag,
    'Last-Modified': modified,
    'Cache-Control': 'public, max-age=60',
  };
  const { 'if-none-match': match, 'if-modified-since': since } = exchange.request.headers;
  const unchanged =
    match === undefined
      ? since !== undefined && Math.floor(profile.updatedAt / 1000) * 1000 <= Date.parse(since)
      : match
          .split(',')
          .map((tag) => tag.trim().replace(/^W\//, ''))
          .some((tag) => tag === profile.etag || tag === '*');
  if (!unchanged) return reply(exchange, 200, profile.content, headers);
  exchange.response.writeHead(304, {
    ...headers,
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'ETag, Last-Modified',
  });
  exchange.response.end();
}

/** Answers `/` on the host of an AID: a page for browsers, the document itself for programs (`protocol/06 §5.3`). */
export function serveHome(gateway: GatewayContext, exchange: Exchange, aid: string): void {
  exchange.response.setHeader('Vary', 'Accept');
  if (/\btext\/html\b/i.test(exchange.request.headers.accept ?? '')) servePage(gateway, exchange, aid);
  else read(gateway, exchange, aid);
}

/** Answers `/index.html` on the host of an AID: its document, shown as text; 404 when it has none. */
export function servePage(gateway: GatewayContext, exchange: Exchange, aid: string): void {
  const profile = gateway.store.accounts.profile(aid);
  if (profile === null) return reply(exchange, 404, 'no page');
  const text = splitSignature(decodeText(Buffer.from(profile.content)) ?? '').payload;
  const page =
    `<!doctype html><html><head><meta charset="utf-8"><title>${escapeHtml(aid)}</title></head>` +
    `<body><pre>${escapeHtml(text)}</pre></body></html>`;
  // Whoever wrote the document wrote this page: nothing in it may run, load or lead anywhere.
  return reply(exchange, 200, page, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
  });
}

function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => names[character] ?? character);
}

async function write(gateway: GatewayContext, exchange: Exchange, aid: string): Promise<void> {
  const body = await readBody(exchange.request, MAX_BODY_BYTES);
  const token = /^Bearer\s+(\S+)$/i.exec(exchange.request.headers.authorization ?? '')?.[1];
  const caller = token === undefined ? null : gateway.tokens.check(token);
  if (caller === null) return reply(exchange, 401, 'missing or invalid token');
  if (caller !== aid) return reply(exchange, 403, 'the token belongs to another AID');
  if (body === null) return reply(exchange, 413, 'document too large');
  const text = decodeText(body);
  if (text === null) return reply(exchange, 400, 'document is not UTF-8 without a byte order mark');
  const { payload, block } = splitSignature(text);
  if (Buffer.byteLength(payload, 'utf8') > MAX_PROFILE_BYTES)
    return reply(exchange, 413, 'document too large');
  const named = frontMatterAid(payload);
  if (named === null) return reply(exchange, 400, 'front matter with aid expected');
  if (named !== aid) return reply(exchange, 400, 'aid in the document differs from the host');
  if (block !== null && !signatureFits(gateway, aid, payload, block)) {
    return reply(exchange, 400, 'signature of the document is not valid');
  }
  const now = gateway.clock.now();
  const etag = `"${sha256Hex(body)}"`;
  gateway.store.accounts.setProfile(aid, Uint8Array.from(body), etag, now);
  const scheme = exchange.secure ? 'https' : 'http';
  return replyJson(exchange, 200, {
    aid,
    bytes: body.length,
    etag,
    last_modified: new Date(now).toUTCString(),
    agent_md_url: `${scheme}://${exchange.request.headers.host ?? aid}/agent.md`,
  });
}

function decodeText(body: Buffer): string | null {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return null;
  }
}

/** Splits at the last signature block; `block` is null for an unsigned document. */
function splitSignature(text: string): { payload: string; block: string | null } {
  const start = text.lastIndexOf('<!-- AUN-SIGNATURE');
  const before = text[start - 1];
  if (start < 0 || (start > 0 && before !== '\n' && before !== '\r')) return { payload: text, block: null };
  return { payload: text.slice(0, start), block: text.slice(start) };
}

function signatureFits(gateway: GatewayContext, aid: string, payload: string, block: string): boolean {
  const body = /^<!-- AUN-SIGNATURE\r?\n([\s\S]*?)\r?\n-->\s*$/.exec(block)?.[1];
  if (body === undefined) return false;
  const fields = new Map<string, string>();
  for (const line of body.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const colon = line.indexOf(':');
    if (colon < 0) return false;
    fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const fingerprint = (fields.get('cert_fingerprint') ?? '').toLowerCase();
  const signature = fields.get('signature') ?? '';
  if (!/^\d+(\.\d+)?$/.test(fields.get('timestamp') ?? '')) return false;
  const record = gateway.store.certificates.byFingerprint(fingerprint);
  if (record?.owner !== aid || record.status === 'revoked') return false;
  return verifySignature(record.publicKey, payload, signature);
}

/** The `aid` of the front matter, `null` when there is none. */
function frontMatterAid(text: string): string | null {
  const lines = text.split(/\r?\n/);
  if (lines[0]?.trim() !== '---') return null;
  const end = lines.findIndex((line, index) => index > 0 && line.trim() === '---');
  if (end < 0) return null;
  for (const line of lines.slice(1, end)) {
    const value = /^aid:\s*(.*)$/.exec(line)?.[1]?.trim();
    if (value === undefined) continue;
    return /^"(.*)"$/.exec(value)?.[1] ?? /^'(.*)'$/.exec(value)?.[1] ?? value;
  }
  return null;
}
