import type { z } from 'zod';
import type { waitReasonSchema } from '../../shared/model/conversation';

/** Why the head of an outbox waits. */
export type WaitReason = z.infer<typeof waitReasonSchema>;
