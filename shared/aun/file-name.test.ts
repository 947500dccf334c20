import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeFileName, safeMediaType } from './file-name';

describe('a file name from outside', () => {
  it.each([
    ['minutes.pdf', 'minutes.pdf'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['C:\\Windows\\cmd.exe', 'C__Windows_cmd.exe'],
    ['.bashrc', 'bashrc'],
    ['...', 'file'],
    ['', 'file'],
    ['\u0000\u200b', 'file'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['a\u200e.txt', 'a.txt'],
    ['con', '_con'],
    ['NUL.txt', '_NUL.txt'],
    ['com1.tar.gz', '_com1.tar.gz'],
    ['console.log', 'console.log'],
    ['a.txt. . ', 'a.txt'],
    ['line\nbreak\t.txt', 'line break .txt'],
    ['照片.jpg', '照片.jpg'],
    ['👩‍👩‍👧.png', '👩‍👩‍👧.png'],
  ])('%j becomes %j', (name, safe) => {
    expect(safeFileName(name)).toBe(safe);
  });

  it('is cut in the middle: the extension stays', () => {
    expect(safeFileName(`${'x'.repeat(5_000)}.pdf`)).not.toContain('.pdf');
    expect(safeFileName(`${'x'.repeat(500)}.pdf`)).toBe(`${'x'.repeat(196)}.pdf`);
    expect(safeFileName(`${'爱'.repeat(300)}.pdf`)).toBe(`${'爱'.repeat(78)}.pdf`);
    expect(safeFileName(`a.${'x'.repeat(500)}`)).toHaveLength(200);
  });

  it('is always a name that every system takes, and stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        const safe = safeFileName(name);
        expect(safe).not.toMatch(/[/\\<>:"|?*\p{Cc}\u202a-\u202e\u2066-\u2069]|^\.|[. ]$/u);
        expect(safe.length).toBeGreaterThan(0);
        expect(safe.length).toBeLessThanOrEqual(200);
        expect(new TextEncoder().encode(safe).length).toBeLessThanOrEqual(240);
        expect(safeFileName(safe)).toBe(safe);
      }),
    );
  });
});

describe('a media type from outside', () => {
  it.each([
    ['IMAGE/JPEG', 'image/jpeg'],
    ['text/html; charset=utf-8', 'text/html'],
    ['application/vnd.api+json', 'application/vnd.api+json'],
    [' video/mp4 ', 'video/mp4'],
    ['', 'application/octet-stream'],
    ['image', 'application/octet-stream'],
    ['image/svg<script>', 'application/octet-stream'],
    ['a/b/c', 'application/octet-stream'],
    [`x/${'y'.repeat(100_000)}`, 'application/octet-stream'],
  ])('%j becomes %j', (type, safe) => {
    expect(safeMediaType(type)).toBe(safe);
  });
});
