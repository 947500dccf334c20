import { cleanLine } from './agent-md-text';

/**
 * Reader of the front matter (`protocol/06 §5.1`): plain and quoted values, lists as `- item` lines or `[a, b]`. Nothing
 * else of YAML has a meaning here: anchors, tags and directives are text. Never throws; its time grows with the text.
 */

/** A field as it was written, with its texts not yet cleaned. */
export type RawField =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'nested'; readonly lines: readonly string[] };

/** A document cut into front matter and body. */
export interface FrontMatter {
  readonly state: 'none' | 'open' | 'closed';
  /** Keys in the order of the document; the first of two equal ones counts. */
  readonly fields: ReadonlyMap<string, RawField>;
  readonly writtenTwice: readonly string[];
  readonly body: string;
}

const KEY = /^(["']?)([A-Za-z_][A-Za-z0-9_.-]{0,63})\1[ \t]*:(.*)$/;
const ITEM = /^[ \t]*-(?:[ \t]+(.*))?$/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', '/': '/' };

/** Undoes the escapes of a value in double quotes. */
function withoutEscapes(text: string): string {
  const escape = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(["\\/ntr0]))/g;
  return text.replace(escape, (_whole: string, byte?: string, unit?: string, single?: string) => {
    const code = byte ?? unit;
    if (code !== undefined) return String.fromCharCode(parseInt(code, 16));
    return single === undefined ? '' : (ESCAPES[single] ?? single);
  });
}

/** Takes a quoted value from the start of `text`; null when there is none or its quote is not closed. */
function takeQuoted(text: string): { value: string; rest: string } | null {
  const double = /^"((?:[^"\\]|\\.)*)"/.exec(text);
  if (double !== null) return { value: withoutEscapes(double[1] ?? ''), rest: text.slice(double[0].length) };
  const single = /^'((?:[^']|'')*)'/.exec(text);
  if (single === null) return null;
  return { value: (single[1] ?? '').replaceAll("''", "'"), rest: text.slice(single[0].length) };
}

/** The value of one line: quoted, or plain up to a comment. */
export function readScalar(text: string): string {
  const trimmed = text.trim();
  const quoted = takeQuoted(trimmed);
  if (quoted !== null && /^(?:\s+#.*|\s*)$/.test(quoted.rest)) return quoted.value;
  const comment = trimmed.startsWith('#') ? 0 : trimmed.search(/\s#/);
  return comment < 0 ? trimmed : trimmed.slice(0, comment).trimEnd();
}

/** The items of `[a, "b, c"]`, or null when the text is no such list. */
function readInlineList(text: string): readonly string[] | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('[') || !trimmed.endsWith(']')) return null;
  const items: string[] = [];
  let rest = trimmed.slice(1, -1).trimStart();
  while (rest !== '') {
    const quoted = takeQuoted(rest);
    const comma = (quoted?.rest ?? rest).indexOf(',');
    const current = quoted?.rest ?? rest;
    items.push(quoted?.value ?? (comma < 0 ? current : current.slice(0, comma)).trim());
    rest = comma < 0 ? '' : current.slice(comma + 1).trimStart();
  }
  return items;
}

/** Lines below a key that belong to it: indented, or starting with a dash. */
function takeBlock(lines: readonly string[], start: number): readonly string[] {
  let end = start;
  while (end < lines.length && /^(?:[ \t]|-(?:[ \t]|$)|$)/.test(lines[end] ?? 'x')) end += 1;
  return lines.slice(start, end);
}

function isNoise(line: string): boolean {
  return line.trim() === '' || line.trim().startsWith('#');
}

function readBlock(value: string, block: readonly string[]): RawField {
  const lines = block.filter((line) => !isNoise(line));
  if (lines.length === 0) return { kind: 'text', text: value };
  const simple = (line: string): boolean => {
    const item = ITEM.exec(line)?.[1] ?? '';
    return (
      ITEM.test(line) && (takeQuoted(item.trim()) !== null || !/^[A-Za-z_][\w.-]*:(?:\s|$)/.test(item.trim()))
    );
  };
  if (value === '' && lines.every(simple))
    return { kind: 'list', items: lines.map((line) => readScalar(ITEM.exec(line)?.[1] ?? '')) };
  if (value === '') return { kind: 'nested', lines };
  // A long text that goes on in the next lines, with or without a mark that says so.
  const start = /^[|>][-+0-9]*$/.test(value) ? '' : value;
  return { kind: 'text', text: [start, ...lines].map((line) => line.trim()).join(' ') };
}

function readFields(lines: readonly string[]): Pick<FrontMatter, 'fields' | 'writtenTwice'> {
  const fields = new Map<string, RawField>();
  const writtenTwice: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const [, , key, value] = KEY.exec(lines[index] ?? '') ?? [];
    if (key === undefined || value === undefined) continue;
    const block = takeBlock(lines, index + 1);
    index += block.length;
    const items = readInlineList(value);
    const field: RawField = items === null ? readBlock(readScalar(value), block) : { kind: 'list', items };
    if (fields.has(key)) writtenTwice.push(key);
    else fields.set(key, field);
  }
  return { fields, writtenTwice };
}

/** The start of the line after the one that starts at `start`. */
function nextLine(text: string, start: number): number {
  const end = text.slice(start).search(/\r\n|\n|\r/);
  if (end < 0) return text.length;
  const at = start + end;
  return at + (text.startsWith('\r\n', at) ? 2 : 1);
}

/**
 * Cuts a document. The front matter begins in the first line and is looked for in the first `limit` characters; one
 * empty line after it belongs to neither part.
 */
export function readFrontMatter(text: string, limit: number): FrontMatter {
  const nothing = { fields: new Map<string, RawField>(), writtenTwice: [] };
  if (!/^---[ \t]*(?:\r|\n|$)/.test(text)) return { state: 'none', ...nothing, body: text };
  const start = nextLine(text, 0);
  const closing = /(?:^|[\r\n])---[ \t]*(?=[\r\n]|$)/.exec(text.slice(start, limit));
  if (closing === null) return { state: 'open', ...nothing, body: text };
  const head = text.slice(start, start + closing.index);
  let bodyStart = nextLine(text, start + closing.index + (closing[0].startsWith('-') ? 0 : 1));
  if (/[\r\n]/.test(text.charAt(bodyStart))) bodyStart = nextLine(text, bodyStart);
  return { state: 'closed', ...readFields(head.split(/\r\n|\n|\r/)), body: text.slice(bodyStart) };
}

/** A field as one line, whatever it is. */
export function asLine(field: RawField | undefined): string {
  if (field === undefined) return '';
  if (field.kind === 'text') return cleanLine(field.text);
  return cleanLine((field.kind === 'list' ? field.items : field.lines).map((item) => item.trim()).join(', '));
}

/** A field as a list of lines without empty ones; a text counts as one item. */
export function asList(field: RawField | undefined): readonly string[] {
  if (field === undefined) return [];
  const items = field.kind === 'text' ? [field.text] : field.kind === 'list' ? field.items : field.lines;
  return items.map(cleanLine).filter((item) => item !== '');
}
