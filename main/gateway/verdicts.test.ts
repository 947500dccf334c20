import { describe, expect, it } from 'vitest';
import { AunError, RpcError } from '../runtime/errors';
import { ConnectionClosedError } from './rpc-socket';
import { toRpcError } from './rpc-errors';
import { verdictOfEnd, verdictOfError } from './verdicts';

const summary = (verdict: ReturnType<typeof verdictOfEnd>): string =>
  verdict.action.kind === 'block'
    ? `${verdict.action.once ? 'once then ' : ''}${verdict.action.reason}`
    : verdict.action.kind === 'retry'
      ? `retry ${verdict.action.pace}`
      : verdict.action.kind;

describe('how a connection ended', () => {
  it.each([
    [1000, 'retry own'],
    [1005, 'retry own'],
    [1006, 'retry own'],
    [1001, 'retry server'],
    [1009, 'retry server'],
    [1011, 'retry server'],
    [1012, 'retry server'],
    [3999, 'retry server'],
    [4999, 'retry server'],
    [4001, 'sign_in_rejected'],
    [4003, 'identity_not_accepted'],
    [4008, 'sign_in_timed_out'],
    [4009, 'signed_in_elsewhere'],
    [4010, 'once then challenge_rejected'],
    [4011, 'federation_denied'],
    [4012, 'signed_in_elsewhere'],
    [4013, 'short_connection_limit'],
    [4014, 'short_connection_limit'],
    [4015, 'evicted_by_quota'],
  ])('close code %i means: %s', (code, expected) => {
    const end = { code, notice: null, error: null };
    expect(summary(verdictOfEnd(end))).toBe(expected);
    expect(summary(verdictOfError(new ConnectionClosedError(end, 'auth.connect')))).toBe(expected);
  });

  it.each([
    [4009, {}, 'signed_in_elsewhere'],
    [4001, {}, 'sign_in_rejected'],
    [4010, {}, 'once then challenge_rejected'],
    [1012, {}, 'identity_not_accepted'],
    [1000, { 'new_extra_info.app': 'x' }, 'signed_in_elsewhere'],
    [5, { quota_kind: 'x' }, 'evicted_by_quota'],
    [5, { 'evicted_by.device_id': 'x' }, 'evicted_by_quota'],
  ])('a notice with code %i and %j means: %s', (code, facts, expected) => {
    expect(summary(verdictOfEnd({ code, notice: { code, facts }, error: null }))).toBe(expected);
  });

  it('carries the facts of the disconnect notice', () => {
    const notice = { code: 4015, facts: { quota_kind: 'aid_devices_quota_exceeded' } };
    expect(verdictOfEnd({ code: 4015, notice, error: null }).notice).toEqual(notice.facts);
  });

  it('a connection lost to a missing network is offline', () => {
    const error = new AunError('network_unreachable', 'no network', { retryable: true });
    expect(summary(verdictOfEnd({ code: 1006, notice: null, error }))).toBe('offline');
  });
});

describe('why an attempt failed', () => {
  it.each([
    [-32001, 'aid not registered', 'not_registered'],
    [-32001, 'public key mismatch', 'name_belongs_to_another_key'],
    [-32001, 'certificate revoked', 'certificate_revoked'],
    [-32050, 'identity certificate', 'certificate_revoked'],
    [-32001, 'certificate expired', 'certificate_expired'],
    [-32001, 'aid_login1_failed: certificate revoked lookup', 'retry own'],
    [-32001, 'aid_login2_failed', 'retry own'],
    [-32001, 'nonce invalid or expired', 'once then challenge_rejected'],
    [4010, 'nonce invalid or expired', 'once then challenge_rejected'],
    [-32003, 'signature verification failed', 'sign_in_rejected'],
    [4001, 'token invalid or expired', 'sign_in_rejected'],
    [4003, 'invalid aid', 'identity_not_accepted'],
    [-32004, 'no', 'identity_not_accepted'],
    [4030, 'no', 'identity_not_accepted'],
    [4011, 'acl', 'federation_denied'],
    [4013, 'short_connection_capacity_exceeded', 'short_connection_limit'],
    [-32000, 'protocol version mismatch', 'protocol_mismatch'],
    [4000, 'delivery_mode_conflict', 'delivery_mode_conflict'],
    [-32602, 'delivery_mode_conflict: queue', 'delivery_mode_conflict'],
    [4000, 'slot_conflict', 'signed_in_elsewhere'],
    [4000, 'device_singleton_conflict', 'signed_in_elsewhere'],
    [-32602, 'bad', 'protocol_mismatch'],
    [4500, 'auth service unavailable', 'retry own'],
    [5003, 'busy', 'retry own'],
    [-32002, 'service unavailable', 'retry own'],
    [-32603, 'internal', 'retry own'],
    [-32029, 'slow down', 'retry own'],
    [-32001, 'gateway service degraded', 'retry own'],
  ])('error %i "%s" means: %s', (code, message, expected) => {
    expect(summary(verdictOfError(toRpcError('auth.connect', { code, message })))).toBe(expected);
  });

  it.each([
    ['tls_failed', false, 'gateway_not_trusted'],
    ['gateway_not_trusted', false, 'gateway_not_trusted'],
    ['clock_skew', false, 'clock_wrong'],
    ['captive_portal', true, 'captive_portal'],
    ['revocation_list_invalid', false, 'gateway_not_trusted'],
    ['own_key_elsewhere', false, 'name_belongs_to_another_key'],
    ['not_found', false, 'not_registered'],
    ['certificate_mismatch', false, 'certificate_mismatch'],
    ['certificate_revoked', false, 'certificate_revoked'],
    ['vault_locked', false, 'vault_locked'],
    ['key_unreadable', false, 'key_unreadable'],
    ['database_damaged', false, 'database_damaged'],
    ['gateway_unreachable', true, 'retry own'],
    ['request_timeout', true, 'retry own'],
    ['gateway_unhealthy', true, 'retry own'],
    ['discovery_failed', true, 'retry own'],
    ['discovery_failed', false, 'retry own'],
    ['protocol_error', false, 'retry own'],
    ['internal', false, 'retry own'],
    ['network_unreachable', true, 'offline'],
  ] as const)('%s (retryable %s) means: %s', (code, retryable, expected) => {
    expect(summary(verdictOfError(new AunError(code, 'x', { retryable })))).toBe(expected);
  });

  it.each([
    ['certificate_invalid', 'not_yet_valid', 'clock_wrong'],
    ['certificate_invalid', 'expired', 'certificate_expired'],
    ['certificate_invalid', 'wrong_name', 'certificate_mismatch'],
  ] as const)('an own certificate that is %s (%s) means: %s', (code, reason, expected) => {
    expect(summary(verdictOfError(new AunError(code, 'x', { detail: { reason } })))).toBe(expected);
  });

  it('waits as long as the gateway asks, within reason', () => {
    const ask = (seconds: number): unknown =>
      verdictOfError(toRpcError('x', { code: -32029, message: '', data: { retry_after: seconds } })).action;
    expect(ask(7)).toEqual({ kind: 'retry', pace: 'own', atLeastMs: 7000 });
    expect(ask(1e9)).toEqual({ kind: 'retry', pace: 'own', atLeastMs: 300_000 });
  });
});

describe('error replies', () => {
  it.each([
    [-32603, 'target AID not found: bob.aun.test', 'recipient_unknown', false],
    [-32603, 'payload too large', 'message_too_large', false],
    [-32603, 'rate limit exceeded', 'rate_limited', true],
    [-32603, 'boom', 'gateway_refused', false],
    [-32010, 'federation unavailable: x.test', 'unreachable_issuer', true],
    [-32011, 'timeout', 'unreachable_issuer', true],
    [-32012, 'rejected', 'unreachable_issuer', false],
    [-32013, 'initialization required', 'protocol_error', true],
    [-32029, 'slow down', 'rate_limited', true],
    [429, '', 'rate_limited', true],
    [4290, '', 'rate_limited', true],
    [-32429, '', 'rate_limited', true],
    [-32602, 'AID already exists', 'name_taken', false],
    [-32602, 'prekey cert fingerprint mismatch: stale device list of b', 'recipient_keys_invalid', true],
    [-32602, 'bad params', 'invalid_request', false],
    [-32601, 'method not found', 'invalid_request', false],
    [4000, 'missing nonce', 'invalid_request', false],
    [-32001, 'public key mismatch', 'own_key_elsewhere', false],
    [-32001, 'certificate revoked', 'certificate_revoked', false],
    [-32001, 'x', 'sign_in_failed', false],
    [-32003, 'signature verification failed', 'sign_in_failed', false],
    [4001, 'token invalid or expired', 'token_expired', false],
    [-32004, 'no', 'permission_denied', false],
    [-32004, 'rpc handler timeout after 30s', 'request_timeout', true],
    [403, 'no', 'permission_denied', false],
    [-32008, 'no', 'not_found', false],
    [404, 'no', 'not_found', false],
    [-32002, 'service unavailable', 'server_busy', true],
    [4500, 'auth service unavailable', 'server_busy', true],
    [5003, 'x', 'server_busy', true],
    [5003, 'revoked worker', 'server_busy', true],
    [-32050, 'x', 'certificate_revoked', false],
    [-32000, 'protocol version mismatch', 'protocol_error', false],
    [-32051, 'client signature', 'gateway_refused', false],
    [12345, 'x', 'gateway_refused', false],
    [4030, 'no', 'permission_denied', false],
    [4040, 'no', 'not_found', false],
    [4010, 'nonce invalid or expired', 'sign_in_failed', false],
    [-32009, 'version conflict', 'gateway_refused', false],
    [-32600, 'invalid request', 'invalid_request', false],
    [-33001, 'no such group', 'gateway_refused', false],
    [-33002, 'x', 'gateway_refused', false],
    [-33003, 'x', 'gateway_refused', false],
    [-33004, 'x', 'gateway_refused', false],
    [-33009, 'x', 'gateway_refused', false],
    [-32005, 'expired', 'gateway_refused', false],
    [-32040, 'x', 'gateway_refused', false],
    [-32044, 'x', 'gateway_refused', false],
    [-32052, 'x', 'gateway_refused', false],
    [5000, 'x', 'server_busy', true],
    [5999, 'x', 'server_busy', true],
    [6000, 'x', 'gateway_refused', false],
    [-32603, 'gateway service degraded', 'gateway_refused', true],
    [-32001, 'certificate not loaded', 'sign_in_failed', true],
  ])('code %i "%s" becomes %s (retryable: %s)', (code, message, expected, retryable) => {
    const error = toRpcError('message.send', { code, message });
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toMatchObject({ code: expected, retryable, wireCode: code, wireMessage: message });
  });

  it('takes reason and waiting time from the data and survives odd data', () => {
    const unknown = toRpcError('m', { code: -32603, message: 'no', data: { reason: 'aid_not_found' } });
    expect(unknown).toMatchObject({
      code: 'recipient_unknown',
      reason: 'aid_not_found',
      retryAfterSeconds: null,
    });
    expect(toRpcError('m', { code: 429, data: { retry_after: 'soon', reason: 7 } })).toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: null,
      reason: null,
    });
    expect(toRpcError('m', { message: 'no code' })).toMatchObject({ wireCode: -32603 });
    expect(toRpcError('m', { code: 1, data: 'text' })).toMatchObject({ wireCode: 1 });
  });

  it('a malformed error is a protocol error', () => {
    expect(toRpcError('m', 'oops')).toMatchObject({ code: 'protocol_error' });
    expect(toRpcError('m', { code: 'x' })).toMatchObject({ code: 'protocol_error' });
  });
});
