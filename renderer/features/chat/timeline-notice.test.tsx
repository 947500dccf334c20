// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noticeSchema, type Notice } from '../../../shared/model/message';
import { startTexts } from '../../i18n';
import { sampleMessage } from '../../stores/samples';
import { useViewStore } from '../../stores/view-store';
import { isNotice, TimelineNotice } from './timeline-notice';
import { buildRows } from './timeline-rows';

const at = new Date(2026, 10, 22, 9, 41).getTime();

function notice(kind: Notice, id = 1, sortAt = at) {
  return sampleMessage(id, sortAt, { content: { kind: 'notice', notice: kind, detail: 'sha256:aa' } });
}

function show(kind: Notice): HTMLElement {
  const message = notice(kind);
  if (!isNotice(message)) throw new Error('not a notice');
  render(<TimelineNotice message={message} name="Lin Wei" index={3} active={false} />);
  return screen.getByTestId('timeline-notice');
}

beforeEach(() => {
  startTexts('en');
  useViewStore.setState({ dialog: null, dialogAbout: null });
});
afterEach(cleanup);

describe('TimelineNotice', () => {
  it.each(noticeSchema.options)('has words for "%s", with the time for screen readers', (kind) => {
    const row = show(kind);
    expect(row.textContent.trim()).not.toBe('');
    expect(row.getAttribute('aria-label')).toMatch(/^Notice, 09:41: ./);
    expect(row.getAttribute('data-row')).toBe('3');
  });

  it.each([
    ['keys_changed', 'verify'],
    ['certificate_revoked', 'certificate'],
  ] as const)('offers for "%s" to open "%s"', (kind, dialog) => {
    show(kind);
    fireEvent.click(screen.getByRole('button'));
    expect(useViewStore.getState()).toMatchObject({ dialog, dialogAbout: 'lin.aun.test' });
  });

  it('offers nothing where nothing is to be done', () => {
    show('verified');
    expect(screen.queryByRole('button')).toBeNull();
  });
});

describe('rows with notices', () => {
  it('end the block before them and begin a new one after', () => {
    const rows = buildRows(
      [sampleMessage(1, at), notice('keys_changed', 2, at + 1), sampleMessage(3, at + 2)],
      null,
      false,
    ).filter((row) => row.kind === 'message');
    expect(rows.map(({ first, last }) => [first, last])).toEqual([
      [true, true],
      [true, true],
      [true, true],
    ]);
  });

  it('do not count as a new message', () => {
    const rows = buildRows([sampleMessage(1, at), notice('verified', 2, at + 1)], 1, false);
    expect(rows.some((row) => row.kind === 'new')).toBe(false);
  });
});
