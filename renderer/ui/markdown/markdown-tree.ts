import MarkdownIt, { type Token } from 'markdown-it';
import { cleanText, cutText } from '../../../shared/aun/agent-md-text';
import { splitMarks, withoutMarks, type MarkedPiece } from './mention-marks';
import { outsideUrl } from './outside-url';
import { MAX_PLAIN } from './split-markdown';

/** Longer texts are shown as plain text, in UTF-16 units: what is inert must also be quick. */
export const MAX_MARKDOWN = 16_384;
/** Texts that would make more pieces are shown as plain text. */
export const MAX_PIECES = 4000;
/** Lists in lists in quotes: deeper ones stay text. */
const MAX_DEPTH = 20;

/** Elements a text can be made of. There is no way to any other. */
export type MarkdownElement =
  | 'p'
  | 'h3'
  | 'h4'
  | 'h5'
  | 'h6'
  | 'ul'
  | 'ol'
  | 'li'
  | 'blockquote'
  | 'pre'
  | 'code'
  | 'em'
  | 'strong'
  | 's'
  | 'table'
  | 'thead'
  | 'tbody'
  | 'tr'
  | 'th'
  | 'td'
  | 'hr'
  | 'br';

/** A piece of a parsed text: words, the name of somebody (which of the message's names it is, from 0), or what holds pieces. */
export type MarkdownNode =
  | MarkedPiece
  | { readonly kind: 'link'; readonly url: string; readonly children: readonly MarkdownNode[] }
  | {
      readonly kind: 'element';
      readonly name: MarkdownElement;
      readonly children: readonly MarkdownNode[];
      /** First number of an ordered list. */
      readonly start?: number;
      /** Language a block of code names, in lower case. */
      readonly language?: string;
      /** Alignment of a table's cell. */
      readonly align?: 'left' | 'center' | 'right';
    };

/** One paragraph, list, table and so on of the highest level. Its source says when it has to be drawn anew. */
export interface MarkdownBlock {
  readonly source: string;
  readonly nodes: readonly MarkdownNode[];
}

/** A text made of blocks, or one that is shown as it is. */
export type MarkdownText =
  | { readonly kind: 'blocks'; readonly blocks: readonly MarkdownBlock[] }
  | { readonly kind: 'plain'; readonly text: string };

const ELEMENTS: Readonly<Record<string, MarkdownElement>> = {
  paragraph: 'p',
  bullet_list: 'ul',
  ordered_list: 'ol',
  list_item: 'li',
  blockquote: 'blockquote',
  em: 'em',
  strong: 'strong',
  s: 's',
  table: 'table',
  thead: 'thead',
  tbody: 'tbody',
  tr: 'tr',
  th: 'th',
  td: 'td',
};
/** A heading inside of something never competes with the headings of the window. */
const HEADINGS: Readonly<Record<string, MarkdownElement>> = { h1: 'h3', h2: 'h4', h3: 'h5' };

function createParser(): { parse(text: string, environment: object): Token[] } {
  const parser = new MarkdownIt({ html: false, linkify: false, typographer: false, maxNesting: MAX_DEPTH });
  // Without link definitions somewhere else, each block means the same alone.
  parser.disable('reference');
  // A name within an address is a part of the address.
  const normalize = parser.normalizeLink.bind(parser);
  parser.normalizeLink = (url) => normalize(withoutMarks(url));
  parser.validateLink = (url) => outsideUrl(url) !== null;
  return parser;
}

let parser: ReturnType<typeof createParser> | null = null;

function elementOf(token: Token): MarkdownElement | null {
  const name = token.type.replace(/_(?:open|close)$/, '');
  if (name === 'heading') return HEADINGS[token.tag] ?? 'h6';
  return Object.hasOwn(ELEMENTS, name) ? (ELEMENTS[name] ?? null) : null;
}

function alignOf(token: Token): 'left' | 'center' | 'right' | null {
  const [, value] = /^text-align:(left|center|right)$/.exec(String(token.attrGet('style') ?? '')) ?? [];
  return value === 'left' || value === 'center' || value === 'right' ? value : null;
}

function startOf(token: Token): number | null {
  const start = Number(token.attrGet('start') ?? '1');
  return token.type === 'ordered_list_open' && Number.isSafeInteger(start) ? start : null;
}

function wrap(token: Token, children: readonly MarkdownNode[]): readonly MarkdownNode[] {
  if (token.type === 'link_open') {
    const url = outsideUrl(String(token.attrGet('href') ?? ''));
    return url === null ? children : [{ kind: 'link', url, children }];
  }
  const name = token.hidden ? null : elementOf(token);
  if (name === null) return children;
  const [start, align] = [startOf(token), alignOf(token)];
  return [
    {
      kind: 'element',
      name,
      children,
      ...(start === null ? {} : { start }),
      ...(align === null ? {} : { align }),
    },
  ];
}

function text(content: string): readonly MarkdownNode[] {
  return splitMarks(content);
}

/** Code says what it says: nobody is named in it. */
function code(content: string): readonly MarkdownNode[] {
  return content === '' ? [] : [{ kind: 'text', text: withoutMarks(content) }];
}

/** The first word after the fence, when it can be the name of a language. */
function languageOf(info: string): string | null {
  const [, name] = /^\s*([a-z0-9+#._-]{1,24})(?:\s|$)/i.exec(withoutMarks(info)) ?? [];
  return name === undefined ? null : name.toLowerCase();
}

function leaf(token: Token): readonly MarkdownNode[] {
  switch (token.type) {
    case 'inline':
      return build(token.children ?? []);
    case 'code_inline':
      return [{ kind: 'element', name: 'code', children: code(token.content) }];
    case 'code_block':
    case 'fence': {
      const inner = { kind: 'element', name: 'code', children: code(token.content) } as const;
      const language = languageOf(token.info);
      return [
        { kind: 'element', name: 'pre', children: [inner], ...(language === null ? {} : { language }) },
      ];
    }
    case 'hr':
      return [{ kind: 'element', name: 'hr', children: [] }];
    case 'hardbreak':
      return [{ kind: 'element', name: 'br', children: [] }];
    case 'softbreak':
      return text('\n');
    default:
      // Of a picture the words that describe it; of anything unknown its own words.
      return text(token.content);
  }
}

/** Makes a tree of a flat list of tokens; what does not close is closed at the end. */
function build(tokens: readonly Token[]): readonly MarkdownNode[] {
  const open: { token: Token | null; nodes: MarkdownNode[] }[] = [{ token: null, nodes: [] }];
  const close = (): void => {
    const done = open.pop();
    const parent = open[open.length - 1];
    if (done?.token != null && parent !== undefined) parent.nodes.push(...wrap(done.token, done.nodes));
  };
  for (const token of tokens) {
    if (token.nesting === 1) open.push({ token, nodes: [] });
    else if (token.nesting === -1) {
      if (open.length > 1) close();
    } else open[open.length - 1]?.nodes.push(...leaf(token));
  }
  while (open.length > 1) close();
  return open[0]?.nodes ?? [];
}

function pieces(tokens: readonly Token[]): number {
  return tokens.reduce((sum, token) => sum + 1 + (token.children?.length ?? 0), 0);
}

function toBlocks(tokens: readonly Token[], lines: readonly string[]): readonly MarkdownBlock[] {
  const blocks: MarkdownBlock[] = [];
  let start = 0;
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    depth += token.nesting;
    if (depth > 0) continue;
    const part = tokens.slice(start, index + 1);
    const [from, to] = part[0]?.map ?? [0, 0];
    blocks.push({ source: lines.slice(from, to).join('\n'), nodes: build(part) });
    start = index + 1;
  }
  return blocks;
}

/**
 * Parses Markdown into a tree of harmless pieces: no HTML, no pictures, links to http, https and mail only. What turns or
 * hides text is gone. Never throws; what is too long or too much becomes plain text.
 */
export function parseMarkdown(source: string): MarkdownText {
  const cut = cutText(source, MAX_PLAIN);
  const plain = { kind: 'plain', text: cleanText(cut) + (cut.length < source.length ? '…' : '') } as const;
  if (source.length > MAX_MARKDOWN) return plain;
  parser ??= createParser();
  const tokens = parser.parse(plain.text, {});
  if (pieces(tokens) > MAX_PIECES) return plain;
  return { kind: 'blocks', blocks: toBlocks(tokens, plain.text.split('\n')) };
}
