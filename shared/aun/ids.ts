/** Branded identifiers of the wire (`protocol/01 §1.2`); made only by the parsers below. */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Stable id of one installation of one AID. */
export type DeviceId = Branded<'DeviceId'>;
/** Instance slot within a device; may be empty (0.2.20's single-instance mode). */
export type SlotId = Branded<'SlotId'>;
/** Id of a message, chosen by its sender; unique only together with the sender's AID. */
export type MessageId = Branded<'MessageId'>;

const DEVICE = /^[A-Za-z0-9._-]{1,128}$/;
const SLOT = /^[A-Za-z0-9._-][A-Za-z0-9._/ :-]{0,127}$/;

/** Parses a device id; `null` when it breaks the pattern. */
export function parseDeviceId(text: string): DeviceId | null {
  return DEVICE.test(text) ? (text as DeviceId) : null;
}

/** Parses a slot id of either generation; `null` when it breaks the pattern. */
export function parseSlotId(text: string): SlotId | null {
  return text === '' || SLOT.test(text) ? (text as SlotId) : null;
}

/** Parses a message id: any non-empty text of at most 256 characters without control characters. */
export function parseMessageId(text: string): MessageId | null {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 || unit === 0x7f) return null;
  }
  return text.length > 0 && text.length <= 256 ? (text as MessageId) : null;
}

/** Text before the first `/`, `:` or space: two slots with the same key are one slot (`protocol/01 §1.2`). */
export function slotIsolationKey(slot: string): string {
  return slot.split(/[/: ]/, 1)[0] ?? '';
}
