// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import fc from 'fast-check';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mention } from '../../../../shared/model/message';
import { startTexts } from '../../../i18n';
import { useViewStore } from '../../../stores/view-store';
import { TextBody } from './text-body';

const me = 'me.aun.test';
const lin = 'lin.aun.test';

beforeEach(() => {
  startTexts('en');
  useViewStore.setState({ dialog: null, dialogAbout: null });
});
afterEach(cleanup);

/** Names every place where a name stands in a text. */
function naming(text: string, names: Readonly<Record<string, string | null>>): Mention[] {
  return Object.entries(names).flatMap(([name, aid]) =>
    text
      .split(name)
      .slice(1)
      .map((_rest, number) => {
        const start = text.split(name, number + 1).join(name).length;
        return { aid, start, end: start + name.length };
      }),
  );
}

async function show(text: string, names: Readonly<Record<string, string | null>>) {
  const view = render(
    <Tooltip.Provider>
      <TextBody text={text} format="markdown" mentions={naming(text, names)} account={me} />
    </Tooltip.Provider>,
  );
  await screen.findByTestId('markdown', undefined, { timeout: 30_000 });
  const mentions = [...view.container.querySelectorAll('.mention')];
  return { ...view, mentions, words: mentions.map(({ textContent }) => textContent) };
}

describe('the names in a Markdown message', () => {
  it('look and act as in a plain one, in paragraphs, lists, tables, quotes and within emphasis', async () => {
    const text =
      'Hi @Lin and **@Lin_W_x**\n\n- @me: look\n\n> @all\n\na|b\n-|-\n@Lin|2\n\n# For @me\n\n你好@林伟，谢谢';
    const { mentions, words } = await show(text, {
      '@Lin_W_x': lin,
      '@me': me,
      '@all': null,
      '@林伟': lin,
    });
    expect(words).toEqual(['@Lin_W_x', '@me', '@all', '@me', '@林伟']);
    expect(mentions.map((mention) => mention.getAttribute('data-me'))).toEqual([
      'false',
      'true',
      'true',
      'true',
      'false',
    ]);
    expect(mentions[0]?.closest('strong')).not.toBeNull();
    expect(mentions[2]?.tagName).toBe('SPAN');
    const [first] = mentions;
    if (first !== undefined) fireEvent.click(first);
    expect(useViewStore.getState()).toMatchObject({ dialog: 'person', dialogAbout: lin });
  });

  it('are only where the message names somebody: the same words elsewhere stay words', async () => {
    const text = 'for @Lin, not @Linda';
    const view = render(
      <TextBody text={text} format="markdown" mentions={[{ aid: lin, start: 4, end: 8 }]} account={me} />,
    );
    await screen.findByTestId('markdown', undefined, { timeout: 30_000 });
    expect([...view.container.querySelectorAll('.mention')].map(({ textContent }) => textContent)).toEqual([
      '@Lin',
    ]);
    expect(view.container.textContent).toBe(text);
  });

  it('are never in code, and never within a link or its address', async () => {
    const text =
      'see `@Lin` [mail @Lin](https://x.example/@Lin) <https://y.example/@Lin>\n\n```@Lin\nnpm i @Lin/core\n```\n\n    @Lin set in\n';
    const { container, words } = await show(text, { '@Lin': lin });
    expect(words).toEqual([]);
    expect(container.textContent).not.toMatch(/[\ufdd0-\ufdef]/);
    expect([...container.querySelectorAll('code')].map(({ textContent }) => textContent)).toEqual([
      '@Lin',
      'npm i @Lin/core',
      '@Lin set in',
    ]);
    expect([...container.querySelectorAll('a')].map((link) => link.getAttribute('href'))).toEqual([
      'https://x.example/@Lin',
      'https://y.example/@Lin',
    ]);
  });

  it('leave no trace where markup runs through them, and cannot be forged by marks in the text', async () => {
    const text = 'one @L**in** two** \ufdd0\ufdd1@Mallory\ufde1 end';
    const { container, words } = await show(text, { '@L**in': null });
    expect(words).toEqual([]);
    expect(container.textContent).not.toMatch(/[\ufdd0-\ufdef]/);
    expect(container.textContent).toContain('@Mallory');
  });

  it('are drawn in a text that is too much to be Markdown', async () => {
    const text = `hello @Lin ${'word '.repeat(4000)}`;
    const { words } = await show(text, { '@Lin': lin });
    expect(words).toEqual(['@Lin']);
  });

  it('never show a mark, whatever the text and its ranges are', () => {
    const part = fc.constantFrom(
      '@Lin',
      '*',
      '_',
      '`',
      '[',
      '](',
      ')',
      '\n',
      '\n\n',
      '- ',
      '|',
      'x',
      ' ',
      '林',
      '\ufdd0',
      '\ufde1',
      '<',
      '>',
      'https://x.example/',
      '~~',
      '#',
      '&#xfdd0;',
      '    ',
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 30 }),
        fc.array(fc.tuple(fc.nat(60), fc.nat(12)), { maxLength: 6 }),
        (parts, ranges) => {
          const mentions = ranges.map(([start, length]) => ({ aid: lin, start, end: start + length }));
          const view = render(
            <Tooltip.Provider>
              <TextBody text={parts.join('')} format="markdown" mentions={mentions} account={me} />
            </Tooltip.Provider>,
          );
          expect(view.container.innerHTML).not.toMatch(/[\ufdd0-\ufdef]|%EF%B7/);
          view.unmount();
        },
      ),
      { numRuns: 200 },
    );
  });
});
