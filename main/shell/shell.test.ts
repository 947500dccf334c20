import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONTENT_SECURITY_POLICY, resolveAppFile } from './app-path';
import { parseCommandLine } from './command-line';
import { checkOutsideLink } from './outside-link';
import { isTrustedSender } from './sender';
import { shellTexts, textsFor } from './texts';
import { DEFAULT_WINDOW_STATE, FIRST_SIZE, restoreBounds } from './window-state';

describe('addresses of the window', () => {
  const root = path.resolve('/srv/renderer');
  const fileOf = (address: string) => resolveAppFile(root, address)?.file ?? null;

  it('lead to files of the build, with their type', () => {
    expect(resolveAppFile(root, 'app://parley/index.html')).toEqual({
      file: path.join(root, 'index.html'),
      type: 'text/html; charset=utf-8',
    });
    expect(fileOf('app://parley/')).toBe(path.join(root, 'index.html'));
    expect(resolveAppFile(root, 'app://parley/assets/main-Ab_1.js?v=2#x')?.type).toMatch(/^text\/javascript/);
  });

  it('never lead out of the folder', () => {
    for (const address of [
      'app://parley/../package.json',
      'app://parley/%2e%2e/package.json',
      'app://parley/..%2fpackage.json',
      'app://parley/assets/..%5c..%5cpackage.json',
      'app://parley/%2e%2e%2f%2e%2e%2fetc/passwd.html',
      'app://parley//etc/hosts.json/../../x.html%00',
      'app://parley/C:%5cWindows%5cx.json',
      'app://parley/%ZZ.html',
    ]) {
      const file = fileOf(address);
      if (file !== null) expect(file.startsWith(root + path.sep)).toBe(true);
    }
    expect(fileOf('app://parley/..%2fpackage.json')).toBeNull();
    expect(fileOf('app://parley/assets/..%5c..%5cpackage.json')).toBeNull();
  });

  it('know no other scheme, host, user or kind of file', () => {
    for (const address of [
      'file:///etc/passwd',
      'https://parley/index.html',
      'app://other/index.html',
      'app://parley:80/index.html',
      'app://me@parley/index.html',
      'app://parley/index.html.map',
      'app://parley/preload.cjs',
      'not an address',
    ])
      expect(fileOf(address), address).toBeNull();
  });

  it('come with a policy that allows neither inline code nor any connection', () => {
    expect(CONTENT_SECURITY_POLICY).toContain("default-src 'none'");
    expect(CONTENT_SECURITY_POLICY).toContain("connect-src 'none'");
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|https?:/);
  });
});

describe('the sender of a command', () => {
  const good = { url: 'app://parley/index.html', origin: 'app://parley', parent: null };

  it('is the main frame of our own page in a window that we made', () => {
    expect(isTrustedSender(good, true)).toBe(true);
  });

  it('is nobody else', () => {
    expect(isTrustedSender(good, false)).toBe(false);
    expect(isTrustedSender(null, true)).toBe(false);
    expect(isTrustedSender({ ...good, parent: {} }, true)).toBe(false);
    expect(isTrustedSender({ ...good, origin: 'null' }, true)).toBe(false);
    expect(
      isTrustedSender({ ...good, url: 'https://evil.example/', origin: 'https://evil.example' }, true),
    ).toBe(false);
    expect(isTrustedSender({ ...good, url: 'app://parley.evil/', origin: 'app://parley.evil' }, true)).toBe(
      false,
    );
  });
});

describe('links to the outside', () => {
  it('show the real host, with letters of other scripts made plain', () => {
    expect(checkOutsideLink('https://аpple.com/login')).toMatchObject({ target: 'xn--pple-43d.com' });
    expect(checkOutsideLink('HTTP://Example.com:8080/x')).toMatchObject({ target: 'example.com:8080' });
    expect(checkOutsideLink('mailto:alice@example.com?subject=x')).toMatchObject({
      target: 'alice@example.com',
    });
  });

  it('are refused when they disguise their host or use another scheme', () => {
    for (const address of [
      'https://bank.example@evil.example/',
      'https://user:pass@evil.example/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'smb://server/share',
      'app://parley/index.html',
      'mailto:',
      'hello',
    ])
      expect(() => checkOutsideLink(address), address).toThrow(
        expect.objectContaining({ code: 'invalid_request' }),
      );
  });
});

describe('the command line', () => {
  it('names the data folder in both spellings, relative to where it was typed', () => {
    expect(parseCommandLine(['.', '--data', 'here'], '/home/me').dataDir).toBe('/home/me/here');
    expect(parseCommandLine(['--data=/srv/x', '--verbose'], '/home/me')).toEqual({
      dataDir: '/srv/x',
      verbose: true,
      links: [],
    });
    expect(parseCommandLine(['aun://marta.aun.test', '.'], '/home/me').links).toEqual([
      'aun://marta.aun.test',
    ]);
    expect(parseCommandLine(['.', '--data'], '/home/me').dataDir).toBeNull();
  });
});

describe('the place of the window', () => {
  const screen = { x: 0, y: 25, width: 1440, height: 875 };
  const bounds = { x: 100, y: 80, width: 900, height: 600 };

  it('is where it was', () => {
    expect(restoreBounds({ bounds, maximized: false }, [screen])).toEqual(bounds);
  });

  it('is left to the system when it was on a screen that is gone', () => {
    const gone = { bounds: { ...bounds, x: 3000 }, maximized: false };
    expect(restoreBounds(gone, [screen])).toEqual({ width: 900, height: 600 });
    const above = { bounds: { ...bounds, y: -400 }, maximized: false };
    expect(restoreBounds(above, [screen])).toEqual({ width: 900, height: 600 });
  });

  it('has a first size and never becomes unusably small', () => {
    expect(restoreBounds(DEFAULT_WINDOW_STATE, [screen])).toEqual(FIRST_SIZE);
    const tiny = { bounds: { ...bounds, width: 10, height: 10 }, maximized: false };
    expect(restoreBounds(tiny, [screen])).toMatchObject({ width: 420, height: 480 });
  });
});

describe('texts of the shell', () => {
  it('follow the setting, then the languages of the system', () => {
    expect(textsFor('zh-CN', ['en-US'])).toBe(shellTexts['zh-CN']);
    expect(textsFor('system', ['zh-Hans-CN', 'en-US'])).toBe(shellTexts['zh-CN']);
    expect(textsFor('system', ['fr-FR', 'zh-CN', 'en-US'])).toBe(shellTexts['zh-CN']);
    expect(textsFor('system', ['de-DE'])).toBe(shellTexts.en);
  });

  it('are complete and translated', () => {
    expect(Object.keys(shellTexts['zh-CN'])).toEqual(Object.keys(shellTexts.en));
    for (const text of Object.values(shellTexts['zh-CN'])) expect(text).toMatch(/[一-鿿]/);
  });
});
