/** How long a click or a key counts as the wish to record, in ms. */
const WISH_MS = 5_000;

/** What is known of the window when it asks for the microphone. */
export interface MicrophoneRequest {
  readonly focused: boolean;
  /** Unix ms of the last click or key of the user in this window, or null. */
  readonly lastInputAt: number | null;
  readonly mediaTypes: readonly string[];
  readonly now: number;
}

/**
 * Whether a window may listen now: sound only, and only right after the user did something in a window that is in front. A
 * page that was taken over cannot begin to listen by itself.
 */
export function mayRecord({ focused, lastInputAt, mediaTypes, now }: MicrophoneRequest): boolean {
  if (!focused || lastInputAt === null) return false;
  if (mediaTypes.length === 0 || mediaTypes.some((type) => type !== 'audio')) return false;
  return now >= lastInputAt && now - lastInputAt <= WISH_MS;
}
