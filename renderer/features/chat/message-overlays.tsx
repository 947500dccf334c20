import { lazy, useState } from 'react';
import { dayOf } from '../../ui/time';
import { BundleDialog } from './content/bundle-dialog';
import { ForwardDialog } from './forward-dialog';
import { JumpToDate } from './jump-to-date';
import { MessageDetailsDialog } from './message-details-dialog';
import { DangerousFileDialog, DeleteMessagesDialog } from './message-dialogs';
import { MessageMenu } from './message-menu';
import type { MessageOverlay } from './message-overlay';
import { RawMessageDialog } from './raw-message-dialog';
import './overlays.css';

const MediaViewer = lazy(async () => ({ default: (await import('../media/media-viewer')).MediaViewer }));

/** What stands above the timeline: loaded when the window has time, before anybody asks for it. */
export function MessageOverlays(props: {
  readonly account: string;
  readonly conversation: string;
  readonly overlay: MessageOverlay;
  readonly onClose: () => void;
}) {
  const { account, overlay, onClose } = props;
  // What is possible is decided when it opens: nothing in a menu changes under the hand.
  const [now] = useState(() => Date.now());
  switch (overlay.kind) {
    case 'menu':
      return <MessageMenu {...overlay} account={account} now={now} onClose={onClose} />;
    case 'date':
      return (
        <JumpToDate
          {...overlay}
          account={account}
          conversation={props.conversation}
          today={dayOf(now)}
          onClose={onClose}
        />
      );
    case 'details':
      return <MessageDetailsDialog message={overlay.message} onClose={onClose} />;
    case 'raw':
      return <RawMessageDialog account={account} message={overlay.message} onClose={onClose} />;
    case 'bundle':
      return <BundleDialog message={overlay.message} onClose={onClose} />;
    case 'delete':
      return <DeleteMessagesDialog account={account} messages={overlay.messages} onClose={onClose} />;
    case 'forward':
      return <ForwardDialog account={account} messages={overlay.messages} onClose={onClose} />;
    case 'dangerous':
      return <DangerousFileDialog {...overlay} account={account} onClose={onClose} />;
    case 'viewer':
      return <MediaViewer {...overlay} account={account} onClose={onClose} />;
  }
}
