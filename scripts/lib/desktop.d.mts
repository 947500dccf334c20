/** The Electron runtime that was chosen. */
export interface ElectronRuntime {
  readonly kind: 'shipped' | 'test' | 'given';
  readonly version: string;
  /** Folder of the unpacked runtime. */
  readonly dist: string;
  readonly executable: string;
}

export interface Desktop {
  readonly runtime: ElectronRuntime;
  /** Variables for the child: the runtime's place and, for a virtual display, DISPLAY. */
  readonly env: Readonly<Record<string, string>>;
  /** One line for people. */
  readonly description: string;
  /** Ends the virtual display, if one was started. */
  readonly dispose: () => void;
}

export function hasDisplay(): boolean;
export function desktopEnvironment(options: {
  display: 'virtual' | 'own' | 'any';
  open?: boolean;
}): Promise<Desktop>;
