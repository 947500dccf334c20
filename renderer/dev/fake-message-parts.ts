import type { Attachment } from '../../shared/model/attachment';
import type { MessageContent } from '../../shared/model/message';
import { start } from './fake-data';
import { picture } from './fake-pictures';

/** What sample messages are made of. Development only. */
const minute = 60_000;
let clock = start - 3 * 60 * minute;
/** Sample messages follow each other; a pause begins a new block. */
export function next(pause = 0): number {
  clock = Math.min(start - minute, clock + 20_000 + pause * minute);
  return clock;
}

type Media = Extract<MessageContent, { kind: 'media' }>;

export function media(kind: Media['media'], more: Partial<Media> = {}): Media {
  return {
    kind: 'media',
    media: kind,
    text: '',
    format: 'plain',
    alt: '',
    width: null,
    height: null,
    durationMs: null,
    transcript: '',
    expiresAt: null,
    ...more,
  };
}

let nextAttachment = 5000;
export function file(name: string, type: string, more: Partial<Attachment> = {}): Attachment {
  return {
    id: nextAttachment++,
    role: 'main',
    name,
    type,
    size: 2_431_000,
    width: null,
    height: null,
    durationMs: null,
    encrypted: true,
    dangerous: false,
    state: 'here',
    problem: null,
    media: null,
    thumbnail: null,
    ...more,
  };
}

export function photo(
  name: string,
  width: number,
  height: number,
  hue: number,
  more: Partial<Attachment> = {},
): Attachment {
  const here = more.state === undefined || more.state === 'here';
  return file(name, 'image/jpeg', {
    width,
    height,
    media: here ? picture(width, height, hue) : null,
    thumbnail: picture(64, Math.max(1, Math.round((64 * height) / width)), hue),
    ...more,
  });
}

/** The next conversation begins three hours ago again. */
export function restartClock(): void {
  clock = start - 3 * 60 * minute;
}
