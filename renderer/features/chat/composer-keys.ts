/** The part of a key event that decides. */
export interface ComposerKey {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly isComposing: boolean;
  readonly keyCode: number;
}

/**
 * Whether a key sends the message. Enter that ends or belongs to a composition (Chinese, Japanese, Korean input) never
 * does: `isComposing` tells most of them, the key code 229 the rest.
 */
export function sendsMessage(key: ComposerKey): boolean {
  if (key.key !== 'Enter' || key.shiftKey || key.altKey) return false;
  return !key.isComposing && key.keyCode !== 229;
}

/** Longest text of one message in UTF-8 bytes: leaves room for the envelope within the gateway's limit. */
export const longestMessage = 700_000;

/** Share of the longest message that a text fills. Short texts are estimated, which is fast and errs upwards. */
export function messageFill(text: string): number {
  const bytes =
    text.length * 3 < longestMessage / 2 ? text.length * 3 : new TextEncoder().encode(text).length;
  return bytes / longestMessage;
}
