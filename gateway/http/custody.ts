import { z } from 'zod';
import { CustodyRefusal } from '../custody/refusal';
import type { GatewayContext } from '../context';
import { jsonObject } from '../wire/frames';
import type { HostRole } from './hosts';
import { hostName, hostPort } from './hosts';
import type { Exchange } from './response';
import { readBody, reply, replyJson } from './response';

const MAX_BODY_BYTES = 256 * 1024;

const text = z.string().min(1).max(64);
const aid = z.string().min(1).max(320);
const handover = {
  cert: z.string().min(1).max(32_768),
  key: z.string().min(1).max(65_536),
  metadata: jsonObject.default({}),
};
const bodies = {
  sendCode: z.object({ phone: text, aid: aid.optional() }),
  bindPhone: z.object({ phone: text, code: text, ...handover }),
  restorePhone: z.object({ phone: text, code: text, aid }),
  transfer: z.object({ aid }),
  materials: z.object({ aid, ...handover }),
  claim: z.object({ aid, transfer_code: text }),
};

/** `/.well-known/aun-custody` (`protocol/06 §6.1`): the service under its own name where the caller used names. */
export function custodyDiscovery(exchange: Exchange, role: HostRole): void {
  const header = exchange.request.headers.host;
  const host = role.named ? `aid_custody.${role.issuer}` : hostName(header);
  const scheme = exchange.secure ? 'https' : 'http';
  replyJson(exchange, 200, { custody_url: `${scheme}://${host}${hostPort(header)}` });
}

/** Answers `POST /custody/…` (`protocol/06 §6.2`) on every host of the gateway. */
export async function serveCustody(gateway: GatewayContext, exchange: Exchange): Promise<void> {
  if (exchange.request.method !== 'POST')
    return reply(exchange, 405, 'POST expected', { Allow: 'POST, OPTIONS' });
  const body = await readBody(exchange.request, MAX_BODY_BYTES);
  try {
    replyJson(exchange, 200, answer(gateway, exchange, parseBody(body)));
  } catch (error) {
    if (!(error instanceof CustodyRefusal)) throw error;
    gateway.log.info('custody refused', { path: pathName(exchange.url.pathname), code: error.code });
    replyJson(exchange, error.status, { error: { code: error.code, message: error.message } });
  }
}

/** The path without the code that may be in it. */
function pathName(path: string): string {
  return path.replace(/\/transfers\/[^/]+\/materials$/, '/transfers/…/materials').slice(0, 64);
}

function parseBody(body: Buffer | null): unknown {
  try {
    if (body !== null) return JSON.parse(body.toString('utf8'));
  } catch {
    // Refused below together with a body that is too long.
  }
  throw new CustodyRefusal('invalid_request', 'a JSON object of reasonable size is needed');
}

function parse<Output>(schema: z.ZodType<Output>, body: unknown): Output {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const member = parsed.error.issues[0]?.path.map(String).join('.');
  throw new CustodyRefusal('invalid_request', `missing or malformed: ${member ?? 'body'}`);
}

function answer(gateway: GatewayContext, exchange: Exchange, body: unknown): unknown {
  const { custody, log } = gateway;
  const remote = exchange.request.socket.remoteAddress ?? 'unknown';
  const path = exchange.url.pathname;
  const materials = /^\/custody\/transfers\/([^/]{1,64})\/materials$/.exec(path)?.[1];
  if (materials !== undefined) {
    const { aid: named, ...rest } = parse(bodies.materials, body);
    const result = custody.putMaterials(ownAid(gateway, exchange, named), materials, rest);
    log.info('device_copy.materials_uploaded', { aid: named });
    return result;
  }
  switch (path) {
    case '/custody/accounts/send-code':
      return sendCode(gateway, exchange, body, remote);
    case '/custody/accounts/bind-phone': {
      const caller = requireCaller(gateway, exchange);
      const { phone, code, ...rest } = parse(bodies.bindPhone, body);
      const result = custody.bindPhone(caller, phone, code, rest, remote);
      log.info('aid.backup', { aid: caller });
      return result;
    }
    case '/custody/accounts/restore-phone': {
      const { phone, code, aid: named } = parse(bodies.restorePhone, body);
      const result = custody.restorePhone(named, phone, code, remote);
      log.info('aid.restore_by_phone', { aid: named });
      return result;
    }
    case '/custody/transfers': {
      const caller = ownAid(gateway, exchange, parse(bodies.transfer, body).aid);
      const result = custody.createTransfer(caller);
      log.info('device_copy.create', { aid: caller });
      return result;
    }
    case '/custody/transfers/claim': {
      const { aid: named, transfer_code: code } = parse(bodies.claim, body);
      const result = custody.claim(named, code, remote);
      log.info('device_copy.claim', { aid: named });
      return result;
    }
    default:
      throw new CustodyRefusal('invalid_request', 'no such custody call');
  }
}

/** To bind: with a token, without an AID. To restore: without a token, with an AID. */
function sendCode(gateway: GatewayContext, exchange: Exchange, body: unknown, remote: string): unknown {
  const { phone, aid: named } = parse(bodies.sendCode, body);
  const withToken = exchange.request.headers.authorization !== undefined;
  if (named === undefined)
    return gateway.custody.sendCode('bind-phone', phone, requireCaller(gateway, exchange), remote);
  if (withToken)
    throw new CustodyRefusal('wrong_auth_type', 'a code to restore is asked for without a token');
  return gateway.custody.sendCode('restore-phone', phone, named, remote);
}

/** The AID of the bearer token. @throws CustodyRefusal */
function requireCaller(gateway: GatewayContext, exchange: Exchange): string {
  const token = /^Bearer\s+(\S+)$/i.exec(exchange.request.headers.authorization ?? '')?.[1];
  const caller = token === undefined ? null : gateway.tokens.check(token);
  if (caller === null) throw new CustodyRefusal('invalid_token', 'missing or invalid token');
  return caller;
}

function ownAid(gateway: GatewayContext, exchange: Exchange, named: string): string {
  if (requireCaller(gateway, exchange) !== named)
    throw new CustodyRefusal('aid_mismatch', 'the token belongs to another AID');
  return named;
}
