// Draws the application icon in every size from assets/icon.svg: node scripts/make-icons.mjs
// The pictures are committed; run this again after changing the drawing. Chromium, by way of Electron, does the drawing.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { _electron } from 'playwright';
import { inRoot, log, runScript } from './lib/common.mjs';
import { desktopEnvironment } from './lib/desktop.mjs';
import { makeIcns, makeIco } from './lib/icon-containers.mjs';

const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024];

/** Runs in the window: draws the SVG text at every size and returns PNG files in base64. */
async function drawInWindow({ svg, sizes: wanted }) {
  const image = new Image();
  image.src = `data:image/svg+xml;base64,${btoa(svg)}`;
  await image.decode();
  return wanted.map((size) => {
    const canvas = document.createElement('canvas');
    canvas.width = size;
    canvas.height = size;
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, size, size);
    return canvas.toDataURL('image/png').split(',')[1];
  });
}

runScript(async () => {
  const desktop = await desktopEnvironment({ display: 'virtual' });
  const app = await _electron.launch({
    executablePath: desktop.runtime.executable,
    args: [inRoot('scripts', 'lib', 'blank-window.cjs')],
    env: { ...process.env, ...desktop.env },
  });
  try {
    const page = await app.firstWindow();
    const svg = readFileSync(inRoot('assets', 'icon.svg'), 'utf8').replace(
      '<svg ',
      '<svg width="1024" height="1024" ',
    );
    const drawn = await page.evaluate(drawInWindow, { svg, sizes });
    const pictures = new Map(sizes.map((size, index) => [size, Buffer.from(drawn[index], 'base64')]));
    const folder = inRoot('assets', 'icons');
    mkdirSync(folder, { recursive: true });
    for (const [size, png] of pictures) writeFileSync(path.join(folder, `${size}x${size}.png`), png);
    writeFileSync(path.join(folder, 'icon.ico'), makeIco(pictures));
    writeFileSync(path.join(folder, 'icon.icns'), makeIcns(pictures));
    log(`parley: drew ${sizes.join(', ')} pixels into assets/icons`);
  } finally {
    await app.close();
    desktop.dispose();
  }
});
