// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConnectionInspection } from '../../../../shared/model/connection';
import { startTexts } from '../../../i18n';
import { fakeInvoke } from '../../../stores/fake-invoke';
import { sampleAccount } from '../../../stores/samples';
import { advancedForm, advancedProblems, advancedSettings } from './advanced-rules';
import { AdvancedPanel } from './advanced-panel';
import { ConnectionSection } from './connection-section';

const inspection: ConnectionInspection = {
  history: [
    { at: 1000, state: 'discovering', blocked: null, problem: null, gatewayUrl: null, attempt: 0 },
    {
      at: 2000,
      state: 'backing-off',
      blocked: null,
      problem: { code: 'gateway_unreachable', detail: 'ECONNREFUSED 203.0.113.7' },
      gatewayUrl: 'wss://one.aun.test/aun',
      attempt: 2,
    },
    { at: 3000, state: 'online', blocked: null, problem: null, gatewayUrl: null, attempt: 0 },
  ],
  gateways: [
    { url: 'wss://one.aun.test/aun', source: 'pinned', inUse: false },
    { url: 'wss://two.aun.test/aun', source: 'discovered', inUse: true },
  ],
  heartbeatSeconds: 30,
  lastHeartbeatAt: null,
  roundTripMs: 41.6,
  clockSkewMs: -190_000,
  onlineSince: null,
  tokens: {
    accessExpiresAt: null,
    refreshable: false,
    refreshDueAt: null,
    refreshedAt: null,
    refreshFailures: 0,
  },
  deviceId: 'device-1',
  slotId: 'main',
  deliveryMode: 'fanout',
  protocol: null,
  server: null,
  features: [],
  authServer: null,
  environment: {
    variable: null,
    value: null,
    verifyTls: true,
    rootCaPath: null,
    rootCaLoaded: 0,
    seedPassword: 'none',
    trustAuthorityPath: null,
    problems: [],
  },
};
const advanced = {
  slotId: 'main',
  deliveryMode: { mode: 'fanout' },
  deviceName: 'desk',
  deviceId: 'device-1',
} as const;
let bridge: ReturnType<typeof fakeInvoke>;

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
});
afterEach(cleanup);

describe('ConnectionSection', () => {
  beforeEach(async () => {
    render(
      <Tooltip.Provider>
        <ConnectionSection account={sampleAccount()} />
      </Tooltip.Provider>,
    );
    await act(() => bridge.next('session.inspect').answer(inspection));
  });

  it('tells what happened in plain words, newest first, with the technical text folded away', () => {
    const lines = screen.getAllByTestId('history-line').map((line) => line.textContent);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain('Online');
    expect(lines[1]).toContain('attempt 2');
    expect(lines[1]).toContain('ECONNREFUSED');
    expect(lines[2]).toContain('Looking for the network');
  });

  it('shows round trip, which way the clock is off, and the gateways in their order', () => {
    expect(screen.getByTestId('round-trip').textContent).toBe('42 ms');
    expect(screen.getByTestId('clock-difference').textContent).toContain('3 minutes ahead');
    const gateways = screen.getByTestId('gateways').textContent;
    expect(gateways.indexOf('one.aun.test')).toBeLessThan(gateways.indexOf('two.aun.test'));
    expect(gateways).toContain('in use');
  });

  it('signs out', () => {
    fireEvent.click(screen.getByTestId('disconnect'));
    expect(bridge.next('account.disconnect').params).toEqual({ account: 'me.aun.test' });
  });

  it('copies the report of the engine and nothing else', async () => {
    const writeText = vi.fn(() => Promise.resolve());
    Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
    fireEvent.click(screen.getByTestId('copy-report'));
    await act(() => bridge.next('session.report').answer({ text: 'the report' }));
    expect(writeText).toHaveBeenCalledExactlyOnceWith('the report');
  });
});

describe('advanced settings', () => {
  it('are saved only when every field keeps its rule', async () => {
    render(<AdvancedPanel account="me.aun.test" />);
    await act(() => bridge.next('account.advanced.get').answer(advanced));
    const save = screen.getByTestId('advanced-save');
    expect(save).toHaveProperty('disabled', true);
    fireEvent.change(screen.getByTestId('slot-id'), { target: { value: 'my slot' } });
    expect(save).toHaveProperty('disabled', true);
    fireEvent.change(screen.getByTestId('slot-id'), { target: { value: 'second' } });
    fireEvent.click(save);
    expect(bridge.next('account.advanced.set').params).toEqual({
      account: 'me.aun.test',
      settings: { slotId: 'second', deviceName: 'desk', deliveryMode: { mode: 'fanout' } },
    });
  });

  it('stand for what is stored, in both directions', () => {
    const stored = {
      slotId: 'a',
      deviceName: 'desk',
      deliveryMode: { mode: 'queue', routing: 'sender_affinity', affinityTtlMs: 1_800_000 },
    } as const;
    expect(advancedSettings(advancedForm(stored))).toEqual(stored);
    expect(advancedProblems({ ...advancedForm(stored), affinityMinutes: '0' })).toEqual(['affinityMinutes']);
    expect(advancedProblems({ ...advancedForm(stored), deviceName: '  ' })).toEqual(['deviceName']);
  });
});
