import { Braces, Lightbulb } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useMessageOverlay } from '../message-overlay';
import { MessageText } from '../message-text';
import { label } from './format';
import type { ContentProps, Of } from './parts';
import { TextBody } from './text-body';

/** A thought that came as a message: there, but quiet and folded. */
export function ThoughtContent({ content, account }: ContentProps & { readonly content: Of<'thought'> }) {
  const { t } = useTranslation();
  const stage = label(content.stage, 40);
  return (
    <details className="fold thought" data-testid="thought">
      <summary>
        <Lightbulb size={14} aria-hidden />
        {stage === '' ? t('content.thought') : t('content.thoughtStage', { stage })}
      </summary>
      <div className="thought__text">
        <TextBody text={content.text} format={content.format} mentions={[]} account={account} />
      </div>
    </details>
  );
}

/** Something for programs: the words for people where there are some, and what it holds. */
export function DataContent({ content }: ContentProps & { readonly content: Of<'data'> }) {
  const { t } = useTranslation();
  return (
    <div className="data" data-testid="data">
      {content.text === '' ? (
        <p className="data__name">
          <Braces size={15} aria-hidden />
          {t('content.data', { name: label(content.name, 80) })}
        </p>
      ) : (
        <MessageText text={content.text} />
      )}
      {content.json !== '' && (
        <details className="fold">
          <summary>{t('content.json')}</summary>
          <pre className="data__json selectable" tabIndex={0}>
            {content.json}
          </pre>
        </details>
      )}
    </div>
  );
}

/** A kind that nobody here knows: its words where it has some, and what came. */
export function UnsupportedContent({
  content,
  message,
}: ContentProps & { readonly content: Of<'unsupported'> }) {
  const { t } = useTranslation();
  return (
    <>
      <div>
        <p className="message-note">{t('chat.unsupported', { type: label(content.type, 80) })}</p>
      </div>
      {content.text !== '' && <MessageText text={content.text} />}
      <p>
        <button
          type="button"
          className="text-button"
          onClick={() => useMessageOverlay.getState().show({ kind: 'raw', message })}
        >
          {t('content.raw')}
        </button>
      </p>
    </>
  );
}
