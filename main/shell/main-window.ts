import path from 'node:path';
import { app, BrowserWindow, screen } from 'electron';
import type { Session } from 'electron';
import type { JsonFile } from '../runtime/json-file';
import type { Logger } from '../runtime/logger';
import type { Disposer, Scheduler } from '../runtime/runtime';
import { APP_URL } from './app-path';
import { groundColour } from './theme';
import { restoreBounds, SMALLEST_SIZE } from './window-state';
import type { WindowState } from './window-state';

/** A moved window is written down after it has been still for this long, in ms. */
const SAVE_AFTER_MS = 500;

/** What a window is made of. */
export interface WindowOptions {
  readonly session: Session;
  /** Folder of the bundles: `dist`. */
  readonly dist: string;
  readonly state: WindowState;
  readonly stateFile: JsonFile<WindowState>;
  readonly scheduler: Scheduler;
  readonly logger: Logger;
  /** Called before the page is loaded. */
  readonly onCreated: (window: BrowserWindow) => void;
}

/** The window of the application. */
export interface MainWindow {
  readonly window: BrowserWindow;
  /** Resolves when its place is on disk. */
  readonly saveState: () => Promise<void>;
}

/** Makes the window with every protection on (design §7); it shows itself once it has something to show. */
export function createMainWindow(options: WindowOptions): MainWindow {
  const { state, logger } = options;
  const areas = screen.getAllDisplays().map((display) => display.workArea);
  const icon = path.join(options.dist, '..', 'assets', 'icons', '256x256.png');
  const window = new BrowserWindow({
    ...restoreBounds(state, areas),
    minWidth: SMALLEST_SIZE.width,
    minHeight: SMALLEST_SIZE.height,
    title: 'Parley',
    show: false,
    autoHideMenuBar: true,
    backgroundColor: groundColour(),
    ...(process.platform === 'linux' ? { icon } : {}),
    webPreferences: {
      session: options.session,
      preload: path.join(options.dist, 'preload', 'index.cjs'),
      sandbox: true,
      contextIsolation: true,
      webSecurity: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      // Its dictionaries come from a server, which would then know when somebody writes and in which language.
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  if (state.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  const saveState = rememberState(window, options);
  options.onCreated(window);
  window.loadURL(APP_URL).catch((error: unknown) => {
    logger.log('error', 'window.load_failed', { error });
    // Better an empty window with a menu than an application that nobody sees.
    if (!window.isDestroyed()) window.show();
  });
  return { window, saveState };
}

function rememberState(window: BrowserWindow, options: WindowOptions): () => Promise<void> {
  let timer: Disposer | null = null;
  let saving: Promise<void> = Promise.resolve();
  const save = (): void => {
    timer = null;
    if (window.isDestroyed()) return;
    saving = options.stateFile.write(stateOf(window)).catch((error: unknown) => {
      options.logger.log('warn', 'window.state_not_saved', { error });
    });
  };
  const soon = (): void => {
    timer?.();
    timer = options.scheduler.after(SAVE_AFTER_MS, save);
  };
  window.on('resize', soon);
  window.on('move', soon);
  window.on('maximize', soon);
  window.on('unmaximize', soon);
  const saveNow = (): Promise<void> => {
    if (timer !== null) {
      timer();
      save();
    }
    return saving;
  };
  window.on('close', () => void saveNow());
  return saveNow;
}

/** Where a window is now. */
export function stateOf(window: BrowserWindow): WindowState {
  return { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
}
