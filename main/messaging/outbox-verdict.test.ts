import { expect, it } from 'vitest';
import { AunError, RpcError } from '../runtime/errors';
import { KEYS_RETRY_MS, TRUST_RETRY_MS, outboxBackoff } from './limits';
import { judgeSendFailure } from './outbox-verdict';

const item = {
  id: 1,
  conversation: 'bob.aun.test',
  messageId: 'm',
  payloadJson: '{}',
  attachments: [],
  attempts: 0,
  notBefore: 0,
};

function rpc(
  code: AunError['code'],
  wire: { code: number; message: string; retryAfterSeconds?: number },
): RpcError {
  return new RpcError(code, wire, true, 'message.send');
}

it('waits, and never fails, while the recipient has no keys', () => {
  const verdict = judgeSendFailure(new AunError('recipient_without_keys', 'none'), item, false, 0);
  expect(verdict).toEqual({ kind: 'wait', reason: 'recipient_without_keys', delayMs: KEYS_RETRY_MS });
});

it.each([
  ['recipient_identity_changed', 'keys_changed'],
  ['recipient_certificate_revoked', 'certificate_revoked'],
  ['certificate_invalid', 'certificate_unusable'],
] as const)('waits, and never fails, on %s: the user decides', (code, reason) => {
  const verdict = judgeSendFailure(new AunError(code, 'untrusted'), item, false, 0);
  expect(verdict).toEqual({ kind: 'wait', reason, delayMs: TRUST_RETRY_MS });
});

it('does not blame the recipient for what the gateway says of our own certificate', () => {
  const error = rpc('certificate_revoked', { code: -32055, message: 'certificate revoked' });
  expect(judgeSendFailure(error, item, false, 0)).not.toMatchObject({ reason: 'certificate_revoked' });
});

it('fails for good when the address does not exist', () => {
  const error = rpc('recipient_unknown', { code: -32603, message: 'target AID not found: bob.aun.test' });
  expect(judgeSendFailure(error, item, false, 0)).toEqual({ kind: 'fail', code: 'recipient_unknown' });
});

it('refreshes the keys once when the gateway says the device list is stale, and waits the second time', () => {
  const error = rpc('invalid_request', {
    code: -32602,
    message: 'prekey cert fingerprint mismatch: stale device list',
  });
  expect(judgeSendFailure(error, item, false, 0).kind).toBe('refresh');
  expect(judgeSendFailure(error, item, true, 0).kind).not.toBe('refresh');
});

it('honours the time the gateway asks for when it limits the rate', () => {
  const error = rpc('rate_limited', { code: -32029, message: 'slow down', retryAfterSeconds: 30 });
  expect(judgeSendFailure(error, item, false, 0)).toEqual({
    kind: 'wait',
    reason: 'rate_limited',
    delayMs: 30_000,
  });
});

it('tries again after a lost connection', () => {
  const verdict = judgeSendFailure(
    new AunError('connection_closed', 'gone', { retryable: true }),
    item,
    false,
    0,
  );
  expect(verdict).toEqual({ kind: 'wait', reason: 'retrying', delayMs: 1_000 });
});

it('doubles its pauses up to 64 seconds', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 50].map((attempts) => outboxBackoff(attempts, 0) / 1000)).toEqual([
    1, 2, 4, 8, 16, 32, 64, 64, 64,
  ]);
});

it('tries soon, then less and less often, while the key of a group is being changed', () => {
  const delays = [0, 1, 2, 9].map((attempts) => {
    const error = new AunError('group_securing', 'securing', { retryable: true });
    return judgeSendFailure(error, { ...item, attempts }, false, 0);
  });
  expect(delays).toEqual(
    [200, 500, 1_000, 10_000].map((delayMs) => ({ kind: 'wait', reason: 'group_securing', delayMs })),
  );
});

it.each(['group_suspended', 'group_muted'] as const)('keeps what is written while it is %s', (code) => {
  expect(judgeSendFailure(new AunError(code, 'stopped'), item, false, 0)).toMatchObject({
    kind: 'wait',
    reason: code,
  });
});

it.each(['group_not_member', 'group_dissolved', 'group_protocol_mismatch'] as const)(
  'fails, and keeps the words, when %s',
  (code) => {
    expect(judgeSendFailure(new AunError(code, 'out'), item, false, 0)).toEqual({ kind: 'fail', code });
  },
);
