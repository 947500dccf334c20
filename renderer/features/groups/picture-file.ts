/** Side of a group's picture, in px. */
const side = 256;
/** Most characters of the picture as base64 (the contract's limit). */
const longest = 350_000;

/** The square in the middle of a picture. */
function middle(width: number, height: number): { x: number; y: number; size: number } {
  const size = Math.min(width, height);
  return { x: (width - size) / 2, y: (height - size) / 2, size };
}

function base64Of(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/**
 * Draws the middle of a picture file small, as JPEG: base64 for a group's picture. Null where the file is no picture or does not get
 * small enough. What was in the file besides the picture, such as a place, is not taken along.
 */
export async function groupPictureOf(file: Blob): Promise<string | null> {
  let source: ImageBitmap;
  try {
    source = await createImageBitmap(file);
  } catch {
    // The browser says no more than that it is no picture.
    return null;
  }
  const { x, y, size } = middle(source.width, source.height);
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d');
  if (context === null) return null;
  // JPEG knows no transparency: what shines through is paper.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, side, side);
  context.drawImage(source, x, y, size, size, 0, 0, side, side);
  source.close();
  for (const quality of [0.85, 0.6, 0.4]) {
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality });
    const text = base64Of(new Uint8Array(await blob.arrayBuffer()));
    if (text.length <= longest) return text;
  }
  return null;
}
