import { useEffect, useState } from 'react';
import type { Message } from '../../../shared/model/message';
import { ViewerFrame } from './viewer-frame';
import { useViewerPictures } from './use-viewer-pictures';
import './viewer.css';

/** The pictures of a conversation, one at a time over the whole window. Nothing is fetched from any network. */
export function MediaViewer(props: {
  readonly account: string;
  readonly message: Message;
  readonly attachment: number;
  readonly onClose: () => void;
}) {
  const { account, message, onClose } = props;
  const { pictures, more, loadMore } = useViewerPictures(account, message);
  const [current, setCurrent] = useState(props.attachment);
  const index = pictures.findIndex(({ attachment }) => attachment.id === current);
  const picture = pictures[index];
  // Near the oldest one the next ones are asked for, before anybody arrives there.
  useEffect(() => {
    if (more && index >= 0 && index < 3) loadMore();
  }, [more, index, loadMore]);
  if (picture === undefined) return null;
  const go = (step: 1 | -1): void => {
    const next = pictures[index + step];
    if (next !== undefined) setCurrent(next.attachment.id);
  };
  return (
    <ViewerFrame
      key={current}
      account={account}
      picture={picture}
      at={index + 1}
      total={pictures.length}
      open={more}
      onGo={go}
      onClose={onClose}
    />
  );
}
