import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { sha256Hex, verifySignature } from '../ca/keys';
import type { GatewayContext } from '../context';
import { signatureRefused } from '../errors';
import type { Generation } from '../sessions/session';
import type { CertificateRecord } from '../store/certificates';
import { signedParamsText } from '../wire/canonical-text';
import type { SessionCall, SessionHandler } from './method';

const schema = z.object({
  aid: z.string(),
  cert_fingerprint: z.string().default(''),
  timestamp: z.string().regex(/^\d{1,12}(\.\d+)?$/),
  params_hash: z.string(),
  signature: z.string(),
});

const echoed = z.object({ text: z.string() });

/** Methods a V1 session signs (`protocol/01 §9.1`). */
const SIGNED_V1: ReadonlySet<string> = new Set(
  (
    'group.send group.kick group.add_member group.leave group.remove_member group.update_rules group.update ' +
    'group.update_announcement group.update_join_requirements group.set_role group.transfer_owner ' +
    'group.review_join_request group.batch_review_join_request group.request_join group.use_invite_code ' +
    'group.thought.put message.thought.put group.set_settings group.commit_state group.ban group.unban ' +
    'group.dissolve group.suspend group.resume group.e2ee.begin_rotation group.e2ee.commit_rotation ' +
    'group.e2ee.abort_rotation group.resources.put group.resources.update group.resources.delete ' +
    'group.resources.request_add group.resources.direct_add group.resources.approve_request ' +
    'group.resources.reject_request'
  ).split(' '),
);
const ONLY_V1 = /^group\.(e2ee\.|resources\.|update_join_requirements$)/;

const MAX_SKEW_S = 300;
const REPLAY_MS = 600_000;
/**
 * Methods that change something and have no idempotency key of their own: a repeated signature is a repeated call
 * (`protocol/01 §9.3` item 6). Sending has its message id, rotations their own ids.
 */
const CHANGING: ReadonlySet<string> = new Set(
  [...SIGNED_V1].filter((method) => method !== 'group.send' && !method.startsWith('group.e2ee.')),
);
/** 0.5.4 does not sign clear messages that say "echo" in their first line (`protocol/05 §9.1`). */
const ECHO_LINE_LENGTH = 4096;

function mustSign(method: string, generation: Generation): boolean {
  if (!SIGNED_V1.has(method)) return false;
  return generation === 'v1' || !ONLY_V1.test(method);
}

function isEcho({ method, params, session }: SessionCall): boolean {
  if (method !== 'group.send' || session.generation === 'v1' || params['encrypted'] === true) return false;
  const text = echoed.safeParse(params['payload']).data?.text ?? '';
  return text.slice(0, ECHO_LINE_LENGTH).split('\n', 1)[0]?.toLowerCase().includes('echo') === true;
}

interface Remembered {
  readonly at: number;
  readonly result: unknown;
}

/** Checks `client_signature` (`protocol/01 §9.3`) before a handler runs. */
export class SignatureGuard {
  readonly #gateway: GatewayContext;
  readonly #seen = new Map<string, Remembered>();

  constructor(gateway: GatewayContext) {
    this.#gateway = gateway;
  }

  /**
   * Runs the handler if the signature allows it; a repeated signed change gets the first result again.
   * @throws RpcError −32051 in `enforce` mode.
   */
  run(call: SessionCall, handle: SessionHandler): unknown {
    const mode = this.#gateway.config.signatures;
    if (mode === 'off') return handle(call);
    const given = call.params['client_signature'];
    const problem =
      given === undefined || given === null
        ? mustSign(call.method, call.session.generation) && !isEcho(call)
          ? 'client_signature required'
          : null
        : this.#problem(call, given);
    if (problem !== null) {
      this.#gateway.log.warn('client signature', { method: call.method, aid: call.session.aid, problem });
      if (mode === 'enforce') throw signatureRefused(problem);
      return handle(call);
    }
    if (given === undefined || given === null || !CHANGING.has(call.method)) return handle(call);
    return this.#once(call, handle, given);
  }

  #once(call: SessionCall, handle: SessionHandler, given: unknown): unknown {
    const now = this.#gateway.clock.now();
    for (const [key, entry] of this.#seen) {
      if (now - entry.at <= REPLAY_MS) break;
      this.#seen.delete(key);
    }
    const key = `${call.session.aid}|${call.method}|${schema.parse(given).signature}`;
    const before = this.#seen.get(key);
    if (before !== undefined) return before.result;
    const result = handle(call);
    this.#seen.set(key, { at: now, result });
    return result;
  }

  #problem(call: SessionCall, given: unknown): string | null {
    const parsed = schema.safeParse(given);
    if (!parsed.success) return 'client_signature malformed';
    const signature = parsed.data;
    if (signature.aid !== call.session.aid) return 'client_signature aid mismatch';
    const skew = Math.abs(this.#gateway.clock.seconds() - Number(signature.timestamp));
    if (!(skew <= MAX_SKEW_S)) return 'client_signature timestamp out of range';
    if (!sameText(signature.params_hash, paramsHash(call.frame)))
      return 'client_signature params_hash mismatch';
    const certificate = this.#certificate(signature.aid, signature.cert_fingerprint.trim().toLowerCase());
    if (certificate === null) return 'client_signature certificate not active';
    const data = `${call.method}|${signature.aid}|${signature.timestamp}|${signature.params_hash}`;
    const hash = certificate.curve === 'P-384' ? 'sha384' : 'sha256';
    return verifySignature(certificate.publicKey, data, signature.signature, hash)
      ? null
      : 'client_signature verification failed';
  }

  /**
   * The certificate a signature names. One superseded by a renewal with the same key still counts: 0.2.20 may keep the
   * old one without saying so (`protocol/01 §7.3`).
   */
  #certificate(aid: string, fingerprint: string): CertificateRecord | null {
    const { certificates } = this.#gateway.store;
    if (fingerprint === '') return certificates.active(aid);
    const named = certificates.byFingerprint(fingerprint);
    if (named?.owner !== aid) return null;
    if (named.status === 'active') return named;
    const active = certificates.active(aid, named.curve);
    const sameKey = active !== null && active.publicKey === named.publicKey;
    return named.status === 'verify_only' && sameKey ? named : null;
  }
}

function paramsHash(frame: string): string {
  try {
    return sha256Hex(signedParamsText(frame));
  } catch {
    // The frame was parsed before, so only excessive depth ends here; an empty hash never matches.
    return '';
  }
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && left.length > 0 && timingSafeEqual(left, right);
}
