/** What the picker remembers on this computer: emoji that were used, and the skin tone. Nothing of conversations. */
const recentKey = 'emoji-recent';
const toneKey = 'emoji-tone';
const most = 27;

function read(key: string): string {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    // Storage is off: the picker works without memory.
    return '';
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // As above.
  }
}

/** Emoji that were used, the newest first. */
export function recentEmoji(): readonly string[] {
  return read(recentKey).split(' ').filter(Boolean).slice(0, most);
}

/** Remembers that an emoji was used. */
export function noteEmoji(emoji: string): void {
  const others = recentEmoji().filter((other) => other !== emoji);
  write(recentKey, [emoji, ...others].slice(0, most).join(' '));
}

/** Skin tone that is preferred: 0 (yellow) to 5. */
export function preferredTone(): number {
  const tone = Number(read(toneKey));
  return Number.isInteger(tone) && tone >= 0 && tone <= 5 ? tone : 0;
}

export function preferTone(tone: number): void {
  write(toneKey, String(tone));
}
