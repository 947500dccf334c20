// Everything a desktop program needs to run: system packages, an Electron runtime and a display.
import { spawn } from 'node:child_process';
import { describeRuntime, electronRuntime } from '../electron-runtime.mjs';
import { ensureSystemPackages } from '../system-packages.mjs';
import { hasCommand, ScriptError } from './common.mjs';

/** Starts an X server without a screen. `open` lets other local users (an unprivileged test app) use it. */
async function startVirtualDisplay({ open }) {
  const args = ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp', '-noreset'];
  const server = spawn('Xvfb', open ? [...args, '-ac'] : args, {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    // Its own group: Ctrl-C in the terminal ends the program first, then dispose() ends the display.
    detached: true,
  });
  const dispose = () => {
    server.kill('SIGTERM');
  };
  process.once('exit', dispose);
  let said = '';
  server.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-2000);
  });
  const number = await new Promise((resolve, reject) => {
    let text = '';
    server.once('error', (error) => reject(new ScriptError(`cannot start Xvfb: ${error.message}`)));
    server.once('exit', (code) => reject(new ScriptError(`Xvfb ended with ${code}: ${said.trim()}`)));
    server.stdio[3].on('data', (chunk) => {
      text += chunk;
      if (text.endsWith('\n')) resolve(Number(text.trim()));
    });
  });
  server.unref();
  server.stderr.unref();
  server.stdio[3].destroy();
  return { env: { DISPLAY: `:${number}` }, dispose };
}

/** True when a window could be shown on this machine's own screen. */
export function hasDisplay() {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);
}

/**
 * Prepares a desktop.
 * @param {{ display: 'virtual' | 'own' | 'any', open?: boolean }} options
 *   virtual: always a display of its own (Linux; elsewhere the user's); own: the user's, an error when there is none;
 *   any: the user's, or a virtual one when there is none.
 * @returns the runtime, the environment variables a child needs, a line that says what was chosen, and `dispose`.
 */
export async function desktopEnvironment({ display, open = false }) {
  await ensureSystemPackages();
  const runtime = await electronRuntime();
  const env = {
    ELECTRON_OVERRIDE_DIST_PATH: runtime.dist,
    PARLEY_ELECTRON_EXECUTABLE: runtime.executable,
    PARLEY_ELECTRON_VERSION: runtime.version,
  };
  const virtual =
    process.platform === 'linux' && (display === 'virtual' || (display === 'any' && !hasDisplay()));
  if (!virtual) {
    if (!hasDisplay()) throw new ScriptError('there is no display', 69);
    return { runtime, env, description: describeRuntime(runtime), dispose: () => undefined };
  }
  if (!hasCommand('Xvfb')) throw new ScriptError('Xvfb is missing: install the Debian package xvfb', 69);
  const server = await startVirtualDisplay({ open });
  // A Wayland session must not win over the virtual display.
  Object.assign(env, server.env, { WAYLAND_DISPLAY: '', XDG_SESSION_TYPE: 'x11' });
  return {
    runtime,
    env,
    description: `${describeRuntime(runtime)}, on a virtual display ${server.env.DISPLAY}`,
    dispose: server.dispose,
  };
}
