/** One event of an event stream. */
export interface SseEvent {
  /** `message` unless the server named another. */
  readonly event: string;
  /** Lines joined by line feeds. */
  readonly data: string;
  /** Id of this very event, or null when it carries none. */
  readonly id: string | null;
}

/** A server sent a line or an event that is larger than allowed. */
export class SseTooLarge extends Error {
  constructor(limit: number) {
    super(`an event is larger than ${limit} characters`);
    this.name = 'SseTooLarge';
  }
}

/**
 * Reads an event stream (`protocol/04 §14.4`) as it arrives: UTF-8 and line ends may be cut anywhere, lines end with LF, CR or
 * CRLF, comments and unknown fields are skipped. An event without any `data` line is none.
 */
export class SseParser {
  readonly #decoder = new TextDecoder('utf-8');
  readonly #limit: number;
  #line = '';
  #afterCarriageReturn = false;
  #event = '';
  #data: string[] = [];
  #size = 0;
  #id: string | null = null;

  /** `limit`: most characters of one event. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes the next bytes and returns the events that they complete. @throws SseTooLarge */
  push(bytes: Uint8Array): SseEvent[] {
    return this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  #take(text: string): SseEvent[] {
    const events: SseEvent[] = [];
    let start = 0;
    if (this.#afterCarriageReturn && text !== '') {
      this.#afterCarriageReturn = false;
      if (text.startsWith('\n')) start = 1;
    }
    for (let end = nextBreak(text, start); end !== -1; end = nextBreak(text, start)) {
      this.#keep(text.slice(start, end));
      const event = this.#endLine();
      if (event !== null) events.push(event);
      start = end + 1;
      if (text[end] !== '\r') continue;
      if (start === text.length) this.#afterCarriageReturn = true;
      else if (text[start] === '\n') start += 1;
    }
    this.#keep(text.slice(start));
    return events;
  }

  #keep(part: string): void {
    this.#size += part.length;
    if (this.#size > this.#limit) throw new SseTooLarge(this.#limit);
    this.#line += part;
  }

  #endLine(): SseEvent | null {
    const line = this.#line;
    this.#line = '';
    if (line === '') return this.#dispatch();
    if (line.startsWith(':')) {
      this.#size -= line.length;
      return null;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#event = value;
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    return null;
  }

  #dispatch(): SseEvent | null {
    const event =
      this.#data.length === 0
        ? null
        : { event: this.#event === '' ? 'message' : this.#event, data: this.#data.join('\n'), id: this.#id };
    this.#event = '';
    this.#data = [];
    this.#size = 0;
    this.#id = null;
    return event;
  }
}

/** Index of the next line feed or carriage return, or -1. */
function nextBreak(text: string, from: number): number {
  const feed = text.indexOf('\n', from);
  const carriage = text.indexOf('\r', from);
  if (feed === -1) return carriage;
  return carriage === -1 ? feed : Math.min(feed, carriage);
}
