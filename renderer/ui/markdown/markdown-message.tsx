import { memo, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CodeBlock } from './code-block';
import {
  CodeContext,
  MarkdownBlockView,
  MentionContext,
  MentionedName,
  type DrawCode,
  type DrawMention,
} from './markdown-block';
import { parseMarkdown, type MarkdownNode } from './markdown-tree';
import { splitMarks } from './mention-marks';
import { splitMarkdown, type MarkdownPieces } from './split-markdown';
import './markdown.css';
import './code.css';

/** A message longer than this many UTF-16 units is folded … */
const foldedLength = 3000;
/** … and each "show more" adds this much. */
const step = 24_000;

const drawCode: DrawCode = (code, language) => <CodeBlock code={code} language={language} />;

/** Whether anything of a parsed text leaves a mark. A message that is only markup is shown as it was written. */
function isSeen(node: MarkdownNode): boolean {
  if (node.kind === 'text' || node.kind === 'mention') return node.text.trim() !== '';
  if (node.kind === 'element' && node.name === 'hr') return true;
  return node.children.some(isSeen);
}

/** Text that is no Markdown, as it was written; the names in it are names. */
function AsWritten(props: { readonly text: string }) {
  return (
    <div className="markdown--plain">
      {splitMarks(props.text).map((piece, index) =>
        piece.kind === 'text' ? (
          piece.text
        ) : (
          <MentionedName key={index} place={piece.place} text={piece.text} />
        ),
      )}
    </div>
  );
}

/** Some of a text, parsed by itself: it is drawn anew only when it has changed. */
const Piece = memo(function Piece(props: { readonly source: string }) {
  const parsed = useMemo(() => parseMarkdown(props.source), [props.source]);
  if (parsed.kind === 'plain') return <AsWritten text={parsed.text} />;
  if (!parsed.blocks.some(({ nodes }) => nodes.some(isSeen))) return <AsWritten text={props.source.trim()} />;
  return parsed.blocks.map((block, index) => <MarkdownBlockView key={index} block={block} />);
});

/** Pieces from the start up to a length; at least one. */
function upTo(pieces: readonly string[], length: number): number {
  let sum = 0;
  const index = pieces.findIndex((piece) => {
    sum += piece.length;
    return sum > length;
  });
  return index < 0 ? pieces.length : Math.max(1, index);
}

/**
 * The Markdown of a message. Long ones are folded between two blocks. Names in the text stand between marks
 * (`mention-marks.ts`) and are drawn by `drawMention`.
 */
export function MessageMarkdown(props: { readonly text: string; readonly drawMention?: DrawMention }) {
  const { t } = useTranslation();
  const [unfolded, setUnfolded] = useState(0);
  const { pieces } = useMemo(() => splitMarkdown(props.text), [props.text]);
  const shown = upTo(pieces, foldedLength + unfolded * step);
  const whole = shown === pieces.length;
  return (
    <CodeContext.Provider value={drawCode}>
      <MentionContext.Provider value={props.drawMention ?? null}>
        <div className="markdown markdown--message selectable" data-testid="markdown">
          {pieces.slice(0, shown).map((piece, index) => (
            <Piece key={index} source={piece} />
          ))}
        </div>
      </MentionContext.Provider>
      {(!whole || unfolded > 0) && (
        <button
          type="button"
          className="message-text__more"
          onClick={() => setUnfolded(whole ? 0 : unfolded + 1)}
        >
          {whole ? t('chat.showLess') : t('chat.showMore')}
        </button>
      )}
    </CodeContext.Provider>
  );
}

/** Of a text that still grows only this much of its end is drawn, in UTF-16 units, unless all of it is wanted. */
const liveLength = 16_000;

function firstShown(pieces: readonly string[]): number {
  let sum = 0;
  for (let index = pieces.length - 1; index > 0; index -= 1) {
    sum += pieces[index]?.length ?? 0;
    if (sum > liveLength) return index;
  }
  return 0;
}

/** Splits a growing text without going through what is split already. */
function useGrowing(text: string): readonly string[] {
  const [held, setHeld] = useState<MarkdownPieces>(() => splitMarkdown(text));
  if (held.text === text) return held.pieces;
  const grown = splitMarkdown(text, held);
  setHeld(grown);
  return grown.pieces;
}

/** Markdown that grows: finished blocks are never parsed again, and what moves is the caret at the end alone. */
export function LiveMarkdown(props: {
  readonly text: string;
  readonly live: boolean;
  readonly whole: boolean;
  readonly onWhole: () => void;
}) {
  const { t } = useTranslation();
  const pieces = useGrowing(props.text);
  const from = props.whole ? 0 : firstShown(pieces);
  return (
    <CodeContext.Provider value={drawCode}>
      {from > 0 && (
        <button type="button" className="message-text__more" onClick={props.onWhole}>
          {t('content.streamEarlier')}
        </button>
      )}
      <div className="markdown markdown--message markdown--live selectable" data-live={props.live}>
        {pieces.slice(from).map((piece, index) => (
          <Piece key={from + index} source={piece} />
        ))}
      </div>
    </CodeContext.Provider>
  );
}
