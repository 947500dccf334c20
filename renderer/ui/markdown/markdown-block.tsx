import { Fragment, createContext, memo, useContext, type ReactNode } from 'react';
import { linkify } from '../../features/chat/linkify';
import type { MarkdownBlock, MarkdownNode } from './markdown-tree';
import { OutsideLink } from './outside-link';

/** Draws a block of code where it is more than its letters. */
export type DrawCode = (code: string, language: string | null) => ReactNode;
export const CodeContext = createContext<DrawCode | null>(null);

/** Draws the name of somebody; `place` says which of the names of the message it is, from 0. */
export type DrawMention = (place: number, text: string) => ReactNode;
/** Without it names are words. */
export const MentionContext = createContext<DrawMention | null>(null);

/** The name of somebody the message names. */
export function MentionedName(props: { readonly place: number; readonly text: string }) {
  const drawMention = useContext(MentionContext);
  return drawMention === null ? props.text : drawMention(props.place, props.text);
}

/** Text whose web addresses are links. */
function linked(text: string): ReactNode {
  return linkify(text).map((piece, index) =>
    piece.kind === 'text' ? (
      piece.text
    ) : (
      <OutsideLink key={index} url={piece.url}>
        {piece.text}
      </OutsideLink>
    ),
  );
}

function draw(nodes: readonly MarkdownNode[], literal: boolean): ReactNode {
  return nodes.map((node, index) => <Fragment key={index}>{drawNode(node, literal)}</Fragment>);
}

/** `literal`: inside of code and links nothing becomes a link by itself. */
function drawNode(node: MarkdownNode, literal: boolean): ReactNode {
  if (node.kind === 'text') return literal ? node.text : linked(node.text);
  // Within a link a name is a part of the link.
  if (node.kind === 'mention')
    return literal ? node.text : <MentionedName place={node.place} text={node.text} />;
  if (node.kind === 'link') return <OutsideLink url={node.url}>{draw(node.children, true)}</OutsideLink>;
  const { name: Name, children, align, start } = node;
  switch (Name) {
    case 'hr':
    case 'br':
      return <Name />;
    case 'ol':
      return <ol start={start}>{draw(children, literal)}</ol>;
    case 'table':
      return (
        <div className="markdown__table">
          <table>{draw(children, literal)}</table>
        </div>
      );
    case 'th':
    case 'td':
      return <Name data-align={align}>{draw(children, literal)}</Name>;
    case 'pre':
      return <Preformatted node={node}>{draw(children, literal)}</Preformatted>;
    case 'code':
      return <code dir="ltr">{draw(children, true)}</code>;
    default:
      return <Name dir={inline.has(Name) ? undefined : 'auto'}>{draw(children, literal)}</Name>;
  }
}

const inline: ReadonlySet<string> = new Set(['em', 'strong', 's', 'thead', 'tbody', 'tr']);

type ElementNode = Extract<MarkdownNode, { kind: 'element' }>;

function codeOf(node: ElementNode): string {
  const [code] = node.children;
  if (code?.kind !== 'element') return '';
  return code.children.map((child) => (child.kind === 'text' ? child.text : '')).join('');
}

function Preformatted(props: { readonly node: ElementNode; readonly children: ReactNode }) {
  const drawCode = useContext(CodeContext);
  if (drawCode === null) return <pre dir="auto">{props.children}</pre>;
  return drawCode(codeOf(props.node), props.node.language ?? null);
}

/** One block, drawn anew only when its source has changed. */
export const MarkdownBlockView = memo(
  function MarkdownBlockView(props: { readonly block: MarkdownBlock }) {
    return <>{draw(props.block.nodes, false)}</>;
  },
  (before, after) => before.block.source === after.block.source,
);
