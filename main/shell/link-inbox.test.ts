import { describe, expect, it } from 'vitest';
import { silentLogger } from '../runtime/logger';
import { safeFileName } from './file-name';
import { createLinkInbox } from './link-inbox';

describe('links from the operating system', () => {
  it('wait until the user is done with them, however often a window is loaded meanwhile', () => {
    let arrived = 0;
    const inbox = createLinkInbox(silentLogger, () => (arrived += 1));
    expect(inbox.offer(['--data', '/srv', 'aun://marta.aun.test', 'AUN://bob1.aun.test/'])).toBe(true);
    expect(arrived).toBe(1);
    expect(inbox.take([])).toEqual(['marta.aun.test', 'bob1.aun.test']);
    expect(inbox.take([])).toEqual(['marta.aun.test', 'bob1.aun.test']);
    expect(inbox.take(['marta.aun.test'])).toEqual(['bob1.aun.test']);
    expect(inbox.take(['marta.aun.test', 'bob1.aun.test'])).toEqual([]);
    inbox.offer(['aun://marta.aun.test']);
    expect(inbox.take([])).toEqual(['marta.aun.test']);
  });

  it('are told apart from other arguments', () => {
    const inbox = createLinkInbox(silentLogger, () => undefined);
    expect(inbox.offer(['.', '--verbose', 'marta.aun.test', 'https://marta.aun.test'])).toBe(false);
    expect(inbox.take([])).toEqual([]);
  });

  it('that name nobody are kept as such, so that the user hears why nothing opens', () => {
    const inbox = createLinkInbox(silentLogger, () => undefined);
    inbox.offer(['aun://../../etc/passwd']);
    expect(inbox.take([])).toEqual(['']);
  });

  it('of groups keep their code, and nothing else that stood in them', () => {
    const inbox = createLinkInbox(silentLogger, () => undefined);
    inbox.offer([
      'AUN://group.aun.test/g-abc123/invite/IC-0123456789',
      'aun://group.aun.test/10042.aun.test',
    ]);
    expect(inbox.take([])).toEqual([
      'aun://group.aun.test/g-abc123/invite/ic-0123456789',
      'aun://group.aun.test/10042',
    ]);
    inbox.offer(['aun://group.aun.test/g-abc123/invite/../../x']);
    expect(inbox.take([]).at(-1)).toBe('');
  });

  it('cannot flood the window', () => {
    const inbox = createLinkInbox(silentLogger, () => undefined);
    inbox.offer(Array.from({ length: 500 }, (_, index) => `aun://person${index}.aun.test`));
    expect(inbox.take([])).toHaveLength(20);
  });
});

describe('a suggested file name', () => {
  it('keeps what people read and drops what file systems do not take', () => {
    expect(safeFileName('marta.aun.test 2026-11-22.aunbackup')).toBe('marta.aun.test 2026-11-22.aunbackup');
    expect(safeFileName('备份.aunbackup')).toBe('备份.aunbackup');
    expect(safeFileName('../../etc/passwd')).toBe('_.._etc_passwd');
    expect(safeFileName('a\u202eb\u0000c\n')).toBe('a_b_c_');
    expect(safeFileName('...')).toBe('parley');
    expect(safeFileName('x'.repeat(500))).toHaveLength(120);
  });
});
