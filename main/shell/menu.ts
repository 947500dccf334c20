import { app, Menu } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import type { ShellTexts } from './texts';

type Item = MenuItemConstructorOptions;
const separator: Item = { type: 'separator' };

function editMenu(text: ShellTexts): Item {
  return {
    label: text.edit,
    submenu: [
      { role: 'undo', label: text.undo },
      { role: 'redo', label: text.redo },
      separator,
      { role: 'cut', label: text.cut },
      { role: 'copy', label: text.copy },
      { role: 'paste', label: text.paste },
      { role: 'pasteAndMatchStyle', label: text.pasteAsText },
      { role: 'selectAll', label: text.selectAll },
    ],
  };
}

function viewMenu(text: ShellTexts): Item {
  const tools: Item[] = app.isPackaged
    ? []
    : [separator, { role: 'toggleDevTools', label: text.developerTools }];
  return {
    label: text.view,
    submenu: [
      { role: 'zoomIn', label: text.zoomIn },
      { role: 'zoomOut', label: text.zoomOut },
      { role: 'resetZoom', label: text.zoomReset },
      separator,
      { role: 'togglefullscreen', label: text.fullScreen },
      ...tools,
    ],
  };
}

function macMenu(text: ShellTexts): Item {
  return {
    label: 'Parley',
    submenu: [
      { role: 'about', label: text.about },
      separator,
      { role: 'services', label: text.services },
      separator,
      { role: 'hide', label: text.hide },
      { role: 'hideOthers', label: text.hideOthers },
      { role: 'unhide', label: text.showAll },
      separator,
      { role: 'quit', label: text.quit },
    ],
  };
}

/** Sets the menu: small, and on every system with the editing roles, without which copy and paste have no keys. */
export function setMenu(
  text: ShellTexts,
  actions: {
    readonly showDataFolder: () => void;
    /** Null where there is no passphrase that could unlock again. */
    readonly lock: (() => void) | null;
  },
): void {
  const mac = process.platform === 'darwin';
  const leave: Item = mac ? { role: 'close', label: text.close } : { role: 'quit', label: text.quit };
  const lock: Item[] =
    actions.lock === null
      ? []
      : [{ label: text.lock, accelerator: 'CmdOrCtrl+L', click: actions.lock }, separator];
  const template: Item[] = [
    ...(mac ? [macMenu(text)] : []),
    { label: text.file, submenu: [...lock, leave] },
    editMenu(text),
    viewMenu(text),
    { label: text.window, submenu: [{ role: 'minimize', label: text.minimize }] },
    { label: text.help, submenu: [{ label: text.dataFolder, click: actions.showDataFolder }] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
