/** Why the head of a conversation's outbox waits (both languages have a text for each). */
export const waitReasons = [
  'offline',
  'recipient_without_keys',
  'recipient_keys_invalid',
  'rate_limited',
  'server_busy',
  'unreachable_issuer',
  'retrying',
  'keys_changed',
  'certificate_revoked',
  'certificate_unusable',
  'uploading',
  'group_securing',
  'group_suspended',
  'group_muted',
] as const;

export type WaitReason = (typeof waitReasons)[number];
