import { hostname } from 'node:os';
import path from 'node:path';
import { app, type BrowserWindow, nativeTheme, session as sessions } from 'electron';
import type { Session } from 'electron';
import { storedSettingsSchema } from '../../shared/model/stored-settings';
import type { Settings, VaultStatus } from '../../shared/model/settings';
import type { CommandRouter } from '../bridge/router';
import type { Emit } from '../ports/events';
import { jsonFile } from '../runtime/json-file';
import type { Runtime } from '../runtime/runtime';
import { serveApp } from './app-protocol';
import { guardAgainstCrashes } from './crash-guard';
import { createFarewell } from './farewell';
import type { Farewell } from './farewell';
import { createWindowBridge } from './ipc';
import type { WindowBridge } from './ipc';
import { lockSession } from './lockdown';
import { createMainWindow, stateOf } from './main-window';
import type { MediaSource } from './media';
import { setMenu } from './menu';
import { textsFor } from './texts';
import type { ShellTexts } from './texts';
import { applyTheme, groundColour } from './theme';
import { DEFAULT_WINDOW_STATE, windowStateSchema } from './window-state';
import type { WindowState } from './window-state';

/** Facts about this run for `app.info`. */
export function applicationInfo(): { version: string; runtime: string; platform: string; locale: string } {
  return {
    version: app.getVersion(),
    runtime: `Electron ${process.versions.electron}, Node ${process.versions.node}`,
    platform: process.platform,
    locale: systemLanguages()[0] ?? 'en',
  };
}

/** The languages of the operating system, best first. A system without one says `C`. */
function systemLanguages(): string[] {
  return [...app.getPreferredSystemLanguages(), app.getLocale()].filter((tag) => /^[a-z]{2,3}\b/i.test(tag));
}

/** Name of this computer. */
export function computerName(): string {
  return hostname();
}

/** The windows, the menu and the theme of a running application. */
export class WindowedApplication {
  readonly bridge: WindowBridge;
  private readonly session: Session;
  private window: BrowserWindow | null = null;
  private settings: Settings;
  private state: WindowState = DEFAULT_WINDOW_STATE;
  private lockable = false;
  private serving = false;
  private media: MediaSource = () => Promise.resolve(null);
  private readonly farewell: Farewell;
  private saveState: () => Promise<void> = () => Promise.resolve();
  private readonly stateFile;

  constructor(
    private readonly options: {
      readonly dataDir: string;
      readonly dist: string;
      readonly runtime: Runtime;
      readonly settings: Settings;
      readonly showDataFolder: () => void;
      /** Locks the vault. */
      readonly lock: () => void;
      /** Nobody looks at anything any more: the window was closed or its process died. */
      readonly windowGone: () => void;
    },
  ) {
    this.settings = options.settings;
    this.stateFile = jsonFile(
      path.join(options.dataDir, 'window.json'),
      windowStateSchema,
      DEFAULT_WINDOW_STATE,
    );
    this.bridge = createWindowBridge(options.runtime);
    this.farewell = createFarewell(this.bridge.emit, options.runtime.scheduler);
    // In memory only: nothing that the window holds is ever written to the disk by Chromium.
    this.session = sessions.fromPartition('parley');
    lockSession(this.session, options.runtime);
    serveApp(
      this.session,
      path.join(options.dist, 'renderer'),
      (address, range) => this.media(address, range),
      options.runtime.logger,
    );
    applyTheme(this.settings.theme, null);
    this.setMenu();
    nativeTheme.on('updated', () => this.window?.setBackgroundColor(groundColour()));
  }

  /** The shell's texts in the language of now. */
  texts(): ShellTexts {
    return textsFor(this.settings.language, systemLanguages());
  }

  /** Reads where the window was; before the first {@link WindowedApplication.open}. */
  async load(): Promise<void> {
    this.state = await this.stateFile.read();
  }

  /** Opens the window, or brings it to the front. */
  open(): void {
    if (this.window !== null) {
      if (this.window.isMinimized()) this.window.restore();
      this.window.show();
      this.window.focus();
      return;
    }
    const { runtime, dist } = this.options;
    const { logger, scheduler, clock } = runtime;
    const { window, saveState } = createMainWindow({
      session: this.session,
      dist,
      state: this.state,
      stateFile: this.stateFile,
      scheduler,
      logger,
      onCreated: (made) => this.bridge.attach(made.webContents),
    });
    this.window = window;
    this.saveState = saveState;
    guardAgainstCrashes(window, { clock, logger, texts: () => this.texts() });
    let settled = false;
    window.on('close', (event) => {
      this.state = stateOf(window);
      if (settled) return;
      settled = true;
      event.preventDefault();
      void this.settle().finally(() => window.destroy());
    });
    window.webContents.on('render-process-gone', () => this.options.windowGone());
    window.once('closed', () => {
      this.window = null;
      this.options.windowGone();
    });
  }

  /** Resolves when what the shell keeps is on disk. */
  stop(): Promise<void> {
    return this.saveState();
  }

  /** Starts answering the window. */
  serve(router: CommandRouter, media: MediaSource): void {
    this.media = media;
    this.serving = true;
    this.bridge.serve(this.farewell.watch(router));
  }

  /** Lets the window hand over what it keeps; nothing is lost when it is closed afterwards. */
  async settle(): Promise<void> {
    const { window } = this;
    if (!this.serving || window === null || window.isDestroyed() || window.webContents.isCrashed()) return;
    await this.farewell.say();
  }

  /** Hears the engine's events: the shell follows the settings, the window hears all. */
  readonly emit: Emit = (event) => {
    if (event.event === 'settings.changed') this.follow(event.data.settings);
    if (event.event === 'vault.changed') this.vaultIs(event.data.vault);
    this.bridge.emit(event);
  };

  /** The settings of now. */
  currentSettings(): Settings {
    return this.settings;
  }

  /** Tells the menu whether the application can be locked. */
  vaultIs(vault: Pick<VaultStatus, 'locked' | 'passphraseSet'>): void {
    const lockable = vault.passphraseSet && !vault.locked;
    if (lockable === this.lockable) return;
    this.lockable = lockable;
    this.setMenu();
  }

  private setMenu(): void {
    const { showDataFolder, lock } = this.options;
    setMenu(this.texts(), { showDataFolder, lock: this.lockable ? lock : null });
  }

  private follow(settings: Settings): void {
    const { theme, language } = this.settings;
    this.settings = settings;
    if (settings.theme !== theme) applyTheme(settings.theme, this.window);
    if (settings.language !== language) this.setMenu();
  }
}

/** Settings as they are on disk, for the time before the engine runs. */
export async function readSettings(dataDir: string, fallback: Settings): Promise<Settings> {
  return jsonFile(path.join(dataDir, 'settings.json'), storedSettingsSchema, fallback).read();
}
