import { useMemo } from 'react';
import { MarkdownBlockView } from './markdown-block';
import { parseMarkdown } from './markdown-tree';
import './markdown.css';

/**
 * Markdown of anybody, drawn from a parsed tree: it can do nothing. Import this file only
 * lazily, as `lazy-markdown.tsx` does: the parser is no part of the start of the window.
 */
export function Markdown(props: { readonly text: string }) {
  const parsed = useMemo(() => parseMarkdown(props.text), [props.text]);
  if (parsed.kind === 'plain')
    return (
      <div className="markdown markdown--plain selectable" dir="auto" data-testid="markdown">
        {parsed.text}
      </div>
    );
  return (
    <div className="markdown selectable" data-testid="markdown">
      {parsed.blocks.map((block, index) => (
        <MarkdownBlockView key={index} block={block} />
      ))}
    </div>
  );
}
