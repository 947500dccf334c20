import { useState, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { invoke, toCommandError } from '../../stores/bridge';
import { useNoticesStore } from '../../stores/notices-store';
import { linkify } from './linkify';
import { isEmojiOnly, visiblePart } from './long-text';

function openLink(click: MouseEvent, url: string): void {
  click.preventDefault();
  invoke('app.openLink', { url }).catch((reason: unknown) =>
    useNoticesStore.getState().showError(toCommandError(reason)),
  );
}

/** The words of a message: plain text, its addresses clickable. Nothing in it is ever read as HTML. */
export function MessageText(props: { readonly text: string }) {
  const { t } = useTranslation();
  const [unfolded, setUnfolded] = useState(0);
  const { text, whole } = visiblePart(props.text, unfolded);
  return (
    <>
      <div
        className="message-text selectable"
        dir="auto"
        data-emoji={isEmojiOnly(props.text) ? 'true' : undefined}
        data-testid="message-text"
      >
        {linkify(text).map((piece, index) =>
          piece.kind === 'text' ? (
            piece.text
          ) : (
            <a
              key={index}
              href={piece.url}
              rel="noreferrer"
              draggable={false}
              onClick={(click) => openLink(click, piece.url)}
              onAuxClick={(click) => openLink(click, piece.url)}
            >
              {piece.text}
            </a>
          ),
        )}
        {!whole && '…'}
      </div>
      {(!whole || unfolded > 0) && (
        <button
          type="button"
          className="message-text__more"
          onClick={() => setUnfolded(whole ? 0 : unfolded + 1)}
        >
          {whole ? t('chat.showLess') : t('chat.showMore')}
        </button>
      )}
    </>
  );
}
