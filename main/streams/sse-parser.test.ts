import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SseParser, SseTooLarge } from './sse-parser';
import type { SseEvent } from './sse-parser';

function parse(bytes: Uint8Array, cuts: readonly number[] = []): SseEvent[] {
  const parser = new SseParser(1_000_000);
  const events: SseEvent[] = [];
  let start = 0;
  for (const cut of [...cuts.map((each) => each % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    events.push(...parser.push(bytes.subarray(start, cut)));
    start = cut;
  }
  return events;
}

const texts = (stream: string): SseEvent[] => parse(Buffer.from(stream));

/** An event as the protocol says a server writes it, with line ends of any kind. */
function written(id: number, text: string, end: string, event: string): string {
  const lines = text.split('\n').map((line) => `data: ${line}`);
  const named = event === 'message' ? [] : [`event: ${event}`];
  return [...named, `id: ${id}`, ...lines, '', ''].join(end);
}

describe('an event stream', () => {
  it('gives the same events wherever it is cut, with any kind of line end', () => {
    const text = fc
      .string({ unit: 'binary', maxLength: 40 })
      .map((each) => Buffer.from(each.replace(/[\r\uFEFF]/g, ' ')).toString('utf8'));
    const event = fc.record({ text, end: fc.constantFrom('\n', '\r\n', '\r'), comment: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (events, cuts) => {
          const stream = events
            .map((each, index) => {
              const comment = each.comment ? `: keep-alive${each.end}${each.end}` : '';
              return comment + written(index + 1, each.text, each.end, index % 3 === 2 ? 'done' : 'message');
            })
            .join('');
          expect(parse(Buffer.from(stream), cuts)).toEqual(
            events.map((each, index) => ({
              event: index % 3 === 2 ? 'done' : 'message',
              data: each.text,
              id: String(index + 1),
            })),
          );
        },
      ),
      { numRuns: 250 },
    );
  });

  it('never throws anything but that it is too large, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(), { maxLength: 10 }), (bytes, cuts) => {
        expect(Array.isArray(parse(bytes, cuts))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('strips one space after the colon and no more', () => {
    expect(texts('data:a\ndata: b\ndata:  c\ndata\n\n').map(({ data }) => data)).toEqual(['a\nb\n c\n']);
  });

  it('carries texts that are empty, but no event without a text', () => {
    expect(texts('id: 1\ndata: \n\nid: 2\n\nevent: x\n\nid: 3\ndata: y\n\n')).toEqual([
      { event: 'message', data: '', id: '1' },
      { event: 'message', data: 'y', id: '3' },
    ]);
  });

  it('skips comments and what it does not know, and an event that never ends', () => {
    expect(texts(': hi\nretry: 5\nfoo: bar\nid: 1\ndata: x\n\ndata: cut off')).toEqual([
      { event: 'message', data: 'x', id: '1' },
    ]);
  });

  it('does not take over the id of the event before, nor one with a zero byte', () => {
    expect(texts('id: 1\ndata: x\n\ndata: y\n\nid: 2\0\ndata: z\n\n').map(({ id }) => id)).toEqual([
      '1',
      null,
      null,
    ]);
  });

  it('is refused when one event is larger than allowed, also without any line end', () => {
    const parser = new SseParser(100);
    parser.push(Buffer.from(`data: ${'x'.repeat(60)}\n\n`));
    parser.push(Buffer.from(`data: ${'x'.repeat(60)}\n\n`));
    expect(() => parser.push(Buffer.from(`: ${'x'.repeat(120)}`))).toThrow(SseTooLarge);
    const other = new SseParser(100);
    for (let index = 0; index < 100; index += 1) other.push(Buffer.from(`: ${'x'.repeat(60)}\n`));
    expect(() => other.push(Buffer.from('data: xxxxxxxx\n'.repeat(10)))).toThrow(SseTooLarge);
  });
});
