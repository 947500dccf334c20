import { z } from 'zod';
import type { sendResultSchema } from '../../shared/aun/wire';

const copiesSchema = z.object({
  payload: z.object({ recipient_copies: z.array(z.object({ device_id: z.string() })) }),
});

/** What is known of the numbers a message has in the inboxes of its recipient's devices. */
export interface DeliveryNumbers {
  /** A number that stands for whichever device acknowledges it; null where that would be a guess. */
  readonly seq: number | null;
  /** Numbers by device; null where no device can be named. */
  readonly deviceSeqs: Readonly<Record<string, number>> | null;
}

/**
 * Which acknowledgements will say that a message was delivered (`protocol/04 §3.1`, §4.3). Every device counts by itself, and
 * a gateway that names no devices gives one number: sealed for one device it is that one's. Sealed for several it is nobody's
 * for certain: another device's counter may be far ahead, and its acknowledgement says nothing of this message. Then the
 * message stays one that was sent; late is honest, too early is not.
 */
export function deliveryNumbers(
  result: Pick<z.output<typeof sendResultSchema>, 'seq' | 'device_seqs'>,
  params: Readonly<Record<string, unknown>>,
): DeliveryNumbers {
  const { seq = null, device_seqs: named } = result;
  if (named !== undefined) return { seq, deviceSeqs: named };
  const copies = copiesSchema.safeParse(params);
  if (!copies.success) return { seq, deviceSeqs: null };
  const [first, ...others] = copies.data.payload.recipient_copies;
  if (seq === null || first === undefined || others.length > 0) return { seq: null, deviceSeqs: null };
  return { seq, deviceSeqs: { [first.device_id]: seq } };
}
