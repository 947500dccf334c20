import type { InboundRecord } from '../ports/store';
import { EVE, GROUP } from './group-test-facts';
import { inbound, inboundUnreadable } from './store-test-support';

export * from './group-test-facts';

/** A message in {@link GROUP} by {@link EVE}. */
export function spoken(text: string, parts: Partial<InboundRecord> = {}): InboundRecord {
  return inbound(text, { conversation: GROUP, sender: EVE, ...parts });
}

/** One of {@link GROUP} whose key is missing. */
export function sealed(epoch: number, parts: Partial<InboundRecord> = {}): InboundRecord {
  return inboundUnreadable({ conversation: GROUP, sender: EVE, epoch, ...parts });
}
