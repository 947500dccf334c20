import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { oneStartChunk } from './scripts/lib/one-start-chunk.mjs';

const start = oneStartChunk();

/** The window: static files that the app:// scheme serves; nothing inline, so that the strict CSP holds. */
export default defineConfig({
  root: path.join(import.meta.dirname, 'renderer'),
  base: './',
  publicDir: false,
  plugins: [react(), start.plugin],
  build: {
    outDir: path.join(import.meta.dirname, 'dist', 'renderer'),
    emptyOutDir: true,
    target: 'chrome114',
    cssTarget: 'chrome114',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { output: { codeSplitting: { groups: start.groups } } },
  },
});
