import { CloudOff, Download, ImageOff, Play, TriangleAlert, X } from 'lucide-react';
import { useState, type CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import type { Attachment } from '../../../../shared/model/attachment';
import type { Message } from '../../../../shared/model/message';
import { label, sizeWords } from './format';
import { ProgressRing } from './progress-ring';
import { useAttachment } from './use-attachment';

/** What stands over a picture that is not here, and the one thing to do about it. */
function Cover(props: {
  readonly account: string;
  readonly message: Message;
  readonly attachment: Attachment;
  /** Of a tile too small for words. */
  readonly small: boolean;
}) {
  const { t, i18n } = useTranslation();
  const { attachment, small } = props;
  const { fraction, busy, download, cancel } = useAttachment(props.account, props.message, attachment);
  const name = label(attachment.name, 80);
  const size = sizeWords(i18n.language, attachment.size);
  const percent = Math.round((fraction ?? 0) * 100);
  switch (attachment.state) {
    case 'loading':
      return (
        <button
          type="button"
          className="media-tile__cover"
          onClick={cancel}
          aria-label={t('content.stopDownload', { name })}
        >
          <span className="media-tile__ring">
            <ProgressRing fraction={fraction} label={t('content.downloading', { percent })} />
            <X size={14} aria-hidden />
          </span>
        </button>
      );
    case 'waiting':
    case 'uploading':
      return (
        <span className="media-tile__cover">
          <span className="media-tile__ring">
            <ProgressRing
              fraction={attachment.state === 'waiting' ? 0 : fraction}
              label={
                attachment.state === 'waiting'
                  ? t('content.uploadWaiting')
                  : t('content.uploading', { percent })
              }
            />
          </span>
        </span>
      );
    case 'gone':
      return (
        <span className="media-tile__cover" data-tone="quiet">
          <CloudOff size={20} aria-hidden />
          <span className="media-tile__words">{t('content.gone')}</span>
        </span>
      );
    case 'failed': {
      const why =
        attachment.problem === null ? t('content.downloadFailed') : t(`errors.${attachment.problem}`);
      return (
        <button
          type="button"
          className="media-tile__cover"
          data-tone="danger"
          disabled={busy}
          onClick={() => void download()}
          title={why}
        >
          <TriangleAlert size={20} aria-hidden />
          <span className={small ? 'visually-hidden' : 'media-tile__words'}>{why}</span>
          <span className="media-tile__pill">{t('content.retryDownload')}</span>
        </button>
      );
    }
    case 'remote':
      return (
        <button
          type="button"
          className="media-tile__cover"
          disabled={busy}
          onClick={() => void download()}
          aria-label={t('content.downloadNamed', { name, size })}
          data-testid="attachment-download"
        >
          <span className="media-tile__pill tabular">
            <Download size={14} aria-hidden />
            {small ? size : t('content.downloadSize', { size })}
          </span>
        </button>
      );
    case 'here':
      return null;
  }
}

/** A picture or the still of a film at its place: reserved before it is here, soft until it is whole. */
export function MediaTile(props: {
  readonly account: string;
  readonly message: Message;
  readonly attachment: Attachment;
  readonly style: CSSProperties;
  readonly alt: string;
  readonly small?: boolean;
  /** Of a film: what is here is its still, and a click plays it. */
  readonly film?: boolean;
  /** Stands for more than itself: a click opens it, whatever its state. */
  readonly always?: boolean;
  readonly openLabel: string;
  readonly onOpen: () => void;
}) {
  const { t } = useTranslation();
  const { attachment, film = false, always = false } = props;
  const { media, thumbnail, state } = attachment;
  const [broken, setBroken] = useState<string | null>(null);
  const [loaded, setLoaded] = useState<string | null>(null);
  const own = state === 'waiting' || state === 'uploading';
  const full = film ? null : media;
  const showFull = full !== null && broken !== full && (state === 'here' || own);
  const ready = always || (state === 'here' && (film || showFull));
  return (
    <span className="media-tile" style={props.style} data-state={state} data-testid="media-tile">
      {thumbnail !== null && broken !== thumbnail && !(showFull && loaded === full) && (
        <img
          className="media-tile__thumbnail"
          data-sharp={film && state === 'here'}
          src={thumbnail}
          alt=""
          draggable={false}
          onError={() => setBroken(thumbnail)}
        />
      )}
      {showFull && (
        <img
          className="media-tile__picture"
          src={full}
          alt={props.alt}
          decoding="async"
          draggable={false}
          onLoad={() => setLoaded(full)}
          onError={() => setBroken(full)}
        />
      )}
      {ready && (
        <button
          type="button"
          className="media-tile__open"
          aria-label={props.openLabel}
          onClick={props.onOpen}
          data-testid="media-open"
        >
          {film && (
            <span className="media-tile__play">
              <Play size={22} aria-hidden />
            </span>
          )}
        </button>
      )}
      {state === 'here' && !film && !showFull && !always && (
        <span className="media-tile__cover" data-tone="quiet">
          <ImageOff size={20} aria-hidden />
          <span className="media-tile__words">{t('content.cannotShow')}</span>
        </span>
      )}
      {!always && <Cover {...props} small={props.small ?? false} />}
    </span>
  );
}
