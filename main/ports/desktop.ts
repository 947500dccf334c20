/** What the engine asks of the desktop it runs on; a script that drives the engine has none of it. */
export interface Desktop {
  /** Asks the user and opens an address outside. @throws AunError `invalid_request` for other schemes than http, https, mailto */
  openLink(url: string): Promise<boolean>;
  /** Shows a folder in the file manager. */
  showFolder(path: string): Promise<boolean>;
}

/** Where there is no desktop: nothing is opened, nothing shown. */
export const noDesktop: Desktop = {
  openLink: () => Promise.resolve(false),
  showFolder: () => Promise.resolve(false),
};
