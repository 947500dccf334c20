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
    case 'attachment':
      return { title: saving ? text.saveAttachment : text.openAttachments, filters: [] };
    case 'group_log':
      return { title: text.saveGroupLog, filters: [] };
  }
}

async function pick(options: OpenDialogOptions): Promise<readonly string[]> {
  const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  const answer =
    window === undefined
      ? await dialog.showOpenDialog(options)
      : await dialog.showOpenDialog(window, options);
  return answer.canceled ? [] : answer.filePaths;
}

/** The file dialogs of the engine's desktop. Where files lie is known here and in the engine, never in the window. */
export function createFileDialogs(
  texts: () => ShellTexts,
): Pick<Desktop, 'chooseSave' | 'chooseFile' | 'chooseFiles' | 'chooseFolder'> {
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
    async chooseFile({ purpose }) {
      const text = texts();
      const words = wordsFor(purpose, text, false);
      const [chosen] = await pick({ ...words, buttonLabel: text.choose, properties: ['openFile'] });
      return chosen ?? null;
    },
    chooseFiles({ purpose }) {
      const text = texts();
      return pick({
        ...wordsFor(purpose, text, false),
        buttonLabel: text.choose,
        properties: ['openFile', 'multiSelections'],
      });
    },
    async chooseFolder({ purpose }) {
      const text = texts();
      const { title } = wordsFor(purpose, text, purpose === 'sdk_export');
      const [chosen] = await pick({
        title,
        buttonLabel: text.choose,
        // Folders of the SDKs begin with a dot.
        properties: ['openDirectory', 'showHiddenFiles', 'createDirectory'],
      });
      return chosen ?? null;
    },
  };
}
