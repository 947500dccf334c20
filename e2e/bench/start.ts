import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { _electron } from 'playwright';
import type { ElectronApplication } from 'playwright';
import { pssOfTree } from './process-tree';
import { hundredths, percentile } from './statistics';

const ROUNDS = 7;
const rootDirectory = path.resolve(__dirname, '../..');

/** The smallest application that can be compared with: one empty window with the same sandbox settings. */
const EMPTY_MAIN = `
const { app, BrowserWindow } = require('electron');
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1100, height: 760, show: false, webPreferences: { sandbox: true, contextIsolation: true } });
  window.once('ready-to-show', () => { window.show(); });
  window.loadURL('data:text/html,<title>empty</title>');
});
`;

interface Round {
  readonly milliseconds: number;
  readonly pssMegabytes: number;
}

/** Starts an application in the Electron runtime of this run. */
export async function launch(appPath: string, args: readonly string[]): Promise<ElectronApplication> {
  const executablePath = process.env['PARLEY_ELECTRON_EXECUTABLE'];
  if (executablePath === undefined) throw new Error('PARLEY_ELECTRON_EXECUTABLE is not set');
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return _electron.launch({ executablePath, args: [...sandbox, appPath, ...args] });
}

async function round(appPath: string, args: readonly string[], ready: string | null): Promise<Round> {
  const started = performance.now();
  const app = await launch(appPath, args);
  try {
    const page = await app.firstWindow();
    if (ready === null) await page.waitForLoadState('load');
    else await page.locator(ready).first().waitFor({ state: 'visible' });
    const milliseconds = performance.now() - started;
    // Memory is read once nothing moves any more: after two idle periods of the window.
    await page.evaluate(
      () => new Promise((resolve) => requestIdleCallback(() => requestIdleCallback(() => resolve(null)))),
    );
    return { milliseconds, pssMegabytes: await pssOfTree(app.process().pid ?? 0) };
  } finally {
    await app.close();
  }
}

/** Prepares a data folder with one identity and a few conversations by driving the engine itself. */
async function prepare(dataDir: string, gatewayData: string): Promise<() => Promise<void>> {
  const { GatewayProcess } = await import('../harness/gateway-process');
  const { startBenchEngine } = await import('./in-process-engine');
  const gateway = await GatewayProcess.start({ dataDir: gatewayData });
  const bench = await startBenchEngine(dataDir);
  const { url, issuer } = gateway.addresses;
  await bench.call('network.add', { issuer, gatewayUrl: url, rootPem: gateway.rootPem });
  const network = `${issuer}@${new URL(url).host}`;
  await bench.call('account.create', { network, name: 'starter', displayName: '' });
  for (let index = 0; index < 30; index += 1) {
    await bench.call('conversation.open', { account: `starter.${issuer}`, peer: `friend${index}.${issuer}` });
  }
  await bench.engine.stop();
  return () => gateway.stop();
}

/**
 * Cold start: from launching the process to a usable conversation list, and memory of the whole process tree, beside an
 * empty Electron window in the same run, in turn. Medians and the ratio.
 */
export async function startBench(): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-bench-'));
  const emptyApp = path.join(folder, 'empty');
  await mkdir(emptyApp);
  await writeFile(path.join(emptyApp, 'package.json'), '{"name":"empty","main":"main.js"}');
  await writeFile(path.join(emptyApp, 'main.js'), EMPTY_MAIN);
  const dataDir = path.join(folder, 'data');
  const stopGateway = await prepare(dataDir, path.join(folder, 'gateway'));
  const empty: Round[] = [];
  const parley: Round[] = [];
  try {
    for (let index = 0; index <= ROUNDS; index += 1) {
      const emptyRound = await round(
        emptyApp,
        [`--user-data-dir=${path.join(folder, 'empty-profile')}`],
        null,
      );
      const parleyRound = await round(rootDirectory, ['--data', dataDir], '[data-testid="conversation-row"]');
      // The first round only warms the disk cache.
      if (index === 0) continue;
      empty.push(emptyRound);
      parley.push(parleyRound);
      process.stderr.write(
        `round ${index}: empty ${Math.round(emptyRound.milliseconds)} ms, Parley ${Math.round(parleyRound.milliseconds)} ms\n`,
      );
    }
  } finally {
    await stopGateway();
    await rm(folder, { recursive: true, force: true });
  }
  const median = (rounds: readonly Round[], pick: (each: Round) => number): number =>
    percentile(rounds.map(pick), 0.5);
  const emptyMs = median(empty, (each) => each.milliseconds);
  const parleyMs = median(parley, (each) => each.milliseconds);
  const emptyMb = median(empty, (each) => each.pssMegabytes);
  const parleyMb = median(parley, (each) => each.pssMegabytes);
  return {
    rounds: ROUNDS,
    emptyWindowMs: Math.round(emptyMs),
    parleyListMs: Math.round(parleyMs),
    startRatio: hundredths(parleyMs / emptyMs),
    emptyWindowPssMb: Math.round(emptyMb),
    parleyPssMb: Math.round(parleyMb),
    memoryRatio: hundredths(parleyMb / emptyMb),
  };
}
