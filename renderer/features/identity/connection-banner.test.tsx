// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockedReasonSchema } from '../../../shared/model/account';
import type { VaultStatus } from '../../../shared/model/settings';
import { startTexts } from '../../i18n';
import { en } from '../../i18n/en';
import { useAccountsStore } from '../../stores/accounts-store';
import { useAppStore } from '../../stores/app-store';
import { fakeInvoke } from '../../stores/fake-invoke';
import { sampleAccount } from '../../stores/samples';
import { useViewStore } from '../../stores/view-store';
import { ConnectionBanner } from './connection-banner';

const unprotected: VaultStatus = {
  backend: 'basic_text',
  protected: false,
  locked: false,
  passphraseSet: false,
  systemStore: null,
};
let bridge: ReturnType<typeof fakeInvoke>;

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
});
afterEach(() => {
  cleanup();
  useAppStore.setState({ vault: null });
});

describe('ConnectionBanner', () => {
  it('is silent while all is well', () => {
    render(<ConnectionBanner account={sampleAccount()} />);
    expect(screen.queryByTestId('connection')).toBeNull();
  });

  it.each(blockedReasonSchema.options)('explains "%s" and offers one thing to do', async (blocked) => {
    render(<ConnectionBanner account={sampleAccount({ state: 'blocked', blocked })} />);
    await screen.findByTestId('connection');
    expect(screen.getByTestId('connection').textContent).toContain(en.blocked[blocked]);
    expect(screen.getByTestId('remedy').textContent).not.toBe('');
  });

  it('takes the session back with "Use here"', async () => {
    render(
      <ConnectionBanner account={sampleAccount({ state: 'blocked', blocked: 'signed_in_elsewhere' })} />,
    );
    await screen.findByTestId('connection');
    fireEvent.click(screen.getByRole('button', { name: 'Use here' }));
    const call = bridge.next('account.connect');
    await act(() => call.answer(sampleAccount()));
    expect(useAccountsStore.getState().accounts?.[0]?.session.state).toBe('online');
  });

  it('leads to the settings of delivery where another device uses another kind', async () => {
    const blocked = 'delivery_mode_conflict';
    render(<ConnectionBanner account={sampleAccount({ state: 'blocked', blocked })} />);
    await screen.findByTestId('connection');
    fireEvent.click(screen.getByTestId('remedy'));
    expect(useViewStore.getState()).toMatchObject({ dialog: 'identity', dialogAbout: 'connection' });
  });

  it('registers again where the network lost the registration', async () => {
    render(<ConnectionBanner account={sampleAccount({ state: 'blocked', blocked: 'not_registered' })} />);
    await screen.findByTestId('connection');
    fireEvent.click(screen.getByTestId('remedy'));
    expect(bridge.next('account.reregister').params).toEqual({ account: 'me.aun.test' });
  });

  it('renews a certificate that has ended, and has the key certified anew where that is too late', async () => {
    render(
      <ConnectionBanner account={sampleAccount({ state: 'blocked', blocked: 'certificate_expired' })} />,
    );
    await screen.findByTestId('connection');
    fireEvent.click(screen.getByTestId('remedy'));
    await act(() => bridge.next('certificate.renew').answer({ certificates: [] }));
    await act(() => bridge.next('account.connect').answer(sampleAccount()));
    expect(useAccountsStore.getState().accounts?.[0]?.session.state).toBe('online');
    fireEvent.click(screen.getByTestId('remedy'));
    await act(() => bridge.next('certificate.renew').fail('certificate_invalid'));
    expect(bridge.next('account.reregister').params).toEqual({ account: 'me.aun.test' });
  });

  it('leads to the newer key when the name belongs to another key, and to a new identity where there is none', async () => {
    render(
      <ConnectionBanner
        account={sampleAccount({ state: 'blocked', blocked: 'name_belongs_to_another_key' })}
      />,
    );
    await screen.findByTestId('connection');
    fireEvent.click(screen.getByRole('button', { name: 'Bring the newer key here' }));
    expect(useViewStore.getState().dialog).toBe('restore');
    fireEvent.click(screen.getByRole('button', { name: 'Create another identity' }));
    expect(useViewStore.getState().dialog).toBe('add-identity');
    expect(screen.getByTestId('remedy').textContent).toBe('Bring the newer key here');
    expect(bridge.calls).toHaveLength(0);
  });

  it('says what went wrong, and the time to the next attempt', () => {
    const problem = { code: 'gateway_unreachable', detail: '' } as const;
    const account = sampleAccount({ state: 'backing-off', problem, retryAt: Date.now() + 30_500 });
    render(<ConnectionBanner account={account} />);
    const words = screen.getByTestId('connection').textContent;
    expect(words).toContain(en.errors.gateway_unreachable);
    expect(words).toMatch(/Trying again in \d+ seconds/);
  });

  it('tells about a clock that is hours off even while online', () => {
    render(<ConnectionBanner account={sampleAccount({ clockSkewMs: -3 * 3_600_000 })} />);
    expect(screen.getByTestId('connection').textContent).toContain('3 hours');
  });

  it('says which program on which computer took the session over, and since when it runs', async () => {
    const notice = {
      'new_extra_info.app': 'Parley',
      'new_extra_info.host': 'studio-laptop',
      'new_extra_info.started_at': String(new Date(2020, 0, 5, 9, 30).getTime()),
    };
    render(
      <ConnectionBanner
        account={sampleAccount({ state: 'blocked', blocked: 'signed_in_elsewhere', notice })}
      />,
    );
    await screen.findByTestId('connection');
    const words = screen.getByTestId('displacement').textContent.replace(/[\u2068\u2069]/g, '');
    expect(words).toContain('Parley on studio-laptop took it over.');
    expect(words).toContain('09:30');
  });

  it('says which device got the place of an eviction', async () => {
    const notice = { 'evicted_by.device_id': '1f20', 'evicted_by.slot_id': 'work' };
    render(
      <ConnectionBanner account={sampleAccount({ state: 'blocked', blocked: 'evicted_by_quota', notice })} />,
    );
    await screen.findByTestId('connection');
    expect(screen.getByTestId('displacement').textContent).toContain('1f20');
    expect(screen.getByTestId('remedy').textContent).toBe('Use here');
  });

  it('opens a page without encryption where a portal stands in the way, and can try again', async () => {
    render(<ConnectionBanner account={sampleAccount({ state: 'blocked', blocked: 'captive_portal' })} />);
    await screen.findByTestId('connection');
    fireEvent.click(screen.getByTestId('remedy'));
    expect(bridge.next('app.openLink').params).toEqual({ url: 'http://aun.test/' });
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(bridge.next('account.connect')).toBeTruthy();
  });

  it('leads to the newer key where this one is only history', async () => {
    render(<ConnectionBanner account={sampleAccount({ state: 'blocked', blocked: 'archived' })} />);
    await screen.findByTestId('connection');
    fireEvent.click(screen.getByTestId('remedy'));
    expect(useViewStore.getState().dialog).toBe('restore');
  });

  it('reminds quietly of a missing backup, and stops when told so', () => {
    const account = sampleAccount({}, { attention: ['profile_changed_elsewhere', 'backup_missing'] });
    render(<ConnectionBanner account={account} />);
    expect(screen.getByTestId('attention').dataset['tone']).toBe('neutral');
    fireEvent.click(screen.getByRole('button', { name: 'Later' }));
    expect(bridge.next('backup.dismissReminder').params).toEqual({ account: 'me.aun.test' });
    fireEvent.click(screen.getByTestId('attention-action'));
    expect(useViewStore.getState()).toMatchObject({ dialog: 'identity', dialogAbout: 'backup' });
  });

  it('speaks of no backup while another bar asks for a passphrase: one thing at a time', () => {
    const account = sampleAccount({}, { attention: ['backup_missing'] });
    useAppStore.setState({ vault: unprotected });
    render(<ConnectionBanner account={account} />);
    expect(screen.queryByTestId('attention')).toBeNull();
    act(() => useAppStore.setState({ vault: { ...unprotected, protected: true } }));
    expect(screen.getByTestId('attention')).toBeTruthy();
  });
});
