/** A notification of the operating system. Its texts are ready to be shown. */
export interface SystemNotification {
  /** One notification per id: showing it again replaces it. */
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly silent: boolean;
  readonly clicked: () => void;
}

/** What shows notifications and counts; where there is no desktop nothing happens. */
export interface Notifier {
  show(notification: SystemNotification): void;
  withdraw(id: string): void;
  /** Number at the program's icon; 0 takes it away. */
  badge(count: number): void;
  /** Brings the window to the front. */
  focusWindow(): void;
  /** Whether the desktop wants to be left alone now. */
  quiet(): boolean;
}

/** Shows nothing. */
export const noNotifier: Notifier = {
  show: () => undefined,
  withdraw: () => undefined,
  badge: () => undefined,
  focusWindow: () => undefined,
  quiet: () => false,
};
