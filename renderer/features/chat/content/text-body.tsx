import { lazy, Suspense, useMemo } from 'react';
import type { Mention } from '../../../../shared/model/message';
import { hasEndlessPiece } from '../../../ui/markdown/split-markdown';
import { visiblePart } from '../long-text';
import { MessageText } from '../message-text';

const MessageMarkdown = lazy(async () => ({
  default: (await import('../../../ui/markdown/markdown-message')).MessageMarkdown,
}));

/** The words of a message, plain or Markdown. While the parser is on its way the text stands there as it is. */
export function TextBody(props: {
  readonly text: string;
  readonly format: 'plain' | 'markdown';
  readonly mentions: readonly Mention[];
  readonly account: string;
}) {
  const { text, format } = props;
  const plain = useMemo(() => format === 'plain' || hasEndlessPiece(text), [format, text]);
  if (plain) return <MessageText text={props.text} mentions={props.mentions} account={props.account} />;
  const waiting = (
    <div className="message-text selectable" dir="auto">
      {visiblePart(props.text, 0).text}
    </div>
  );
  return (
    <Suspense fallback={waiting}>
      <MessageMarkdown text={props.text} />
    </Suspense>
  );
}
