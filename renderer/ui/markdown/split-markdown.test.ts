import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highlightCode, type CodePiece } from './highlight-code';
import { parseMarkdown } from './markdown-tree';
import { hasEndlessPiece, noPieces, splitMarkdown } from './split-markdown';

const part = fc.constantFrom(
  'words ',
  '**bold**',
  '\n',
  '\n\n',
  '\n\n\n',
  '- item\n',
  '1. one\n',
  '  more\n',
  '    set in\n',
  '```js\n',
  '```\n',
  '~~~\n',
  '> quote\n',
  '# head\n',
  'a|b\n-|-\n1|2\n',
  '---\n',
  '`',
);
const text = fc.array(part, { maxLength: 30 }).map((parts) => parts.join(''));

/** The tree without the places blocks come from. */
function trees(source: string): unknown {
  const parsed = parseMarkdown(source);
  return parsed.kind === 'blocks' ? parsed.blocks.map(({ nodes }) => nodes) : parsed.text;
}

describe('splitMarkdown', () => {
  it('cuts between blocks, never inside of code or a list', () => {
    const source = 'one\n\ntwo\n\n```\na\n\nb\n```\n\n- x\n\n- y\n\nend';
    expect(splitMarkdown(source).pieces).toEqual([
      'one\n\n',
      'two\n\n',
      '```\na\n\nb\n```\n\n- x\n\n- y\n\n',
      'end',
    ]);
  });

  it('loses nothing', () => {
    fc.assert(
      fc.property(text, (source) => {
        expect(splitMarkdown(source).pieces.join('')).toBe(source);
      }),
    );
  });

  it('gives pieces that mean together what the whole means', () => {
    fc.assert(
      fc.property(text, (source) => {
        const joined = splitMarkdown(source).pieces.flatMap((piece) => trees(piece));
        expect(joined).toEqual(trees(source));
      }),
      { numRuns: 500 },
    );
  });

  it('gives for a text that grows what it gives for the whole, and never changes a piece that is done', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        let held = noPieces;
        let grown = '';
        for (const next of parts) {
          grown += next;
          const done = held.pieces.slice(0, -1);
          held = splitMarkdown(grown, held);
          expect(held.pieces.slice(0, done.length)).toEqual(done);
        }
        expect(held.pieces.join('')).toBe(grown);
      }),
    );
  });
});

describe('highlightCode', () => {
  const words = (pieces: readonly CodePiece[]): string =>
    pieces.map((piece) => (typeof piece === 'string' ? piece : words(piece.children))).join('');
  const classes = (pieces: readonly CodePiece[]): string[] =>
    pieces.flatMap((piece) =>
      typeof piece === 'string' ? [] : [piece.className, ...classes(piece.children)],
    );

  it('colours known languages without losing a letter', () => {
    const code = 'const a = "</script>"; // 注释';
    const pieces = highlightCode(code, 'ts') ?? [];
    expect(words(pieces)).toBe(code);
    expect(classes(pieces).length).toBeGreaterThan(2);
    for (const name of classes(pieces)) expect(name).toMatch(/^(hljs-[\w-]+ ?)*$/);
  });

  it('leaves unknown languages alone', () => {
    expect(highlightCode('x', 'no-such-language')).toBeNull();
    expect(highlightCode('x', '__proto__')).toBeNull();
    expect(highlightCode('x', 'constructor')).toBeNull();
  });
});

it('knows a text of which drawing it as Markdown would leave something out', () => {
  expect(hasEndlessPiece('word '.repeat(20_000))).toBe(true);
  expect(hasEndlessPiece(`\`\`\`\n${'line\n'.repeat(20_000)}`)).toBe(true);
  expect(hasEndlessPiece('words\n\n'.repeat(20_000))).toBe(false);
  expect(hasEndlessPiece('word '.repeat(10_000))).toBe(false);
});
