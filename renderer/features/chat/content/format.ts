import { cleanText, cutText } from '../../../../shared/aun/agent-md-text';

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** A size in the largest fitting unit of a thousand: "2.4 MB". What is no size is nothing. */
export function sizeWords(language: string, bytes: number): string {
  if (!Number.isFinite(bytes) || bytes < 0) return '';
  let value = bytes;
  let step = 0;
  while (value >= 1000 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  const digits = step > 0 && value < 10 ? 1 : 0;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    // The short form of bytes knows no plural: "14 byte".
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: digits,
  }).format(value);
}

/** Minutes and seconds, with hours where there are some: "1:05". */
export function durationWords(milliseconds: number | null): string {
  if (milliseconds === null || !Number.isFinite(milliseconds) || milliseconds < 0) return '0:00';
  const seconds = Math.round(Math.min(milliseconds, 359_999_000) / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const tail = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${tail}` : `${minutes}:${tail}`;
}

/** A name or a label of somebody's: one harmless line of at most `most` UTF-16 units. */
export function label(text: string, most = 200): string {
  const line = cleanText(cutText(text, most * 4))
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > most ? `${cutText(line, most)}…` : line;
}

/** A name without its ending, and the ending: the ending of a file must never be out of sight. */
export function splitName(name: string): { readonly stem: string; readonly ending: string } {
  const at = name.lastIndexOf('.');
  if (at <= 0 || name.length - at > 12) return { stem: name, ending: '' };
  return { stem: name.slice(0, at), ending: name.slice(at) };
}
