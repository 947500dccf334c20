/**
 * Canonical JSON of a received text with every number kept exactly as it was written (`protocol/01 §9.3` step 4): after
 * `JSON.parse`, `1.0` and `1` or two large integers could no longer be told apart.
 */
type Node =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'array'; readonly items: readonly Node[] }
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, Node> };

const MAX_DEPTH = 200;
const LITERAL = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;

class Reader {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** @throws SyntaxError when the text is not JSON or nests too deeply. */
  read(): Node {
    const node = this.#value(0);
    this.#match(SPACE);
    if (this.#at !== this.#text.length) throw new SyntaxError('text after the value');
    return node;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return null;
    this.#at += found.length;
    return found;
  }

  #take(symbol: string): boolean {
    this.#match(SPACE);
    if (this.#text[this.#at] !== symbol) return false;
    this.#at += 1;
    return true;
  }

  #string(): string {
    this.#match(SPACE);
    const raw = this.#match(STRING);
    if (raw === null) throw new SyntaxError('string expected');
    const decoded: unknown = JSON.parse(raw);
    return String(decoded);
  }

  #value(depth: number): Node {
    if (depth > MAX_DEPTH) throw new SyntaxError('nested too deeply');
    if (this.#take('{')) return this.#object(depth);
    if (this.#take('[')) return this.#array(depth);
    if (this.#text[this.#at] === '"') return { kind: 'text', value: this.#string() };
    const literal = this.#match(LITERAL);
    if (literal === null) throw new SyntaxError('value expected');
    return { kind: 'literal', value: literal };
  }

  #object(depth: number): Node {
    const members = new Map<string, Node>();
    if (this.#take('}')) return { kind: 'object', members };
    do {
      const key = this.#string();
      if (!this.#take(':')) throw new SyntaxError('colon expected');
      members.set(key, this.#value(depth + 1));
    } while (this.#take(','));
    if (!this.#take('}')) throw new SyntaxError('end of object expected');
    return { kind: 'object', members };
  }

  #array(depth: number): Node {
    const items: Node[] = [];
    if (this.#take(']')) return { kind: 'array', items };
    do {
      items.push(this.#value(depth + 1));
    } while (this.#take(','));
    if (!this.#take(']')) throw new SyntaxError('end of array expected');
    return { kind: 'array', items };
  }
}

function print(node: Node): string {
  if (node.kind === 'text') return JSON.stringify(node.value);
  if (node.kind === 'literal') return node.value;
  if (node.kind === 'array') return `[${node.items.map(print).join(',')}]`;
  return printMembers([...node.members]);
}

function printMembers(members: [string, Node][]): string {
  const sorted = members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${sorted.map(([key, value]) => `${JSON.stringify(key)}:${print(value)}`).join(',')}}`;
}

/**
 * The canonical text of a frame's `params` as they are signed: without `client_signature` and without top-level keys
 * that begin with `_` (`protocol/01 §9.2`).
 * @throws SyntaxError when the frame is not a JSON object with object params.
 */
export function signedParamsText(frame: string): string {
  const root = new Reader(frame).read();
  const params = root.kind === 'object' ? root.members.get('params') : undefined;
  if (params === undefined) return '{}';
  if (params.kind !== 'object') throw new SyntaxError('params must be an object');
  return printMembers(
    [...params.members].filter(([key]) => key !== 'client_signature' && !key.startsWith('_')),
  );
}
