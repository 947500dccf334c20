// Builds the window, opens it in a plain Chromium with the fake engine under the product's content security policy,
// and takes pictures: node renderer/dev/photograph.mjs [NAME-PART …]. Writes to out/photos/. Development only.
import { createServer } from 'node:http';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import esbuild from 'esbuild';
import { chromium } from 'playwright';
import { build } from 'vite';
import { scenes } from './scenes.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
// PHOTOS names another folder, for two who take pictures at the same time.
const output = path.resolve(root, '..', process.env.PHOTOS ?? 'out/photos');
const site = `${output}-site`;
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'none'; base-uri 'none'; form-action 'none'";
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

async function buildSite() {
  await build({ 
    root,
    base: './',
    configFile: false,
    logLevel: 'warn',
    plugins: [react(), { name: 'absent', enforce: 'pre', async resolveId(source, importer, options) { if (!source.startsWith('.')) return null; const r = await this.resolve(source, importer, { ...options, skipSelf: true }); return r ?? '\0absent'; }, load(id) { return id === '\0absent' ? 'export const GroupDialogs = () => null;' : null; } }],
    build: { outDir: site, emptyOutDir: true, target: 'chrome114', cssTarget: 'chrome114' },
  });
  const fake = await esbuild.build({
    entryPoints: [path.join(root, 'dev/fake-bridge.ts')],
    bundle: true,
    format: 'iife',
    write: false,
    target: 'chrome114',
  });
  return fake.outputFiles[0].text;
}

function serve() {
  const server = createServer((request, response) => {
    const name = new URL(request.url, 'http://localhost').pathname;
    const file = path.join(site, name === '/' ? 'index.html' : name);
    try {
      const body = readFileSync(file);
      response.setHeader('content-type', types[path.extname(file)] ?? 'application/octet-stream');
      response.setHeader('content-security-policy', policy);
      response.end(body);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

const only = process.argv.slice(2);
const fake = await buildSite();
const server = await serve();
const url = `http://127.0.0.1:${server.address().port}/`;
mkdirSync(output, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    // A microphone that hums, so that recording can be looked at.
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
  ],
});
let problems = 0;
for (const scene of scenes.filter(
  ({ name }) => only.length === 0 || only.some((part) => name.includes(part)),
)) {
  const { width = 1280, height = 800, zoom = 1 } = scene;
  const context = await browser.newContext({
    viewport: { width: Math.round(width / zoom), height: Math.round(height / zoom) },
    deviceScaleFactor: zoom,
    forcedColors: scene.forcedColors ?? 'none',
    reducedMotion: 'reduce',
    locale: scene.flags.includes('zh-CN') ? 'zh-CN' : 'en-GB',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  page.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type())) return;
    problems += 1;
    console.log(`${scene.name}: ${message.text()}`);
  });
  page.on('pageerror', (error) => {
    problems += 1;
    console.log(`${scene.name}: ${error.stack}`);
  });
  await page.addInitScript({ content: fake });
  await page.goto(`${url}#${scene.flags.join(',')}`);
  try {
    await scene.act?.(page);
  } catch (error) {
    problems += 1;
    console.log(`${scene.name}: ${error.message}`);
  }
  await page.waitForTimeout(scene.wait ?? 500);
  await page.screenshot({ path: path.join(output, `${scene.name}.png`) });
  await context.close();
}
await browser.close();
server.close();
rmSync(site, { recursive: true, force: true });
console.log(`${problems} problems; pictures in out/photos`);
