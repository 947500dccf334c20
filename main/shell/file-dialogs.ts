import { BrowserWindow, dialog } from 'electron';
import type { FileFilter, OpenDialogOptions, SaveDialogOptions } from 'electron';
import type { Desktop, FilePurpose } from '../ports/desktop';
import { safeFileName } from './file-name';
import type { ShellTexts } from './texts';

/** What a dialog says, and which files it offers. */
interface Words {
  readonly title: string;
  readonly filters: FileFilter[];
}

function wordsFor(purpose: FilePurpose, text: ShellTexts, saving: boolean): Words {
  const all: FileFilter = { name: text.allFiles, extensions: ['*'] };
  switch (purpose) {
    case 'backup':
      return {
        title: saving ? text.saveBackup : text.openBackup,
        filters: [{ name: text.backupFiles, extensions: ['aunbackup'] }, all],
      };
    case 'encrypted_key':
      return { title: text.saveKey, filters: [{ name: text.keyFiles, extensions: ['pem'] }, all] };
    case 'trust_root':
      return {
        title: text.openRoot,
        filters: [{ name: text.rootFiles, extensions: ['pem', 'crt', 'cer', 'json'] }, all],
      };
    case 'sdk_folder':
      return { title: text.openSdkFolder, filters: [] };
    case 'sdk_export':
      return { title: text.saveSdkFolder, filters: [] };
  }
}

async function pick(options: OpenDialogOptions): Promise<string | null> {
  const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  const answer =
    window === undefined
      ? await dialog.showOpenDialog(options)
      : await dialog.showOpenDialog(window, options);
  return answer.canceled ? null : (answer.filePaths[0] ?? null);
}

/** The file dialogs of the engine's desktop. Where files lie is known here and in the engine, never in the window. */
export function createFileDialogs(
  texts: () => ShellTexts,
): Pick<Desktop, 'chooseSave' | 'chooseFile' | 'chooseFolder'> {
  return {
    async chooseSave({ purpose, suggestedName }) {
      const text = texts();
      const options: SaveDialogOptions = {
        ...wordsFor(purpose, text, true),
        buttonLabel: text.save,
        defaultPath: safeFileName(suggestedName),
        properties: ['createDirectory', 'showOverwriteConfirmation'],
      };
      const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
      const answer =
        window === undefined
          ? await dialog.showSaveDialog(options)
          : await dialog.showSaveDialog(window, options);
      return answer.canceled || answer.filePath === '' ? null : answer.filePath;
    },
    chooseFile({ purpose }) {
      const text = texts();
      return pick({ ...wordsFor(purpose, text, false), buttonLabel: text.choose, properties: ['openFile'] });
    },
    chooseFolder({ purpose }) {
      const text = texts();
      const { title } = wordsFor(purpose, text, purpose === 'sdk_export');
      return pick({
        title,
        buttonLabel: text.choose,
        // Folders of the SDKs begin with a dot.
        properties: ['openDirectory', 'showHiddenFiles', 'createDirectory'],
      });
    },
  };
}
