// Runs in every test file: how long tests wait for what they expect.
import { vi } from 'vitest';

/** A second, the libraries' own limit, is too short where two tests share a busy machine. Milliseconds. */
const patience = 20_000;

const { waitFor } = vi;
vi.waitFor = (callback, options) =>
  waitFor(callback, typeof options === 'number' ? options : { timeout: patience, ...options });

if (typeof document !== 'undefined') {
  const { configure } = await import('@testing-library/react');
  configure({ asyncUtilTimeout: patience });
}
