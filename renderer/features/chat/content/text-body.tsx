import { lazy, Suspense, useCallback, useMemo } from 'react';
import type { Mention } from '../../../../shared/model/message';
import { markName, withoutMarks } from '../../../ui/markdown/mention-marks';
import { hasEndlessPiece } from '../../../ui/markdown/split-markdown';
import { visiblePart } from '../long-text';
import { splitMentions } from '../mentions';
import { MentionedPerson, MessageText } from '../message-text';

const MessageMarkdown = lazy(async () => ({
  default: (await import('../../../ui/markdown/markdown-message')).MessageMarkdown,
}));

/** The Markdown with its names between marks, and whose names they are, in their order. */
function markMentions(text: string, mentions: readonly Mention[]) {
  const people: (string | null)[] = [];
  const marked = splitMentions(text, mentions).map((piece) =>
    piece.kind === 'text' ? withoutMarks(piece.text) : markName(piece.text, people.push(piece.aid) - 1),
  );
  return { text: marked.join(''), people };
}

/** The words of a message, plain or Markdown. While the parser is on its way the text stands there as it is. */
export function TextBody(props: {
  readonly text: string;
  readonly format: 'plain' | 'markdown';
  readonly mentions: readonly Mention[];
  readonly account: string;
}) {
  const { text, format, mentions, account } = props;
  const plain = useMemo(() => format === 'plain' || hasEndlessPiece(text), [format, text]);
  const marked = useMemo(() => markMentions(plain ? '' : text, mentions), [plain, text, mentions]);
  const drawMention = useCallback(
    (place: number, name: string) => {
      const aid = marked.people[place] ?? null;
      return <MentionedPerson aid={aid} me={aid === account} text={name} />;
    },
    [marked, account],
  );
  if (plain) return <MessageText text={text} mentions={mentions} account={account} />;
  const waiting = (
    <div className="message-text selectable" dir="auto">
      {visiblePart(text, 0).text}
    </div>
  );
  return (
    <Suspense fallback={waiting}>
      <MessageMarkdown text={marked.text} drawMention={drawMention} />
    </Suspense>
  );
}
