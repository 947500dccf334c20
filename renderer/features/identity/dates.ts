import { clockTime, dateOf, dayOf } from '../../ui/time';

/** The clock time of a moment of today, else with its day in front. `now` and `at` in Unix ms. */
export function recentMoment(language: string, at: number, now: number): string {
  const clock = clockTime(language, at);
  return dayOf(at) === dayOf(now) ? clock : `${dateOf(language, at, now)} ${clock}`.trim();
}

/** A number of bytes as people say it. */
export function bytesOf(language: string, bytes: number): string {
  const unit = bytes < 1000 ? 'byte' : bytes < 1e6 ? 'kilobyte' : bytes < 1e9 ? 'megabyte' : 'gigabyte';
  const divisor = { byte: 1, kilobyte: 1e3, megabyte: 1e6, gigabyte: 1e9 }[unit];
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    // The short form of bytes knows no plural: "14 byte".
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: unit === 'byte' ? 0 : 1,
  }).format(bytes / divisor);
}
