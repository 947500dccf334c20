import { join } from 'node:path';
import { app, dialog, powerMonitor } from 'electron';
import { LINK_SCHEME } from '../shared/aun/link';
import { defaultSettings } from '../shared/model/default-settings';
import { createEngine } from './accounts/engine';
import type { Engine } from './accounts/engine';
import { electronSystemStore } from './keychain/electron-vault';
import { openVaultManager } from './keychain/vault-manager';
import type { VaultManager } from './keychain/vault-manager';
import type { Desktop } from './ports/desktop';
import { AunError } from './runtime/errors';
import { createLogger } from './runtime/logger';
import { systemClock, systemRandom, systemScheduler } from './runtime/runtime';
import type { Runtime } from './runtime/runtime';
import { declareAppScheme } from './shell/app-protocol';
import { applicationInfo, computerName, readSettings, WindowedApplication } from './shell/application';
import { parseCommandLine } from './shell/command-line';
import { ask, createDesktop } from './shell/desktop';
import { watchForAutoLock } from './shell/auto-lock';
import { createLinkInbox } from './shell/link-inbox';
import { lockContents } from './shell/lockdown';
import { openLogFile } from './shell/log-file';
import { watchNetwork } from './shell/network-watch';
import { createNotifier } from './shell/notifier';
import { watchFirstList } from './shell/first-list';
import { quitGracefully } from './shell/quit';
import { textsFor } from './shell/texts';
import { createUtilityLauncher } from './shell/utility-launcher';

/** Composition root of the desktop application: builds everything, starts it, stops it. */
const dist = join(__dirname, '..');
const commandLine = parseCommandLine(process.argv.slice(1), process.cwd());
const dataDir = commandLine.dataDir ?? app.getPath('userData');
// Everything of this installation lies in one folder, so two folders are two installations that run side by side.
app.setPath('userData', dataDir);
app.setPath('sessionData', join(dataDir, 'browser'));

const logFile = openLogFile(dataDir);
const logger = createLogger(
  (line) => {
    logFile.write(line);
    if (!app.isPackaged) process.stderr.write(`${line}\n`);
  },
  () => systemClock.now(),
  commandLine.verbose ? 'debug' : 'info',
);
const runtime: Runtime = { clock: systemClock, random: systemRandom, scheduler: systemScheduler, logger };

let linkArrived: () => void = () => undefined;
const links = createLinkInbox(logger, () => linkArrived());
links.offer(commandLine.links);
// On macOS a link is an event, which may come before the application is ready.
app.on('open-url', (event, url) => {
  event.preventDefault();
  links.offer([url]);
});
// An unpacked run would register the bare runtime as the program for these links.
if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);

declareAppScheme();
lockContents(logger);
// Chromium's own housekeeping connections; the window has no business on the network.
for (const name of ['disable-background-networking', 'disable-component-update', 'no-pings'])
  app.commandLine.appendSwitch(name);

function fail(error: unknown): void {
  logger.log('error', 'application.failed', {
    error,
    stack: error instanceof Error ? (error.stack ?? '') : '',
  });
  const text = textsFor('system', app.isReady() ? app.getPreferredSystemLanguages() : []);
  dialog.showErrorBox(text.failedTitle, text.failedText);
  void logFile.flush().finally(() => app.exit(1));
}

async function openVault(windows: WindowedApplication, desktop: Desktop): Promise<VaultManager | null> {
  try {
    return await openVaultManager({ dataDir, runtime, openSystem: electronSystemStore(logger) });
  } catch (error) {
    logger.log('error', 'vault.open_failed', { error });
    const text = windows.texts();
    const reason = error instanceof Error ? error.message : '';
    const answer = await ask({
      type: 'warning',
      title: 'Parley',
      message: text.vaultTitle,
      detail: `${text.vaultText}\n\n${dataDir}\n${reason}`,
      buttons: [text.dataFolder, text.quit],
      noLink: true,
    });
    if (answer === 0) await desktop.showFolder(dataDir);
    return null;
  }
}

async function start(): Promise<void> {
  const settings = await earlySettings;
  const windows = new WindowedApplication({
    dataDir,
    dist,
    runtime,
    settings,
    showDataFolder: () => void desktop.showFolder(dataDir),
    lock: () => lock(),
    windowGone: () => windowGone(),
  });
  let windowGone: () => void = () => undefined;
  let lock: () => void = () => undefined;
  const desktop = createDesktop(() => windows.texts(), links);
  await windows.load();
  windows.open();
  linkArrived = () => {
    windows.open();
    windows.emit({ event: 'link.opened', data: { account: null } });
  };
  app.on('second-instance', (_event, args) => {
    if (!links.offer(args)) windows.open();
  });
  app.on('activate', () => windows.open());

  const vault = await openVault(windows, desktop);
  if (vault === null) {
    app.exit(1);
    return;
  }
  const firstList = watchFirstList(systemScheduler);
  const engine = buildEngine(vault, windows, desktop, firstList.shown);
  windowGone = () => engine.windowGone();
  const unwatch = watchNetwork(systemScheduler, () => engine.networkChanged());
  const lockVault = async (): Promise<void> => {
    const answer = await engine.router.invoke('vault.lock', {});
    if (!answer.ok) throw new AunError(answer.error.code, answer.error.message);
  };
  lock = () => {
    lockVault().catch((error: unknown) => logger.log('error', 'vault.lock_failed', { error }));
  };
  windows.vaultIs(vault.status());
  const autoLock = watchForAutoLock({
    scheduler: systemScheduler,
    logger,
    settings: () => windows.currentSettings(),
    vault: () => vault.status(),
    idleSeconds: () => powerMonitor.getSystemIdleTime(),
    lock: lockVault,
  });
  powerMonitor.on('suspend', () => autoLock.away());
  powerMonitor.on('lock-screen', () => autoLock.away());
  quitGracefully({
    logger,
    scheduler: systemScheduler,
    stop: async () => {
      unwatch();
      autoLock.dispose();
      await windows.settle();
      await Promise.all([engine.stop(), windows.stop()]);
      logger.log('info', 'application.stopped');
      await logFile.flush();
    },
  });
  windows.serve(firstList.watch(engine.router), (address, range) => engine.media(address, range));
  await engine.start();
}

function buildEngine(
  vault: VaultManager,
  windows: WindowedApplication,
  desktop: Desktop,
  beforeOnline: Promise<void>,
): Engine {
  const bundle = (name: string): string => join(__dirname, `${name}.cjs`);
  return createEngine({
    dataDir,
    runtime,
    vault,
    workers: { store: bundle('store-worker'), crypto: bundle('crypto-worker') },
    launcher: createUtilityLauncher({
      entries: { gateway: bundle('gateway'), agents: bundle('agents') },
      logger,
      scheduler: systemScheduler,
    }),
    desktop,
    notifier: createNotifier(() => windows.open()),
    info: applicationInfo(),
    hostName: computerName(),
    environment: process.env,
    emit: windows.emit,
    beforeOnline,
  });
}

// Read while Electron is still starting.
const earlySettings = readSettings(dataDir, defaultSettings);
earlySettings.catch(() => undefined);

if (app.requestSingleInstanceLock()) {
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', (error) =>
    logger.log('error', 'application.unhandled_rejection', { error }),
  );
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.whenReady().then(start).catch(fail);
} else {
  app.quit();
}
