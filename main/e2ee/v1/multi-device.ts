import type { SealedEnvelope } from './envelope-seal';

/** Largest `message.send` params as JSON, bytes (`protocol/04 §7`). */
export const MAX_PARAMS_BYTES = 1_048_576;

/** One envelope and the device it is for. */
export interface DeviceCopy {
  readonly device_id: string;
  readonly envelope: SealedEnvelope;
}

/** Params of `message.send` besides `to` (`protocol/02 §5.1`). */
export function multiDeviceParams(message: {
  messageId: string;
  timestamp: number;
  recipientCopies: readonly DeviceCopy[];
  selfCopies: readonly DeviceCopy[];
}): Readonly<Record<string, unknown>> {
  return {
    type: 'e2ee.multi_device',
    encrypted: true,
    message_id: message.messageId,
    timestamp: message.timestamp,
    payload: {
      type: 'e2ee.multi_device',
      logical_message_id: message.messageId,
      recipient_copies: message.recipientCopies,
      self_copies: message.selfCopies,
    },
  };
}

/** A lower bound of the size of `copies` copies of a plaintext, bytes: tells early that a message cannot fit. */
export function leastParamsBytes(plaintextBytes: number, copies: number): number {
  return Math.ceil(plaintextBytes / 3) * 4 * copies;
}
