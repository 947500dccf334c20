import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Markdown } from './markdown';
import { MAX_MARKDOWN, parseMarkdown } from './markdown-tree';

function render(text: string): string {
  return renderToStaticMarkup(<Markdown text={text} />).replace(/^<div [^>]*>|<\/div>$/g, '');
}

/** Every tag in some HTML, with its attributes. */
function tags(html: string): string[] {
  return [...html.matchAll(/<[a-z][^>]*>/gi)].map(([tag]) => tag);
}

const harmless =
  /^<(?:p|h3|h4|h5|h6|ul|ol|li|blockquote|pre|code|em|strong|s|div|table|thead|tbody|tr|th|td|hr|br|a)(?: (?:dir="(?:auto|ltr)"|start="\d+"|data-align="\w+"|data-testid="markdown"|class="markdown[\w -]*"|href="(?:https?:\/\/|mailto:)[^"]*"|title="(?:https?:\/\/|mailto:)[^"]*"|rel="noreferrer"|draggable="false"))*\/?>$/;

function expectHarmless(text: string): void {
  const html = renderToStaticMarkup(<Markdown text={text} />);
  expect(tags(html).filter((tag) => !harmless.test(tag))).toEqual([]);
}

describe('what Markdown can say', () => {
  it('is headings below those of the window, paragraphs and marks', () => {
    expect(render('# One\n## Two\n###### Six\nplain *em* **strong** ~~gone~~ `code`\\\nnext')).toBe(
      '<h3 dir="auto">One</h3><h4 dir="auto">Two</h4><h6 dir="auto">Six</h6>' +
        '<p dir="auto">plain <em>em</em> <strong>strong</strong> <s>gone</s> <code dir="ltr">code</code><br/>next</p>',
    );
  });

  it('is lists, also in each other, quotes and rules', () => {
    expect(render('- a\n  1. b\n\n> q\n\n---\n')).toBe(
      '<ul dir="auto"><li dir="auto">a<ol start="1"><li dir="auto">b</li></ol></li></ul>' +
        '<blockquote dir="auto"><p dir="auto">q</p></blockquote><hr/>',
    );
    expect(render('7. x')).toContain('<ol start="7">');
  });

  it('is code, taken as it is, and tables with their alignment', () => {
    expect(render('```js\n<b>*x*</b>\n```')).toBe(
      '<pre dir="auto"><code dir="ltr">&lt;b&gt;*x*&lt;/b&gt;\n</code></pre>',
    );
    expect(render('a|b\n:-|-:\n1|2')).toBe(
      '<div class="markdown__table"><table><thead><tr><th data-align="left">a</th><th data-align="right">b</th></tr>' +
        '</thead><tbody><tr><td data-align="left">1</td><td data-align="right">2</td></tr></tbody></table></div>',
    );
  });

  it('is links to the web and to mail, written out or not, never twice', () => {
    const html = render(
      '[a](https://x.example/ "t") <me@x.example> https://y.example. [https://z.example](http://w.example)',
    );
    expect(html.match(/href="[^"]*"/g)).toEqual([
      'href="https://x.example/"',
      'href="mailto:me@x.example"',
      'href="https://y.example/"',
      'href="http://w.example/"',
    ]);
    expect(html).toContain('title="http://w.example/"');
    expect(render('`https://x.example`')).not.toContain('href');
  });
});

describe('what Markdown cannot do', () => {
  it('is show a picture: there are only its words', () => {
    expect(render('![a *cat*](https://x.example/t.png)')).toBe('<p dir="auto">a *cat*</p>');
    expectHarmless('![x](data:image/svg+xml;base64,AAAA) [![y](https://x.example/1.png)](https://x.example)');
  });

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<a href="javascript:alert(1)">x</a>',
    '<!-- <b> -->',
    '<![CDATA[<b>]]>',
    '<?php x ?>',
    '<style>*{display:none}</style>',
    '<svg/onload=alert(1)>',
    '- <iframe src="https://x.example">\n\n<details open ontoggle=alert(1)>',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '&#60;script&#62;',
    '`<script>`',
    '    <script>',
    '<https://x.example/"onmouseover="alert(1)>',
    '[x](https://x.example/" onclick="alert(1))',
    '[x](https://x.example "\\" onclick=\\"alert(1)")',
  ])('is HTML: %s', (text) => {
    expectHarmless(text);
    expect(render(text)).not.toMatch(/<(?:script|img|iframe|svg|style|details)/i);
  });

  it.each([
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](&#x6A;&#x61;vascript&colon;alert(1))',
    '[x](java\\script:alert(1))',
    '[x](java&Tab;script:alert(1))',
    '[x](<java\tscript:alert(1)>)',
    '[x](\u0001javascript:alert(1))',
    '[x](ｊａｖａｓｃｒｉｐｔ：alert(1))',
    '[x](data:text/html;base64,PHNjcmlwdD4=)',
    '[x](vbscript:x)',
    '[x](file:///etc/passwd)',
    '[x](app://parley/index.html)',
    '[x](aun://x)',
    '[x](//x.example)',
    '[x](/etc)',
    '[x](#top)',
    '[x](https://bank.example@evil.example)',
    '[x](https://)',
    '[x](mailto:)',
    '[x][y]\n\n[y]: javascript:alert(1)',
    '[x][y]\n\n[y]: https://x.example',
    '<javascript:alert(1)>',
    '![x](javascript:alert(1))',
  ])('is link to anything else: %s', (text) => {
    expectHarmless(text);
    for (const [, url] of render(text).matchAll(/href="([^"]*)"/g)) expect(url).toBe('https://x.example/');
  });

  it('is hide what was written: what is no link or no markup is shown as it stands', () => {
    expect(render('[x](javascript:alert(1))')).toBe('<p dir="auto">[x](javascript:alert(1))</p>');
    expect(render('<div>\n*x*\n</div>')).toBe('<p dir="auto">&lt;div&gt;\n<em>x</em>\n&lt;/div&gt;</p>');
  });

  it('is turn, hide or halve the text around it', () => {
    const html = renderToStaticMarkup(<Markdown text={'a\u202eb\u2066c\u200bd\u0000e\ud800f\u{e0041}'} />);
    expect(html).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\0\ud800]/);
    expect(html).toContain('abcd');
  });

  it('is break out of its tree, whatever it is made of', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom(
        '[',
        ']',
        '(',
        ')',
        '<',
        '>',
        '!',
        '*',
        '_',
        '`',
        '|',
        '-',
        '#',
        '\n',
        '\n\n',
        ' ',
        '\\',
        '&',
        '"',
      ),
      fc.constantFrom(
        'javascript:',
        'https://x.example',
        '<script',
        'onerror=',
        '&#106;',
        'data:',
        '---\n',
        '1. ',
      ),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => expectHarmless(parts.join(''))),
      { numRuns: 300 },
    );
  });
});

describe('what is too much', () => {
  it('is shown as plain text: too long', () => {
    const long = '**a** '.repeat(MAX_MARKDOWN);
    expect(parseMarkdown(long).kind).toBe('plain');
    const html = render(`# ${'x'.repeat(10_000_000)}`);
    expect(html.length).toBeLessThan(70_000);
    expect(html.endsWith('…')).toBe(true);
  });

  it('is shown as plain text: too many pieces', () => {
    expect(parseMarkdown('a|b\n-|-\n'.repeat(1500)).kind).toBe('plain');
  });

  it('is not followed: too deep', () => {
    for (const mark of ['[', '![', '> ', '- ', '*', '`', '(', '<', '[a](', '**a', '|']) {
      const text = mark.repeat(10_000).slice(0, MAX_MARKDOWN);
      const html = renderToStaticMarkup(<Markdown text={text} />);
      expect(html.match(/<blockquote/g)?.length ?? 0).toBeLessThan(21);
      expect(html.match(/<ul/g)?.length ?? 0).toBeLessThan(21);
      expectHarmless(text);
    }
  });
});

describe('blocks', () => {
  it('know their source, so that only what has changed is drawn anew', () => {
    const parsed = parseMarkdown('# a\n\nb\nc\n\n- d\n- e\n');
    const sources = parsed.kind === 'blocks' ? parsed.blocks.map(({ source }) => source) : [];
    expect(sources).toEqual(['# a', 'b\nc', '- d\n- e']);
  });

  it('mean the same alone', () => {
    const whole = parseMarkdown('[a]\n\n[a]: https://x.example\n\n*b*');
    if (whole.kind !== 'blocks') throw new Error('no blocks');
    for (const block of whole.blocks)
      expect(parseMarkdown(block.source)).toEqual({ kind: 'blocks', blocks: [block] });
  });
});

it('is loaded only when there is some to show: nothing imports its parser at the start', () => {
  const root = path.join(__dirname, '..', '..');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      /\.tsx?$/.test(file) &&
      !file.includes('.test.') &&
      !/^ui.markdown.(?:markdown|code-block|highlight-code)/.test(file),
  );
  expect(files.length).toBeGreaterThan(50);
  const early = files.filter((file) =>
    /^(?:import|export)\s[^;]*from '(?:[^']*\/markdown\/|\.\/)markdown(?:-tree|-block|-message)?'|from 'markdown-it'|from 'lowlight'|from '[^']*(?:highlight-code|code-block)'/m.test(
      readFileSync(path.join(root, file), 'utf8'),
    ),
  );
  expect(early).toEqual([]);
});
