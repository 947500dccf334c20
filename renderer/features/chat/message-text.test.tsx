import { renderToStaticMarkup } from 'react-dom/server';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '../../i18n';
import { MessageText } from './message-text';

beforeAll(() => {
  vi.stubGlobal('document', { documentElement: { lang: '' } });
  startTexts('en');
});

describe('MessageText', () => {
  it('shows markup as the characters it is made of', () => {
    const html = renderToStaticMarkup(
      <MessageText text={'<img src=x onerror=alert(1)><script>1</script>'} />,
    );
    expect(html).not.toContain('<img');
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;img');
  });

  it('isolates the direction of its text', () => {
    expect(renderToStaticMarkup(<MessageText text="שלום" />)).toContain('dir="auto"');
  });

  it('links addresses without opening them by itself', () => {
    const html = renderToStaticMarkup(<MessageText text="go to https://example.org now" />);
    expect(html).toContain('href="https://example.org/"');
    expect(html).not.toContain('target=');
  });
});
