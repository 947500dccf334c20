import { CloseCode, WireCode, wireErrorClass } from '../../shared/aun/errors';
import type { BlockedReason } from '../../shared/model/account';
import type { ErrorCode } from '../../shared/bridge/errors';
import { RpcError } from '../runtime/errors';
import type { AunError } from '../runtime/errors';
import type { DisconnectNotice } from './disconnect-notice';
import { ConnectionClosedError } from './rpc-socket';
import type { SocketEnd } from './rpc-socket';

/** What a session does after a failure. `code` and `detail` are what the user can read about it. */
export interface Verdict {
  readonly action:
    /** Try again after the back-off; `server` waits 2 to 5 s because the gateway ended it (`protocol/01 §5.9`). */
    | { readonly kind: 'retry'; readonly pace: 'own' | 'server'; readonly atLeastMs: number }
    /** There is no network: wait for it, looking again now and then. */
    | { readonly kind: 'offline' }
    /** Only the user can go on. `once`: one automatic retry first; `slowly`: looked at again now and then. */
    | {
        readonly kind: 'block';
        readonly reason: BlockedReason;
        readonly once: boolean;
        readonly slowly?: true;
      };
  readonly code: ErrorCode;
  readonly detail: string;
  readonly notice: Readonly<Record<string, string>> | null;
}

type ClosePolicy = { readonly reason: BlockedReason; readonly code: ErrorCode; readonly once?: boolean };

/** Close codes after which only the user can go on (`protocol/01 §5.8`). */
const BLOCKING_CLOSES: ReadonlyMap<number, ClosePolicy> = new Map([
  [CloseCode.authFailed, { reason: 'sign_in_rejected', code: 'sign_in_failed' }],
  [CloseCode.invalidAid, { reason: 'identity_not_accepted', code: 'gateway_refused' }],
  [CloseCode.authTimeout, { reason: 'sign_in_timed_out', code: 'request_timeout' }],
  [CloseCode.replaced, { reason: 'signed_in_elsewhere', code: 'connection_closed' }],
  [CloseCode.invalidNonce, { reason: 'challenge_rejected', code: 'sign_in_failed', once: true }],
  [CloseCode.federationDenied, { reason: 'federation_denied', code: 'gateway_refused' }],
  [CloseCode.alreadyConnected, { reason: 'signed_in_elsewhere', code: 'connection_closed' }],
  [CloseCode.tooManyShort, { reason: 'short_connection_limit', code: 'gateway_refused' }],
  [CloseCode.shortIdle, { reason: 'short_connection_limit', code: 'connection_closed' }],
  [CloseCode.quota, { reason: 'evicted_by_quota', code: 'gateway_refused' }],
]);

/** Ends without a reason of the gateway's own: plain close, lost network, close frame without a code. */
const OWN_PACE = new Set<number>([CloseCode.normal, 1005, 1006]);

/**
 * A gateway that announces the end means it: no automatic return, whatever the code (`protocol/01 §5.8`). The facts tell which
 * kind it is.
 */
function policyOfKick(notice: DisconnectNotice): ClosePolicy {
  const names = Object.keys(notice.facts);
  if (names.some((name) => name === 'quota_kind' || name.startsWith('evicted_by')))
    return { reason: 'evicted_by_quota', code: 'gateway_refused' };
  if (names.some((name) => name.startsWith('new_extra_info')))
    return { reason: 'signed_in_elsewhere', code: 'connection_closed' };
  return { reason: 'identity_not_accepted', code: 'gateway_refused' };
}

/** Judges how an authenticated connection ended (`protocol/01 §5.8`). */
export function verdictOfEnd(end: SocketEnd): Verdict {
  const policy =
    BLOCKING_CLOSES.get(end.code) ?? (end.notice === null ? undefined : policyOfKick(end.notice));
  const notice = end.notice?.facts ?? null;
  const detail = end.error?.message ?? `close code ${end.code}`;
  if (policy !== undefined)
    return {
      action: { kind: 'block', reason: policy.reason, once: policy.once === true },
      code: policy.code,
      detail,
      notice,
    };
  if (end.error?.code === 'network_unreachable')
    return { action: { kind: 'offline' }, code: 'network_unreachable', detail, notice };
  return {
    action: { kind: 'retry', pace: OWN_PACE.has(end.code) ? 'own' : 'server', atLeastMs: 0 },
    code: 'connection_closed',
    detail,
    notice,
  };
}

/** Errors made on this side after which only the user can go on. */
const BLOCKING_CODES: ReadonlyMap<ErrorCode, BlockedReason> = new Map([
  ['gateway_not_trusted', 'gateway_not_trusted'],
  ['tls_failed', 'gateway_not_trusted'],
  ['clock_skew', 'clock_wrong'],
  ['revocation_list_invalid', 'gateway_not_trusted'],
  ['own_key_elsewhere', 'name_belongs_to_another_key'],
  ['not_found', 'not_registered'],
  ['certificate_revoked', 'certificate_revoked'],
  ['certificate_mismatch', 'certificate_mismatch'],
  ['certificate_invalid', 'certificate_mismatch'],
  ['token_expired', 'sign_in_rejected'],
  ['vault_locked', 'vault_locked'],
  ['key_unreadable', 'key_unreadable'],
  ['database_damaged', 'database_damaged'],
]);

/** What an error reply to a sign-in or to `auth.connect` means; null: a repeat may help (`protocol/01 §5.3`, §7.2, §5.9). */
function blockOfRpcError(error: RpcError): { reason: BlockedReason; once: boolean } | null {
  const text = error.wireMessage;
  const always = (reason: BlockedReason): { reason: BlockedReason; once: boolean } => ({
    reason,
    once: false,
  });
  if (/aid_login[12]_failed/.test(text) || error.retryable) return null;
  if (error.wireCode === WireCode.nonceInvalid || /nonce invalid/i.test(text))
    return { reason: 'challenge_rejected', once: true };
  if (error.wireCode === CloseCode.invalidAid) return always('identity_not_accepted');
  if (error.wireCode === CloseCode.federationDenied) return always('federation_denied');
  if (error.wireCode === CloseCode.tooManyShort) return always('short_connection_limit');
  if (error.wireCode === WireCode.protocolVersion) return always('protocol_mismatch');
  if (error.code === 'delivery_mode_conflict') return always('delivery_mode_conflict');
  // Documented for gateways that refuse a second connection instead of displacing the first (`protocol/01 §5.7`).
  if (/slot_conflict|device_singleton_conflict/.test(text)) return always('signed_in_elsewhere');
  if (/not registered/i.test(text)) return always('not_registered');
  if (/public key mismatch/i.test(text)) return always('name_belongs_to_another_key');
  if (/revoked/i.test(text)) return always('certificate_revoked');
  if (/certificate.*expired|expired.*certificate/i.test(text)) return always('certificate_expired');
  switch (wireErrorClass(error.wireCode)) {
    case 'auth':
      return always('sign_in_rejected');
    case 'permission':
      return always('identity_not_accepted');
    case 'validation':
      return always('protocol_mismatch');
    case 'certificate_revoked':
      return always('certificate_revoked');
    default:
      return null;
  }
}

/** Blocks whose remedy lies outside of Parley: they are looked at again now and then, and when the network changes. */
const HEALS_ALONE: ReadonlySet<BlockedReason> = new Set(['captive_portal', 'clock_wrong']);

function blockOfOwnError(error: AunError): BlockedReason | null {
  if (error.code === 'captive_portal') return 'captive_portal';
  if (error.retryable) return null;
  // Of the own certificate, fetched anew: the judgement of the sign-in authority's is `clock_skew` already.
  if (error.code === 'certificate_invalid' && error.detail['reason'] === 'not_yet_valid')
    return 'clock_wrong';
  if (error.code === 'certificate_invalid' && error.detail['reason'] === 'expired')
    return 'certificate_expired';
  return BLOCKING_CODES.get(error.code) ?? null;
}

/** Judges why an attempt to get online failed. */
export function verdictOfError(error: AunError): Verdict {
  if (error instanceof ConnectionClosedError) return verdictOfEnd(error.end);
  const base = { code: error.code, detail: error.message, notice: null };
  if (error instanceof RpcError) {
    const block = blockOfRpcError(error);
    if (block !== null) return { ...base, action: { kind: 'block', ...block } };
    const atLeastMs = Math.min(error.retryAfterSeconds ?? 0, 300) * 1000;
    return { ...base, action: { kind: 'retry', pace: 'own', atLeastMs } };
  }
  if (error.code === 'network_unreachable') return { ...base, action: { kind: 'offline' } };
  const reason = blockOfOwnError(error);
  if (reason !== null) {
    const slowly = HEALS_ALONE.has(reason) ? { slowly: true as const } : {};
    return { ...base, action: { kind: 'block', reason, once: false, ...slowly } };
  }
  return { ...base, action: { kind: 'retry', pace: 'own', atLeastMs: 0 } };
}
