import { z } from 'zod';
import { errorCodes } from './error-codes';

export { errorCodes } from './error-codes';
export type { ErrorCode } from './error-codes';

export const errorCodeSchema = z.enum(errorCodes);

/** How an error crosses the bridge. `detail` is for the details view: no secrets, no message text. */
export const bridgeErrorSchema = z.object({
  code: errorCodeSchema,
  message: z.string(),
  retryable: z.boolean(),
  detail: z.record(z.string(), z.unknown()),
});
export type BridgeError = z.infer<typeof bridgeErrorSchema>;
