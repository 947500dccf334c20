import { safeStorage } from 'electron';
import type { Logger } from '../runtime/logger';
import type { OpenSystemBackend } from './backend';
import { openSafeStorage } from './safe-storage-backend';

/** The secret store of the operating system, through Electron. To be opened after the app is ready. */
export function electronSystemStore(logger: Logger): OpenSystemBackend {
  return () => openSafeStorage(safeStorage, process.platform, logger);
}
