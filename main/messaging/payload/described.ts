import type { JsonObject } from '../../../shared/aun/canonical-json';
import type { MessageContent, Message } from '../../../shared/model/message';
import type { MessageLinks } from '../../ports/store';

/** What is known of a payload besides itself. */
export interface PayloadContext {
  readonly ownAid: string;
  /** Who sent it: verified for an encrypted message, the gateway's word for another. */
  readonly sender: string;
  readonly protection: Message['protection'];
  /** Whether the sender may name everybody at once: between two always, in groups those who lead them. */
  readonly mayNameAll?: boolean;
}

/** What one kind of payload comes to. Links that it leaves out are those every payload may have, or none. */
export interface Described {
  readonly content: MessageContent;
  readonly links?: Partial<MessageLinks>;
}

/** Reads one kind of payload; null when a field it needs is missing or wrong (`protocol/04 §9.5`: then its texts are shown). */
export type Describer = (payload: JsonObject, context: PayloadContext) => Described | null;

/** Texts as one entry of the full-text index. */
export function searchable(...texts: readonly (string | null)[]): string {
  return texts.filter((text) => text !== null && text !== '').join('\n');
}
