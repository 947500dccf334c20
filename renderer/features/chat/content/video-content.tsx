import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FileRows } from './file-rows';
import { durationWords, label } from './format';
import { boxFor } from './media-size';
import { MediaTile } from './media-tile';
import type { ContentProps, MediaContent } from './parts';

/** A film: its still with a play button, then the browser's own player. Nothing plays by itself. */
export function VideoContent(props: ContentProps & { readonly content: MediaContent }) {
  const { t } = useTranslation();
  const { account, message, content } = props;
  const [playing, setPlaying] = useState(false);
  const [broken, setBroken] = useState(false);
  const [film, ...others] = message.attachments.filter(({ role }) => role === 'main');
  if (film === undefined) return null;
  const box = boxFor(film.width ?? content.width, film.height ?? content.height);
  const media = film.state === 'here' ? film.media : null;
  // What is here and cannot be played is a file like any other.
  if (broken || (film.state === 'here' && media === null))
    return (
      <>
        <p className="message-note">{t('content.cannotPlay')}</p>
        <FileRows account={account} message={message} attachments={[film, ...others]} expiresAt={null} />
      </>
    );
  const length = film.durationMs ?? content.durationMs;
  return (
    <>
      {playing && media !== null ? (
        <video
          className="film"
          style={box}
          src={media}
          controls
          autoPlay
          controlsList="nodownload noremoteplayback"
          disablePictureInPicture
          {...(film.thumbnail === null ? {} : { poster: film.thumbnail })}
          aria-label={label(film.name)}
          onError={() => setBroken(true)}
        />
      ) : (
        <div className="film">
          <MediaTile
            account={account}
            message={message}
            attachment={film}
            style={box}
            film
            alt={label(content.alt, 500)}
            openLabel={t('content.playVideo', { name: label(film.name) })}
            onOpen={() => setPlaying(true)}
          />
          {length !== null && <span className="film__length tabular">{durationWords(length)}</span>}
        </div>
      )}
      {others.length > 0 && (
        <FileRows account={account} message={message} attachments={others} expiresAt={null} />
      )}
    </>
  );
}
