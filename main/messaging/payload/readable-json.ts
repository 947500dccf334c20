/** Longest text that is made of a value, in UTF-16 units. */
const MAX_LENGTH = 20_000;
/** Deeper levels are only hinted at. */
const MAX_DEPTH = 16;
const MAX_KEY = 300;

/** Members that open something: the key of an encrypted file, and what lets anybody read or write a stream. */
const SECRETS: ReadonlySet<string> = new Set(['enc', 'pull_token', 'push_token']);

/**
 * A value from a payload as indented JSON for people: cut where it is long, `…` where it is deep. Its cost is bounded by the
 * length of the result, however large the value is; keys and tokens are left out; never throws.
 */
export function readableJson(value: unknown): string {
  const writer = new Writer();
  writer.value(value, 0);
  return writer.text();
}

class Writer {
  private readonly parts: string[] = [];
  private length = 0;

  text(): string {
    const text = this.parts.join('');
    return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  }

  value(item: unknown, depth: number): void {
    if (typeof item === 'string') this.write(JSON.stringify(item.slice(0, MAX_LENGTH)));
    else if (typeof item === 'number' || typeof item === 'boolean') this.write(String(item));
    else if (typeof item !== 'object' || item === null) this.write('null');
    else if (depth >= MAX_DEPTH) this.write('…');
    else if (Array.isArray(item)) this.list(item, depth);
    else this.members(item, depth);
  }

  private list(items: readonly unknown[], depth: number): void {
    this.write('[');
    let index = 0;
    for (const item of items) {
      if (this.full()) return;
      this.write(this.lead(index, depth));
      this.value(item, depth + 1);
      index += 1;
    }
    this.write(this.tail(index, depth, ']'));
  }

  private members(item: object, depth: number): void {
    this.write('{');
    let index = 0;
    for (const [key, member] of Object.entries(item)) {
      if (this.full()) return;
      this.write(`${this.lead(index, depth)}${JSON.stringify(key.slice(0, MAX_KEY))}: `);
      if (SECRETS.has(key) && member !== null) this.write('"•••"');
      else this.value(member, depth + 1);
      index += 1;
    }
    this.write(this.tail(index, depth, '}'));
  }

  private lead(index: number, depth: number): string {
    return `${index === 0 ? '' : ','}\n${'  '.repeat(depth + 1)}`;
  }

  private tail(count: number, depth: number, close: string): string {
    return count === 0 ? close : `\n${'  '.repeat(depth)}${close}`;
  }

  private full(): boolean {
    return this.length > MAX_LENGTH;
  }

  private write(part: string): void {
    this.length += part.length;
    this.parts.push(part);
  }
}
