// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTexts } from '../../../i18n';
import { fakeInvoke } from '../../../stores/fake-invoke';
import { sampleAccount } from '../../../stores/samples';
import { useViewStore } from '../../../stores/view-store';
import { DangerSection } from './danger-section';
import { isTypedAddress } from './typed-address';

let bridge: ReturnType<typeof fakeInvoke>;

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  useViewStore.setState({ dialog: 'identity', dialogAbout: 'danger' });
  render(<DangerSection account={sampleAccount()} />);
});
afterEach(cleanup);

function confirm(): HTMLElement {
  return screen.getByTestId('remove-confirm');
}

describe('DangerSection', () => {
  it('removes with the data kept, without asking for the address', async () => {
    fireEvent.click(confirm());
    const call = bridge.next('account.remove');
    expect(call.params).toEqual({ account: 'me.aun.test', data: 'keep', confirm: '' });
    await act(() => call.answer({}));
  });

  it('erases only after the whole address was typed', () => {
    fireEvent.click(screen.getByTestId('remove-erase'));
    expect(confirm()).toHaveProperty('disabled', true);
    fireEvent.change(screen.getByTestId('typed-address'), { target: { value: 'me.aun.tes' } });
    fireEvent.submit(confirm());
    expect(bridge.calls).toHaveLength(0);
    fireEvent.change(screen.getByTestId('typed-address'), { target: { value: ' ME.aun.test ' } });
    expect(confirm()).toHaveProperty('disabled', false);
    fireEvent.click(confirm());
    expect(bridge.next('account.remove').params).toEqual({
      account: 'me.aun.test',
      data: 'erase',
      confirm: 'me.aun.test',
    });
  });

  it('leads to the backup instead of removing when that is the choice', () => {
    fireEvent.click(screen.getByTestId('remove-export'));
    fireEvent.click(confirm());
    expect(useViewStore.getState().dialogAbout).toBe('backup');
    expect(bridge.calls).toHaveLength(0);
  });

  it('says why it could not be removed', async () => {
    fireEvent.click(confirm());
    await act(() => bridge.next('account.remove').fail('busy'));
    expect(screen.getByTestId('task-error').textContent).toContain('Something else is being done');
  });
});

describe('isTypedAddress', () => {
  it('takes the address in any case with spaces around, and nothing else', () => {
    expect(isTypedAddress(' Me.AUN.test', 'me.aun.test')).toBe(true);
    expect(isTypedAddress('', 'me.aun.test')).toBe(false);
    expect(isTypedAddress('me.aun.test.', 'me.aun.test')).toBe(false);
  });
});
