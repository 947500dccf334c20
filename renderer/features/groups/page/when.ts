import { clockTime, dayOf, momentOf } from '../../../ui/time';

/** A moment as briefly as it can be told: the time of day when it is today, else with its date. Unix ms. */
export function whenOf(language: string, at: number, now = Date.now()): string {
  return dayOf(at) === dayOf(now) ? clockTime(language, at) : momentOf(language, at, now);
}
