/**
 * Error classes of the wire (`protocol/01 §10.1`): one place that maps a numeric code (and, where upstream relies on
 * it, the message text) to a class and to whether a repeat can help.
 */
export type WireErrorClass =
  | 'auth'
  | 'permission'
  | 'not_found'
  | 'rate_limit'
  | 'version_conflict'
  | 'session'
  | 'validation'
  | 'group_not_found'
  | 'group_state'
  | 'group'
  | 'client_signature'
  | 'certificate_revoked'
  | 'server_busy'
  | 'generic';

/** JSON-RPC error codes of AUN that code refers to by name. */
export const WireCode = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  protocolVersion: -32000,
  authFailed: -32001,
  serviceUnavailable: -32002,
  signatureFailed: -32003,
  permissionDenied: -32004,
  notFound: -32008,
  versionConflict: -32009,
  peerUnreachable: -32010,
  notInitialized: -32013,
  rateLimited: -32029,
  certificateRevoked: -32050,
  clientSignature: -32051,
  badRequest: 4000,
  tokenInvalid: 4001,
  nonceInvalid: 4010,
} as const;

const CLASSES: readonly (readonly [WireErrorClass, readonly number[]])[] = [
  ['auth', [4001, 4010, -32001, -32003]],
  ['permission', [403, 4030, -32004]],
  ['not_found', [404, 4040, -32008]],
  ['rate_limit', [429, 4290, -32029, -32429]],
  ['version_conflict', [-32009]],
  ['session', [-32010, -32011, -32013]],
  ['validation', [4000, -32600, -32601, -32602]],
  ['group_not_found', [-33001]],
  ['group_state', [-33002, -33003]],
  ['group', [-33004, -33005, -33006, -33007, -33008, -33009]],
  ['certificate_revoked', [-32050]],
  ['client_signature', [-32051]],
];

/** Class of a wire error code. */
export function wireErrorClass(code: number): WireErrorClass {
  for (const [name, codes] of CLASSES) if (codes.includes(code)) return name;
  return code >= 5000 && code <= 5999 ? 'server_busy' : 'generic';
}

/** Whether repeating the call later can succeed without anybody changing anything. */
export function isRetryableWireError(code: number, message: string): boolean {
  const name = wireErrorClass(code);
  if (name === 'rate_limit' || name === 'server_busy' || name === 'session' || code === 4500) return true;
  if (code === WireCode.serviceUnavailable) return true;
  return /gateway service degraded|certificate not loaded/.test(message);
}

/** WebSocket close codes of the gateway (`protocol/01 §5.8`). */
export const CloseCode = {
  normal: 1000,
  goingAway: 1001,
  tooBig: 1009,
  restart: 1012,
  authFailed: 4001,
  invalidAid: 4003,
  authTimeout: 4008,
  replaced: 4009,
  invalidNonce: 4010,
  federationDenied: 4011,
  alreadyConnected: 4012,
  tooManyShort: 4013,
  shortIdle: 4014,
  quota: 4015,
} as const;
