import i18next from 'i18next';

/** How long somebody can be muted, in seconds; 0 is for good. */
export const muteDurations = [
  { name: 'minutes10', seconds: 600 },
  { name: 'hour', seconds: 3_600 },
  { name: 'day', seconds: 86_400 },
  { name: 'week', seconds: 604_800 },
  { name: 'forever', seconds: 0 },
] as const;
export type MuteDuration = (typeof muteDurations)[number]['name'];

/** A length of time that was chosen, in words. */
export function durationWords(seconds: number): string {
  const known = muteDurations.find((one) => one.seconds === seconds);
  return i18next.t(`moderation.duration.${known?.name ?? 'forever'}`);
}

/** No date ends a mute later than this, Unix ms: beyond it there is no end. */
const farFuture = 4_000_000_000_000;

/** Whether a mute has no end. */
export function isEndless(until: number | null): boolean {
  return until === null || until > farFuture;
}
