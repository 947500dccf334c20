import type { Attachment } from '../../shared/model/attachment';

/** What decoding a file tells of it. */
export interface FileDescription {
  readonly width: number | null;
  readonly height: number | null;
  readonly durationMs: number | null;
  /** Small picture, JPEG. */
  readonly thumbnail: Uint8Array<ArrayBuffer> | null;
}

/** Longest side of a small picture, in px. */
const thumbnailSide = 320;
/** Most bytes of a small picture (the contract's limit). */
const thumbnailBytes = 65_536;
/** Decoding a film or a sound may hang on a broken file: after this long it is given up, in ms. */
const patience = 8000;
/** Longest duration that can be told, in ms (the contract's limit). */
const longest = 86_400_000;

/** Width and height within a square, never larger than they are. */
export function fitWithin(width: number, height: number, side: number): { width: number; height: number } {
  const scale = Math.min(1, side / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Draws a picture small and packs it as JPEG within the limit; null where it does not fit even so. */
async function smallPicture(
  source: CanvasImageSource,
  width: number,
  height: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const size = fitWithin(width, height, thumbnailSide);
  const canvas = new OffscreenCanvas(size.width, size.height);
  const context = canvas.getContext('2d');
  if (context === null) return null;
  // JPEG knows no transparency: what shines through is paper.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, size.width, size.height);
  context.drawImage(source, 0, 0, size.width, size.height);
  for (const quality of [0.8, 0.6, 0.4]) {
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality });
    if (blob.size <= thumbnailBytes) return new Uint8Array(await blob.arrayBuffer());
  }
  return null;
}

function loaded<Element extends HTMLElement>(element: Element, event: string): Promise<Element> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('decoding took too long')), patience);
    element.addEventListener(event, () => {
      clearTimeout(timer);
      resolve(element);
    });
    element.addEventListener('error', () => {
      clearTimeout(timer);
      reject(new Error('the file does not decode'));
    });
  });
}

async function describePicture(blob: Blob | null, address: string): Promise<FileDescription> {
  let source: ImageBitmap | HTMLImageElement;
  if (blob === null) {
    const image = new Image();
    const ready = loaded(image, 'load');
    image.src = address;
    source = await ready;
  } else {
    source = await createImageBitmap(blob);
  }
  const width = source instanceof HTMLImageElement ? source.naturalWidth : source.width;
  const height = source instanceof HTMLImageElement ? source.naturalHeight : source.height;
  const thumbnail = await smallPicture(source, width, height);
  if (!(source instanceof HTMLImageElement)) source.close();
  return { width: width || null, height: height || null, durationMs: null, thumbnail };
}

/** Seconds of a film or sound as ms. A recording that was never closed says "infinite": that is not known. */
function durationOf(seconds: number): number | null {
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(longest, Math.round(seconds * 1000)) : null;
}

async function describeFilm(address: string): Promise<FileDescription> {
  const film = document.createElement('video');
  film.muted = true;
  film.preload = 'auto';
  const ready = loaded(film, 'loadeddata');
  film.src = address;
  await ready;
  const { videoWidth: width, videoHeight: height } = film;
  const thumbnail = width > 0 && height > 0 ? await smallPicture(film, width, height) : null;
  const durationMs = durationOf(film.duration);
  film.removeAttribute('src');
  return { width: width || null, height: height || null, durationMs, thumbnail };
}

async function describeSound(address: string): Promise<FileDescription> {
  const sound = document.createElement('audio');
  sound.preload = 'metadata';
  const ready = loaded(sound, 'loadedmetadata');
  sound.src = address;
  await ready;
  const durationMs = durationOf(sound.duration);
  sound.removeAttribute('src');
  return { width: null, height: null, durationMs, thumbnail: null };
}

/**
 * Decodes a picture, a film or a sound: its measures and a small picture of at most 320 px and 64 KiB. Null for files
 * that only travel. `source` holds the bytes where the window has them; otherwise the address main gave out is used.
 * @throws Error where the file does not decode
 */
export async function describeFile(
  attachment: Pick<Attachment, 'type' | 'media'>,
  source: Blob | null,
): Promise<FileDescription | null> {
  const kind = attachment.type.split('/')[0];
  if (kind !== 'image' && kind !== 'video' && kind !== 'audio') return null;
  // SVG is a document, not a picture.
  if (attachment.type === 'image/svg+xml') return null;
  const own = source !== null && kind !== 'image' ? URL.createObjectURL(source) : null;
  const address = own ?? attachment.media;
  try {
    if (kind === 'image')
      return source === null && address === null ? null : await describePicture(source, address ?? '');
    if (address === null) return null;
    return kind === 'video' ? await describeFilm(address) : await describeSound(address);
  } finally {
    if (own !== null) URL.revokeObjectURL(own);
  }
}
