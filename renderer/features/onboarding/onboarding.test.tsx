// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTexts } from '../../i18n';
import { en } from '../../i18n/en';
import { useAccountsStore } from '../../stores/accounts-store';
import { fakeInvoke, settle } from '../../stores/fake-invoke';
import { sampleAccount } from '../../stores/samples';
import { Onboarding } from './onboarding';
import { publicNetwork } from './onboarding-flow';

let bridge: ReturnType<typeof fakeInvoke>;
const onDone = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  startTexts('en');
  bridge = fakeInvoke();
  onDone.mockClear();
  useAccountsStore.setState({ accounts: [] });
  render(
    <Tooltip.Provider>
      <Onboarding start="welcome" onDone={onDone} />
    </Tooltip.Provider>,
  );
});
afterEach(cleanup);

/** The moment after the last key. */
function rest(): void {
  act(() => {
    vi.advanceTimersByTime(400);
  });
}

async function enterName(name: string, available = true, suggestions: string[] = []): Promise<void> {
  fireEvent.change(screen.getByTestId('name'), { target: { value: name } });
  rest();
  const aid = `${name}.agentid.pub`;
  await act(() => bridge.next('network.checkName').answer({ aid, available, suggestions }));
}

describe('Onboarding', () => {
  it('goes from the welcome over a free name to an identity', async () => {
    fireEvent.click(screen.getByTestId('create-identity'));
    await enterName('lin_wei');
    fireEvent.change(screen.getByTestId('display-name'), { target: { value: ' 林伟 ' } });
    fireEvent.click(screen.getByTestId('create'));
    const call = bridge.next('account.create');
    expect(call.params).toEqual({ network: 'agentid.pub', name: 'lin_wei', displayName: '林伟' });
    expect(screen.getByTestId('creating')).toBeTruthy();
    await act(() => call.answer(sampleAccount()));
    expect(onDone).toHaveBeenCalled();
    expect(useAccountsStore.getState().accounts).toHaveLength(1);
  });

  it('says while typing why a name breaks the rules, and asks nobody', () => {
    fireEvent.click(screen.getByTestId('create-identity'));
    for (const [typed, reason] of [
      ['林伟', en.aid.bad_character],
      ['guest1', en.aid.guest_prefix],
      ['gateway', en.aid.reserved],
      ['abc', en.aid.too_short],
    ] as const) {
      fireEvent.change(screen.getByTestId('name'), { target: { value: typed } });
      expect(document.body.textContent).toContain(reason);
      rest();
    }
    expect(bridge.calls).toHaveLength(0);
    expect(screen.getByTestId('create')).toHaveProperty('disabled', true);
  });

  it('offers names that are free when one is taken', async () => {
    fireEvent.click(screen.getByTestId('create-identity'));
    await enterName('alice', false, ['alice_24', 'alice-aun', 'hi-alice']);
    expect(screen.getByTestId('create')).toHaveProperty('disabled', true);
    fireEvent.click(screen.getByRole('button', { name: 'alice-aun' }));
    expect(screen.getByTestId('name')).toHaveProperty('value', 'alice-aun');
  });

  it('forgets an answer about a name that is no longer typed', async () => {
    fireEvent.click(screen.getByTestId('create-identity'));
    fireEvent.change(screen.getByTestId('name'), { target: { value: 'first' } });
    rest();
    const late = bridge.next('network.checkName');
    fireEvent.change(screen.getByTestId('name'), { target: { value: 'second' } });
    await act(() => late.answer({ aid: 'first.agentid.pub', available: true, suggestions: [] }));
    expect(screen.getByTestId('create')).toHaveProperty('disabled', true);
  });

  it('says that it cannot check while offline, and checks again on request', async () => {
    fireEvent.click(screen.getByTestId('create-identity'));
    fireEvent.change(screen.getByTestId('name'), { target: { value: 'lin_wei' } });
    rest();
    await act(() => bridge.next('network.checkName').fail('network_unreachable'));
    expect(document.body.textContent).toContain(en.errors.network_unreachable);
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    rest();
    await act(() => bridge.next('network.checkName').answer({ aid: 'x', available: true, suggestions: [] }));
    expect(screen.getByTestId('create')).toHaveProperty('disabled', false);
  });

  it('comes back to the name when it was taken in the meantime', async () => {
    fireEvent.click(screen.getByTestId('create-identity'));
    await enterName('lin_wei');
    fireEvent.click(screen.getByTestId('create'));
    await act(() => bridge.next('account.create').fail('name_taken'));
    expect(screen.getByTestId('name')).toHaveProperty('value', 'lin_wei');
    expect(document.body.textContent).toContain(en.errors.name_taken);
  });

  it('explains another failure and tries again with the same name', async () => {
    fireEvent.click(screen.getByTestId('create-identity'));
    await enterName('lin_wei');
    fireEvent.click(screen.getByTestId('create'));
    await act(() => bridge.next('account.create').fail('gateway_unreachable'));
    expect(document.body.textContent).toContain(en.errors.gateway_unreachable);
    fireEvent.click(screen.getByTestId('create-retry'));
    expect(bridge.next('account.create').params).toMatchObject({ name: 'lin_wei' });
  });

  it('shows what was found at another address and trusts it only after a word', async () => {
    fireEvent.click(screen.getByTestId('create-identity'));
    fireEvent.click(screen.getByTestId('change-network'));
    fireEvent.click(screen.getByTestId('network-other'));
    fireEvent.change(screen.getByTestId('network-address'), { target: { value: 'ws://127.0.0.1:7001/aun' } });
    fireEvent.click(screen.getByTestId('network-lookup'));
    await act(() =>
      bridge.next('network.probe').answer({
        issuer: 'aun.test',
        gatewayUrl: 'ws://127.0.0.1:7001/aun',
        rootPem: 'PEM',
        rootFingerprint: `sha256:${'ab12'.repeat(16)}`,
        rootSubject: 'CN=Test Root',
        loopback: true,
        publicRoot: false,
      }),
    );
    expect(screen.getByTestId('fingerprint').textContent).toContain('ab12');
    expect(document.body.textContent).toContain(en.onboarding.probeLoopback);
    expect(bridge.calls).toHaveLength(0);
    fireEvent.click(screen.getByTestId('network-accept'));
    const add = bridge.next('network.add');
    expect(add.params).toEqual({ issuer: 'aun.test', gatewayUrl: 'ws://127.0.0.1:7001/aun', rootPem: 'PEM' });
    await act(() => add.answer({ ...publicNetwork, id: 'aun.test', issuer: 'aun.test', kind: 'issuer' }));
    expect(screen.getByTestId('name')).toBeTruthy();
  });

  it('starts the local network and goes on to the name', async () => {
    fireEvent.click(screen.getByTestId('try-local'));
    await act(() => bridge.next('network.startLocal').fail('local_network_failed'));
    expect(document.body.textContent).toContain(en.errors.local_network_failed);
    fireEvent.click(screen.getByTestId('try-local'));
    await act(() =>
      bridge
        .next('network.startLocal')
        .answer({ ...publicNetwork, id: 'aun.test', issuer: 'aun.test', kind: 'local' }),
    );
    expect(document.body.textContent).toContain('.aun.test');
  });

  it('brings an identity here that exists already, and is done once it is in the list', async () => {
    // Its part of the window is read from disk.
    await import('../identity/restore/restore-flow');
    fireEvent.click(screen.getByTestId('have-identity'));
    await act(settle);
    await act(() =>
      bridge.next('account.listRemoved').answer({
        accounts: [{ account: 'me.aun.test', network: 'aun.test', removedAt: 0 }],
      }),
    );
    fireEvent.click(screen.getByTestId('restore-removed'));
    const removed = { account: 'me.aun.test', network: 'aun.test', removedAt: 0 };
    await act(() => bridge.next('account.listRemoved').answer({ accounts: [removed] }));
    fireEvent.click(screen.getByTestId('put-back'));
    await act(() => bridge.next('account.putBack').answer(sampleAccount()));
    expect(onDone).not.toHaveBeenCalled();
    await act(() => bridge.next('account.list').answer({ accounts: [sampleAccount()] }));
    expect(onDone).toHaveBeenCalledOnce();
    expect(useAccountsStore.getState().accounts).toHaveLength(1);
  });
});
