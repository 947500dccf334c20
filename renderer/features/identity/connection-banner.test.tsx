// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockedReasonSchema } from '../../../shared/model/account';
import { startTexts } from '../../i18n';
import { en } from '../../i18n/en';
import { useAccountsStore } from '../../stores/accounts-store';
import { fakeInvoke } from '../../stores/fake-invoke';
import { sampleAccount } from '../../stores/samples';
import { useViewStore } from '../../stores/view-store';
import { ConnectionBanner } from './connection-banner';

let bridge: ReturnType<typeof fakeInvoke>;

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
});
afterEach(cleanup);

describe('ConnectionBanner', () => {
  it('is silent while all is well', () => {
    render(<ConnectionBanner account={sampleAccount()} />);
    expect(screen.queryByTestId('connection')).toBeNull();
  });

  it.each(blockedReasonSchema.options)('explains "%s" and offers one thing to do', (blocked) => {
    render(<ConnectionBanner account={sampleAccount({ state: 'blocked', blocked })} />);
    expect(screen.getByTestId('connection').textContent).toContain(en.blocked[blocked]);
    expect(screen.getByTestId('remedy').textContent).not.toBe('');
  });

  it('takes the session back with "Use here"', async () => {
    render(
      <ConnectionBanner account={sampleAccount({ state: 'blocked', blocked: 'signed_in_elsewhere' })} />,
    );
    fireEvent.click(screen.getByRole('button', { name: 'Use here' }));
    const call = bridge.next('account.connect');
    await act(() => call.answer(sampleAccount()));
    expect(useAccountsStore.getState().accounts?.[0]?.session.state).toBe('online');
  });

  it('registers again where the network lost the registration', () => {
    render(<ConnectionBanner account={sampleAccount({ state: 'blocked', blocked: 'not_registered' })} />);
    fireEvent.click(screen.getByTestId('remedy'));
    expect(bridge.next('account.reregister').params).toEqual({ account: 'me.aun.test' });
  });

  it('leads to a new identity when the name belongs to another key', () => {
    render(
      <ConnectionBanner
        account={sampleAccount({ state: 'blocked', blocked: 'name_belongs_to_another_key' })}
      />,
    );
    fireEvent.click(screen.getByTestId('remedy'));
    expect(useViewStore.getState().dialog).toBe('add-identity');
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
});
