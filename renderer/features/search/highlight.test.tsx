import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { Highlight } from './highlight';

it('marks the ranges and nothing else', () => {
  const html = renderToStaticMarkup(<Highlight text="明天部署之前" ranges={[[2, 4]]} />);
  expect(html).toBe('明天<mark>部署</mark>之前');
});

it('survives ranges that overlap, are out of order or lie outside', () => {
  const ranges: [number, number][] = [
    [4, 9],
    [0, 2],
    [1, 3],
    [20, 30],
    [5, 5],
  ];
  const html = renderToStaticMarkup(<Highlight text="abcdefgh" ranges={ranges} />);
  expect(html.replaceAll(/<\/?mark>/g, '')).toBe('abcdefgh');
  expect(html).toBe('<mark>ab</mark><mark>c</mark>d<mark>efgh</mark>');
});

it('shows markup in a message as text', () => {
  expect(renderToStaticMarkup(<Highlight text="<b>x</b>" ranges={[[0, 3]]} />)).toContain('&lt;b&gt;');
});
