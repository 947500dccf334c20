import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Mention } from '../../../shared/model/message';
import { useViewStore } from '../../stores/view-store';
import { openAddress } from '../../ui/open-address';
import { linkify } from './linkify';
import { isEmojiOnly, visiblePart } from './long-text';
import { splitMentions } from './mentions';

function linked(text: string): ReactNode {
  return linkify(text).map((piece, index) =>
    piece.kind === 'text' ? (
      piece.text
    ) : (
      <a
        key={index}
        href={piece.url}
        rel="noreferrer"
        draggable={false}
        onClick={(click) => openAddress(click, piece.url)}
        onAuxClick={(click) => openAddress(click, piece.url)}
      >
        {piece.text}
      </a>
    ),
  );
}

/** The name of somebody in a message; a click shows the person. Of everybody at once (`aid` null) it is only marked. */
export function MentionedPerson(props: {
  readonly aid: string | null;
  readonly me: boolean;
  readonly text: string;
}) {
  const { aid } = props;
  if (aid === null)
    return (
      <span className="mention" data-me="true">
        {props.text}
      </span>
    );
  return (
    <button
      type="button"
      className="mention"
      data-me={props.me}
      title={aid}
      onClick={() => useViewStore.getState().showDialog('person', aid)}
    >
      {props.text}
    </button>
  );
}

/** The words of a message: plain text, its addresses and names clickable. Nothing in it is ever read as HTML. */
export function MessageText(props: {
  readonly text: string;
  readonly mentions?: readonly Mention[];
  /** The own address: being named oneself stands out. */
  readonly account?: string;
}) {
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
        {splitMentions(text, props.mentions ?? []).map((piece, index) =>
          piece.kind === 'text' ? (
            <span key={index}>{linked(piece.text)}</span>
          ) : (
            <MentionedPerson key={index} aid={piece.aid} me={piece.aid === props.account} text={piece.text} />
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
