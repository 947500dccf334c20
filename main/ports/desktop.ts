/** What the engine asks of the desktop it runs on; a script that drives the engine has none of it. */
export interface Desktop {
  /** Asks the user and opens an address outside. @throws AunError `invalid_request` for other schemes than http, https, mailto */
  openLink(url: string): Promise<boolean>;
  /** Shows a folder in the file manager. */
  showFolder(path: string): Promise<boolean>;
  /** Asks where to save; the path, or null when the user gave up. The caller writes beside it and renames. */
  chooseSave(request: FileRequest & { readonly suggestedName: string }): Promise<string | null>;
  /** Asks for a file to read. */
  chooseFile(request: FileRequest): Promise<string | null>;
  /** Asks for files to send; empty when the user gave up. */
  chooseFiles(request: FileRequest): Promise<readonly string[]>;
  /** Asks for a folder: to read an SDK folder, or an empty place for one. */
  chooseFolder(request: { readonly purpose: FilePurpose }): Promise<string | null>;
  /**
   * What `aun://` links that the system handed over lead to: an address, the plain link for one of a group, an empty text
   * for none of both. Those in `settled` are forgotten first; the others come again with every call.
   */
  takeLinks(settled: readonly string[]): readonly string[];
}

/** What a file is for: the dialog's words and filters follow from it. */
export type FilePurpose =
  'backup' | 'encrypted_key' | 'trust_root' | 'sdk_folder' | 'sdk_export' | 'attachment' | 'group_log';

export interface FileRequest {
  readonly purpose: FilePurpose;
}

/** Where there is no desktop: nothing is opened, nothing shown. */
export const noDesktop: Desktop = {
  openLink: () => Promise.resolve(false),
  showFolder: () => Promise.resolve(false),
  chooseSave: () => Promise.resolve(null),
  chooseFile: () => Promise.resolve(null),
  chooseFiles: () => Promise.resolve([]),
  chooseFolder: () => Promise.resolve(null),
  takeLinks: () => [],
};
