import { app, Notification } from 'electron';
import type { Notifier, SystemNotification } from '../ports/notifier';
import { plainBody } from './plain-body';

/** Shows the engine's notifications with the means of the operating system. */
export function createNotifier(focusWindow: () => void): Notifier {
  // A notification that nothing holds would be collected, and its click with it.
  const shown = new Map<string, Notification>();

  function withdraw(id: string): void {
    const old = shown.get(id);
    shown.delete(id);
    old?.close();
  }

  return {
    show({ id, title, body, silent, clicked }: SystemNotification) {
      if (!Notification.isSupported()) return;
      withdraw(id);
      const notification = new Notification({ title, body: plainBody(body, process.platform), silent });
      const gone = (): void => {
        if (shown.get(id) === notification) shown.delete(id);
      };
      notification.on('click', () => {
        // Some systems keep a clicked one in their list.
        withdraw(id);
        clicked();
      });
      notification.on('close', gone);
      notification.on('failed', gone);
      shown.set(id, notification);
      notification.show();
    },
    withdraw,
    badge: (count) => void app.setBadgeCount(count),
    focusWindow,
    // Every system that Parley runs on keeps notifications back by itself where its user wants quiet.
    quiet: () => false,
  };
}
