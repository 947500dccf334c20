import { useTranslation } from 'react-i18next';
import type { Attachment } from '../../../../shared/model/attachment';
import type { Message } from '../../../../shared/model/message';
import { useMessageOverlay } from '../message-overlay';
import { FileRows } from './file-rows';
import { label } from './format';
import { boxFor, gridFor, shownTiles } from './media-size';
import { MediaTile } from './media-tile';
import type { ContentProps, MediaContent } from './parts';

/** Whether an attachment can be drawn as a picture here; anything else of a picture message is a file. */
export function isPicture(attachment: Attachment): boolean {
  if (attachment.state === 'here') return attachment.media !== null && attachment.type.startsWith('image/');
  return attachment.type.startsWith('image/') || attachment.thumbnail !== null;
}

function open(message: Message, attachment: Attachment): void {
  useMessageOverlay.getState().show({ kind: 'viewer', message, attachment: attachment.id });
}

/** One picture in its own shape, several as a grid of squares. Nothing moves when they come. */
export function ImageContent(props: ContentProps & { readonly content: MediaContent }) {
  const { t } = useTranslation();
  const { account, message, content } = props;
  const main = message.attachments.filter(({ role }) => role === 'main');
  const pictures = main.filter(isPicture);
  const others = main.filter((attachment) => !isPicture(attachment));
  const [first] = pictures;
  const alt = label(content.alt, 500);
  const grid = gridFor(pictures.length);
  const shown = pictures.slice(0, shownTiles);
  const hidden = pictures.length - shown.length;
  return (
    <>
      {first !== undefined && pictures.length === 1 && (
        <MediaTile
          account={account}
          message={message}
          attachment={first}
          style={boxFor(first.width ?? content.width, first.height ?? content.height)}
          alt={alt === '' ? label(first.name) : alt}
          openLabel={t('content.openImage', { name: alt === '' ? label(first.name) : alt })}
          onOpen={() => open(message, first)}
        />
      )}
      {pictures.length > 1 && (
        <div
          className="gallery"
          style={{ gridTemplateColumns: `repeat(${grid.columns}, ${grid.tile}px)` }}
          role="group"
          aria-label={t('content.images', { count: pictures.length })}
        >
          {shown.map((attachment, index) => {
            const last = hidden > 0 && index === shown.length - 1;
            return (
              <div key={attachment.id} className="gallery__place">
                <MediaTile
                  account={account}
                  message={message}
                  attachment={attachment}
                  style={{ width: grid.tile, height: grid.tile }}
                  small={grid.tile < 150}
                  always={last}
                  alt={label(attachment.name)}
                  openLabel={
                    last
                      ? t('content.moreImages', { count: hidden })
                      : t('content.openImage', { name: label(attachment.name) })
                  }
                  onOpen={() => open(message, attachment)}
                />
                {last && (
                  <span className="gallery__more tabular" aria-hidden="true">
                    +{hidden}
                  </span>
                )}
              </div>
            );
          })}
        </div>
      )}
      {others.length > 0 && (
        <FileRows account={account} message={message} attachments={others} expiresAt={null} />
      )}
    </>
  );
}
