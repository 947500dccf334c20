/** Longer side of the picture of a group, in px. */
export const pictureSide = 256;
/** Longest picture a group takes, in base64 characters (the contract's limit). */
const longest = 350_000;

/** Width and height of a picture that fits into a square without anything being cut off; small ones stay as they are. */
export function fitInto(
  width: number,
  height: number,
  side: number,
): { readonly width: number; readonly height: number } {
  const scale = Math.min(1, side / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function toBlob(canvas: HTMLCanvasElement, type: string): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, type, 0.86));
}

async function toBase64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

/** A picture that was made small: for the engine, and for an `<img>`. */
export interface SmallPicture {
  readonly base64: string;
  readonly address: string;
}

/**
 * Reads a chosen file as a picture and makes it small by drawing it anew: nothing hidden in the file survives. Null when it is none,
 * or can't be made small enough.
 */
export async function shrinkPicture(file: Blob): Promise<SmallPicture | null> {
  let source: ImageBitmap;
  try {
    source = await createImageBitmap(file);
  } catch {
    // Not a picture this window can read: the caller says so.
    return null;
  }
  const { width, height } = fitInto(source.width, source.height, pictureSide);
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  context?.drawImage(source, 0, 0, width, height);
  source.close();
  if (context === null) return null;
  for (const type of ['image/webp', 'image/png']) {
    const blob = await toBlob(canvas, type);
    // A format that can't be written comes back as another one.
    if (blob === null || (blob.type !== type && type !== 'image/png')) continue;
    const base64 = await toBase64(blob);
    if (base64.length <= longest) return { base64, address: `data:${blob.type};base64,${base64}` };
  }
  return null;
}
