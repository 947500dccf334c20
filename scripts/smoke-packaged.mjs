// Starts the packaged application and checks it from outside: node scripts/smoke-packaged.mjs [EXECUTABLE]
// Playwright cannot attach to it (the inspector's fuse is off), so this speaks to the window over Chromium's own
// debugging port. The start is hostile on purpose: it tries every door that a fuse must keep shut.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inRoot, isRoot, log, runScript, ScriptError } from './lib/common.mjs';
import { desktopEnvironment } from './lib/desktop.mjs';
import { checkFuses } from './lib/fuses.mjs';

const patience = 60_000;

/** Calls `attempt` until it returns something, or throws after a minute. */
async function until(what, attempt) {
  const end = Date.now() + patience;
  for (;;) {
    const value = await attempt();
    if (value !== undefined) return value;
    if (Date.now() > end)
      throw new ScriptError(`the packaged application: no ${what} within ${patience / 1000} s`);
    await delay(100);
  }
}

/** One request over a new debugging connection. */
async function debug(url, method, params) {
  const { default: WebSocket } = await import('ws');
  const socket = new WebSocket(url);
  try {
    return await new Promise((resolve, reject) => {
      socket.once('open', () => socket.send(JSON.stringify({ id: 1, method, params })));
      socket.once('error', reject);
      socket.on('message', (text) => {
        const answer = JSON.parse(text.toString());
        if (answer.id === 1) resolve(answer.result);
      });
    });
  } finally {
    socket.close();
  }
}

/** What the window says of itself. */
const inspection = `({
  title: document.title,
  address: location.protocol,
  elements: document.querySelectorAll('#root *').length,
  text: document.body.innerText.trim().length,
  node: typeof process !== 'undefined' || typeof require !== 'undefined',
  bridge: typeof window.parley,
})`;

async function inspectWindow(port) {
  const answer = await fetch(`http://127.0.0.1:${port}/json/list`);
  const page = (await answer.json()).find((target) => target.type === 'page');
  if (!page) return undefined;
  // No result at all: the page is just being replaced and has nowhere to evaluate anything.
  const evaluated = await debug(page.webSocketDebuggerUrl, 'Runtime.evaluate', {
    expression: inspection,
    returnByValue: true,
  });
  const result = evaluated?.result ?? {};
  return result.value?.elements > 0 && result.value.text > 0 ? result.value : undefined;
}

function checkWindow(window) {
  const faults = [
    [/Parley/.test(window.title), `its title is ${JSON.stringify(window.title)}`],
    [window.address === 'app:', `it was loaded over ${window.address}`],
    [window.bridge === 'object', 'the bridge is missing'],
    [!window.node, 'Node is reachable from the window'],
  ].filter(([holds]) => !holds);
  if (faults.length > 0)
    throw new ScriptError(`the packaged window: ${faults.map(([, text]) => text).join('; ')}`);
}

runScript(async () => {
  const executable = path.resolve(process.argv[2] ?? inRoot('release', 'linux-unpacked', 'parley'));
  if (!existsSync(executable))
    throw new ScriptError(`${executable} does not exist: run npm run package first`);
  const fuses = await checkFuses(executable);
  const work = mkdtempSync(path.join(os.tmpdir(), 'parley-packaged-'));
  const trap = path.join(work, 'trap.cjs');
  const sprung = path.join(work, 'sprung');
  writeFileSync(trap, `require('node:fs').writeFileSync(${JSON.stringify(sprung)}, 'x');`);

  const desktop = await desktopEnvironment({ display: 'virtual' });
  const child = spawn(
    executable,
    [
      ...(isRoot() ? ['--no-sandbox'] : []),
      '--inspect=0',
      '--remote-debugging-port=0',
      '--password-store=basic',
      '--data',
      path.join(work, 'data'),
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: {
        ...process.env,
        ...desktop.env,
        XDG_CONFIG_HOME: path.join(work, 'config'),
        ELECTRON_RUN_AS_NODE: '1',
        NODE_OPTIONS: `--require ${trap}`,
      },
    },
  );
  let said = '';
  const collect = (chunk) => {
    said += chunk;
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  let ended;
  child.once('exit', (code, signal) => {
    ended = `it ended with ${code ?? signal}`;
  });
  try {
    const port = await until('debugging port', async () => {
      if (ended) throw new ScriptError(`the packaged application: ${ended}\n${said.trim().slice(-2000)}`);
      return /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(said)?.[1];
    });
    checkWindow(await until('window', () => inspectWindow(port)));
    if (/Debugger listening/.test(said))
      throw new ScriptError('the packaged application opened Node’s inspector');
    if (existsSync(sprung)) throw new ScriptError('the packaged application obeyed NODE_OPTIONS');
    log(`parley: the packaged application opens its window; ${fuses} fuses hold`);
  } finally {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
    desktop.dispose();
    rmSync(work, { recursive: true, force: true, maxRetries: 5 });
  }
});
