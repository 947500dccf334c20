import { BrowserWindow, dialog, shell } from 'electron';
import type { MessageBoxOptions } from 'electron';
import type { Desktop } from '../ports/desktop';
import { createFileDialogs } from './file-dialogs';
import type { LinkInbox } from './link-inbox';
import { checkOutsideLink } from './outside-link';
import type { ShellTexts } from './texts';

/** Shows a native question on the window, or alone when there is none; gives the number of the button. */
export async function ask(options: MessageBoxOptions): Promise<number> {
  const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  const answer =
    window === undefined
      ? await dialog.showMessageBox(options)
      : await dialog.showMessageBox(window, options);
  return answer.response;
}

/** What the engine asks of the desktop. */
export function createDesktop(texts: () => ShellTexts, links: Pick<LinkInbox, 'take'>): Desktop {
  return {
    async openLink(url) {
      const link = checkOutsideLink(url);
      const text = texts();
      const mail = link.url.startsWith('mailto:');
      const response = await ask({
        type: 'question',
        title: 'Parley',
        message: mail ? text.openMailTitle : text.openLinkTitle,
        // The host stands alone on its line; the rest of the address cannot pretend to be it.
        detail: `${link.target}\n\n${link.url.slice(0, 500)}`,
        buttons: [text.open, text.cancel],
        defaultId: 1,
        cancelId: 1,
        noLink: true,
      });
      if (response !== 0) return false;
      await shell.openExternal(link.url);
      return true;
    },
    async showFolder(folder) {
      return (await shell.openPath(folder)) === '';
    },
    ...createFileDialogs(texts),
    takeLinks: (settled) => links.take(settled),
  };
}
