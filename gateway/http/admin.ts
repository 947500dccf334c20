import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { AdminControls } from '../admin';
import { dataActions } from './admin-data';
import type { Exchange } from './response';
import { readBody, reply, replyJson } from './response';

const text = z.string();
const count = z.number().int().nonnegative();
const quota = z.number().int().positive();

/** Parameters of every admin action; the names are the last part of the path. */
const actions = {
  revoke: z.object({ aid: text.optional(), serial: text.optional(), fingerprint: text.optional() }),
  expire_tokens: z.object({
    aid: text.optional(),
    kind: z.enum(['access', 'refresh', 'both']).default('both'),
  }),
  close: z.object({
    aid: text.optional(),
    device_id: text.optional(),
    slot_id: text.optional(),
    code: z.number().int().min(1000).max(4999),
    reason: text.default('closed by admin'),
    event: z.boolean().default(false),
  }),
  drop: z.object({ aid: text.optional(), device_id: text.optional() }),
  health: z.object({ up: z.boolean() }),
  revocation: z.object({ up: z.boolean() }),
  certificates: z.object({ up: z.boolean(), aid: text.optional() }),
  auth_service: z.object({ up: z.boolean() }),
  delay_replies: z.object({ ms: count }),
  heartbeat: z.object({ seconds: z.number().nullable() }),
  free_name: z.object({ aid: text }),
  advance_clock: z.object({ ms: z.number() }),
  quotas: z.object({
    devices: quota.optional(),
    slots: quota.optional(),
    short_connections: quota.optional(),
  }),
  fail_next: z.object({
    method: text,
    code: z.number().int(),
    message: text,
    data: z.record(text, z.unknown()).optional(),
    times: quota.default(1),
  }),
  lose_replies: z.object({ method: text, times: quota.default(1) }),
  sessions: z.object({ aid: text.optional() }),
  /** Further gateways in the discovery document and the own place among them. */
  discovery: z.object({
    gateways: z.array(z.object({ url: text, priority: z.number().optional() })).default([]),
    own_priority: z.number().default(1),
  }),
  /** A captive portal before everything but this endpoint. */
  captive_portal: z.object({ mode: z.enum(['redirect', 'page']).nullable() }),
  /** A certificate for the same key that ends `valid_ms` from now (negative: has ended). */
  shorten_certificate: z.object({
    aid: text,
    valid_ms: z
      .number()
      .int()
      .min(-9 * 60_000),
  }),
  /** The auth server's certificate is revoked and stays in use. */
  revoke_auth_server: z.object({ issuer: text }),
} as const;

const MAX_BODY_BYTES = 64 * 1024;

/** `POST /admin/{action}` with a JSON body: loopback only, bearer token required (`protocol/01 §12` item 12). */
export class AdminEndpoint {
  readonly #controls: AdminControls;
  readonly #token: Buffer;

  constructor(controls: AdminControls, token: string) {
    this.#controls = controls;
    this.#token = Buffer.from(token);
  }

  async handle(exchange: Exchange): Promise<void> {
    const { request } = exchange;
    if (!isLoopback(request.socket.remoteAddress)) return reply(exchange, 404, 'not found');
    const given = Buffer.from(/^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '');
    if (given.length !== this.#token.length || !timingSafeEqual(given, this.#token)) {
      return reply(exchange, 401, 'admin token required');
    }
    if (request.method !== 'POST') return reply(exchange, 405, 'POST expected', { Allow: 'POST' });
    const body = await readBody(request, MAX_BODY_BYTES);
    const value = body === null ? null : parseJson(body.length === 0 ? '{}' : body.toString('utf8'));
    if (value === null) return reply(exchange, 400, 'JSON expected');
    try {
      return replyJson(
        exchange,
        200,
        await this.#run(exchange.url.pathname.slice('/admin/'.length), value.json),
      );
    } catch (error) {
      if (error instanceof UnknownAction) return reply(exchange, 404, 'unknown action');
      return replyJson(exchange, 400, { error: error instanceof Error ? error.message : 'failed' });
    }
  }

  #run(action: string, body: unknown): unknown {
    const controls = this.#controls;
    switch (action) {
      case 'revoke': {
        const { aid, serial, fingerprint } = actions.revoke.parse(body);
        return { revoked: controls.revoke({ aid, serial, fingerprint }) };
      }
      case 'expire_tokens': {
        const { aid, kind } = actions.expire_tokens.parse(body);
        controls.expireTokens(aid ?? null, kind);
        return { ok: true };
      }
      case 'close': {
        const { aid, device_id: deviceId, slot_id: slotId, ...how } = actions.close.parse(body);
        return { closed: controls.close({ aid, deviceId, slotId }, how) };
      }
      case 'drop': {
        const { aid, device_id: deviceId } = actions.drop.parse(body);
        return { dropped: controls.drop({ aid, deviceId }) };
      }
      case 'health':
        controls.faults.healthy = actions.health.parse(body).up;
        return { ok: true };
      case 'revocation':
        controls.faults.revocationAvailable = actions.revocation.parse(body).up;
        return { ok: true };
      case 'certificates': {
        const { aid, up } = actions.certificates.parse(body);
        controls.faults.setCertificates(aid ?? null, up);
        return { ok: true };
      }
      case 'auth_service':
        controls.faults.authAvailable = actions.auth_service.parse(body).up;
        return { ok: true };
      case 'delay_replies':
        controls.faults.replyDelayMs = actions.delay_replies.parse(body).ms;
        return { ok: true };
      case 'heartbeat':
        controls.faults.heartbeatInterval = actions.heartbeat.parse(body).seconds;
        return { ok: true };
      case 'fail_next': {
        const { times, ...failure } = actions.fail_next.parse(body);
        controls.faults.failNext(failure, times);
        return { ok: true };
      }
      case 'lose_replies': {
        const { method, times } = actions.lose_replies.parse(body);
        controls.faults.loseReplies(method, times);
        return { ok: true };
      }
      default:
        return this.#runStored(action, body);
    }
  }

  #runStored(action: string, body: unknown): unknown {
    const controls = this.#controls;
    switch (action) {
      case 'free_name':
        controls.freeName(actions.free_name.parse(body).aid);
        return { ok: true };
      case 'advance_clock':
        return { now: controls.advanceClock(actions.advance_clock.parse(body).ms) };
      case 'quotas': {
        const { short_connections: shortConnections, ...rest } = actions.quotas.parse(body);
        controls.setQuotas({ ...rest, shortConnections });
        return { ok: true };
      }
      case 'discovery': {
        const { gateways, own_priority: ownPriority } = actions.discovery.parse(body);
        controls.faults.discovery = gateways;
        controls.faults.ownPriority = ownPriority;
        return { ok: true };
      }
      case 'captive_portal':
        controls.faults.portal = actions.captive_portal.parse(body).mode;
        return { ok: true };
      case 'shorten_certificate': {
        const { aid, valid_ms: validMs } = actions.shorten_certificate.parse(body);
        return controls.shortenCertificate(aid, validMs).then((notAfter) => ({ not_after: notAfter }));
      }
      case 'revoke_auth_server':
        return { revoked: controls.revokeAuthServer(actions.revoke_auth_server.parse(body).issuer) };
      case 'sessions':
        return { sessions: controls.sessions(actions.sessions.parse(body).aid ?? null) };
      default: {
        const data = dataActions.get(action);
        if (data === undefined) throw new UnknownAction(action);
        return data(controls, body);
      }
    }
  }
}

class UnknownAction extends Error {}

function parseJson(text_: string): { json: unknown } | null {
  try {
    return { json: JSON.parse(text_) };
  } catch {
    return null;
  }
}

function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
