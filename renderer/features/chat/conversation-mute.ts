import type { TFunction } from 'i18next';
import { momentOf } from '../../ui/time';

/** How long a conversation can be muted. */
export const muteChoices = ['muteHour', 'muteEight', 'muteWeek', 'muteForever'] as const;
export type MuteChoice = (typeof muteChoices)[number];

/** Hours of each choice. */
export const MUTED_HOURS: Readonly<Record<MuteChoice, number>> = {
  muteHour: 1,
  muteEight: 8,
  muteWeek: 168,
  muteForever: Infinity,
};

/** No date ends a mute later than this, Unix ms: beyond it there is no end. */
const farFuture = 4_000_000_000_000;

/** Whether a conversation is muted at a moment. */
export function isMuted(mutedUntil: number | null, now: number): boolean {
  return mutedUntil !== null && mutedUntil > now;
}

/** Until when a conversation is muted, in words. */
export function muteWords(t: TFunction, language: string, mutedUntil: number | null, now: number): string {
  if (mutedUntil === null || mutedUntil <= now) return t('rowMenu.notMuted');
  if (mutedUntil > farFuture) return t('rowMenu.mutedForever');
  return t('rowMenu.mutedUntil', { time: momentOf(language, mutedUntil, now) });
}
