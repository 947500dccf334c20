// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OwnProfile, Profile } from '../../../../shared/model/people';
import { startTexts } from '../../../i18n';
import { fakeInvoke, settle } from '../../../stores/fake-invoke';
import { sampleAccount } from '../../../stores/samples';
import { ProfileEditor } from './profile-editor';

const account = 'mei1.aun.test';

function text(name: string, version = '1.0.0'): string {
  return `---
aid: "${account}"
name: "${name}"
type: "human"
version: "${version}"
description: "One line"
---

# ${name}
`;
}

function published(name: string, etag: string, version?: string): Profile {
  return {
    aid: account,
    status: 'verified',
    reason: '',
    text: text(name, version),
    bytes: 100,
    fetchedAt: 0,
    signedAt: 0,
    certificateFingerprint: null,
    etag,
    warning: null,
  };
}

const own: OwnProfile = { account, draft: null, published: published('Mei', '"one"'), state: 'published' };
let bridge: ReturnType<typeof fakeInvoke>;

beforeEach(async () => {
  vi.useFakeTimers();
  startTexts('en');
  bridge = fakeInvoke();
  render(
    <Tooltip.Provider>
      <ProfileEditor account={sampleAccount({}, { account })} />
    </Tooltip.Provider>,
  );
  await act(() => bridge.next('profile.own').answer(own));
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function name(value: string): void {
  fireEvent.change(screen.getByTestId('profile-name'), { target: { value } });
}

function rest(): void {
  act(() => {
    vi.advanceTimersByTime(700);
  });
}

describe('ProfileEditor', () => {
  it('keeps a draft by itself a moment after the last key', async () => {
    name('Mei Z');
    name('Mei Zhang');
    expect(bridge.calls).toHaveLength(0);
    rest();
    const call = bridge.next('profile.saveDraft');
    expect(call.params).toMatchObject({ account });
    expect(String(call.params['text'])).toContain('Mei Zhang');
    await act(() => call.answer({ ...own, draft: 'x', state: 'draft' }));
    expect(screen.getByTestId('profile-standing').textContent).toContain('kept on this computer');
    expect(bridge.calls).toHaveLength(0);
  });

  it('keeps the last words when it is closed before that moment', () => {
    name('Mei again');
    cleanup();
    expect(String(bridge.next('profile.saveDraft').params['text'])).toContain('Mei again');
  });

  it('publishes with the ETag it began with and a version above the published one', async () => {
    name('Mei Zhang');
    fireEvent.click(screen.getByTestId('profile-publish'));
    const call = bridge.next('profile.publish');
    expect(call.params).toMatchObject({ account, replacing: '"one"' });
    expect(String(call.params['text'])).toContain('1.0.1');
    await act(() => call.answer({ ...own, published: published('Mei Zhang', '"two"', '1.0.1') }));
    expect(screen.queryByTestId('profile-discard')).toBeNull();
  });

  it('does not publish what lacks something, and says at the field what', () => {
    fireEvent.change(screen.getByTestId('profile-description'), { target: { value: 'x'.repeat(101) } });
    expect(screen.getByTestId('description-counter').textContent).toBe('101/100');
    name('');
    fireEvent.click(screen.getByTestId('profile-publish'));
    expect(bridge.calls).toHaveLength(0);
    expect(screen.getByTestId('profile-problem').textContent).toContain('Name: Needed before publishing.');
    expect(screen.getByTestId('profile-name').getAttribute('aria-invalid')).toBe('true');
  });

  it('counts the bytes of 4096, not the characters', () => {
    const before = screen.getByTestId('profile-bytes').textContent;
    fireEvent.change(screen.getByTestId('profile-body'), { target: { value: '中'.repeat(1400) } });
    expect(screen.getByTestId('profile-bytes').textContent).not.toBe(before);
    expect(screen.getByTestId('profile-bytes').dataset['over']).toBe('true');
  });

  it('shows the document of another device before it can be published over', async () => {
    name('Mei here');
    fireEvent.click(screen.getByTestId('profile-publish'));
    await act(() => bridge.next('profile.publish').fail('profile_conflict'));
    await act(() => bridge.next('profile.saveDraft').answer({ ...own, draft: 'x', state: 'draft' }));
    const theirs = published('Mei elsewhere', '"three"', '1.5.0');
    await act(() =>
      bridge
        .next('profile.own')
        .answer({ account, draft: 'x', published: theirs, state: 'changed_elsewhere' }),
    );
    expect(screen.getByTestId('conflict-overwrite')).toHaveProperty('disabled', true);
    fireEvent.click(screen.getByTestId('conflict-see'));
    expect(screen.getByTestId('profile-conflict').textContent).toContain('Mei elsewhere');
    fireEvent.click(screen.getByTestId('conflict-overwrite'));
    const call = bridge.next('profile.publish');
    expect(call.params['replacing']).toBe('"three"');
    expect(String(call.params['text'])).toContain('Mei here');
    expect(String(call.params['text'])).toContain('1.5.1');
  });

  it('goes on with the document of the other device when that is the choice', async () => {
    name('Mei here');
    fireEvent.click(screen.getByTestId('profile-publish'));
    await act(() => bridge.next('profile.publish').fail('profile_conflict'));
    await act(() => bridge.next('profile.saveDraft').answer(own));
    const theirs: OwnProfile = {
      account,
      draft: null,
      published: published('Mei elsewhere', '"three"'),
      state: 'changed_elsewhere',
    };
    await act(() => bridge.next('profile.own').answer(theirs));
    fireEvent.click(screen.getByTestId('conflict-take'));
    const call = bridge.next('profile.saveDraft');
    expect(call.params).toEqual({ account, text: null });
    await act(() => call.answer({ ...theirs, state: 'published' }));
    expect(screen.getByTestId('profile-name')).toHaveProperty('value', 'Mei elsewhere');
    expect(screen.queryByTestId('profile-conflict')).toBeNull();
  });

  it('shows the Markdown with what is wrong in it, and draws hostile Markdown as text', async () => {
    fireEvent.click(screen.getByRole('radio', { name: 'Markdown' }));
    fireEvent.change(screen.getByTestId('profile-text'), {
      target: { value: text('Mei').replace('1.0.0', 'one') + '\n<script>alert(1)</script> <img src=x>' },
    });
    await act(settle);
    expect(screen.getByTestId('profile-problems').textContent).toContain('Version: Three numbers');
    const preview = screen.getByTestId('profile-preview');
    expect(preview.querySelector('script, img')).toBeNull();
    expect(preview.textContent).toContain('<script>');
  });
});
