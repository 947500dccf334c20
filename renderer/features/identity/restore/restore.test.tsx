// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BackupFile, SdkIdentity } from '../../../../shared/model/backup';
import type { Network } from '../../../../shared/model/network';
import { startTexts } from '../../../i18n';
import { useAccountsStore } from '../../../stores/accounts-store';
import { useAppStore } from '../../../stores/app-store';
import { fakeInvoke, settle } from '../../../stores/fake-invoke';
import { sampleAccount } from '../../../stores/samples';
import { useViewStore } from '../../../stores/view-store';
import { RestoreFlow } from './restore-flow';

const local: Network = {
  id: 'aun.test',
  issuer: 'aun.test',
  kind: 'local',
  gatewayUrl: null,
  rootFingerprint: null,
  running: false,
};
const file: BackupFile = {
  file: 'file-1',
  name: 'me.aunbackup',
  version: 2,
  aid: 'me.aun.test',
  createdAt: null,
  bytes: 5_000_000,
  contents: ['identity', 'history'],
  held: 'no',
};
const onDone = vi.fn();
let bridge: ReturnType<typeof fakeInvoke>;

beforeEach(async () => {
  startTexts('en');
  bridge = fakeInvoke();
  onDone.mockClear();
  useAppStore.setState({ networks: [local], jobs: {} });
  useAccountsStore.setState({ accounts: [] });
  useViewStore.setState({ account: null, dialog: 'restore' });
  render(
    <Tooltip.Provider>
      <RestoreFlow onDone={onDone} />
    </Tooltip.Provider>,
  );
  await act(() =>
    bridge.next('account.listRemoved').answer({
      accounts: [{ account: 'old.aun.test', network: 'aun.test', removedAt: 0 }],
    }),
  );
});
afterEach(cleanup);

async function chooseFile(found: BackupFile): Promise<void> {
  fireEvent.click(screen.getByTestId('restore-file'));
  fireEvent.click(screen.getByTestId('choose-backup'));
  await act(() => bridge.next('backup.choose').answer({ found }));
}

describe('RestoreFlow', () => {
  it('shows a file from outside, starts its network, restores it and says what came back', async () => {
    await chooseFile(file);
    expect(screen.getByTestId('found-aid').textContent).toBe('me.aun.test');
    fireEvent.change(screen.getByTestId('restore-secret'), { target: { value: 'open sesame' } });
    fireEvent.click(screen.getByTestId('restore-start'));
    await act(() => bridge.next('network.startLocal').answer({ ...local, running: true }));
    const call = bridge.next('backup.restore');
    expect(call.params).toMatchObject({ file: 'file-1', secret: 'open sesame', network: 'aun.test' });
    await act(() =>
      call.answer({
        account: 'me.aun.test',
        messages: 1200,
        conversations: 3,
        contacts: 1,
        files: 0,
        archived: false,
      }),
    );
    expect(screen.getByTestId('restore-done').textContent).toContain(
      '1,200 messages · 3 conversations · 1 person',
    );
    fireEvent.click(screen.getByTestId('restore-finish'));
    await act(() => bridge.next('account.list').answer({ accounts: [sampleAccount()] }));
    expect(onDone).toHaveBeenCalledOnce();
    expect(useViewStore.getState().account).toBe('me.aun.test');
  });

  it('says that the secret is wrong and lets another be tried', async () => {
    useAppStore.setState({ networks: [{ ...local, running: true }] });
    await chooseFile(file);
    fireEvent.change(screen.getByTestId('restore-secret'), { target: { value: 'wrong' } });
    fireEvent.click(screen.getByTestId('restore-start'));
    await act(settle);
    await act(() => bridge.next('backup.restore').fail('backup_wrong_passphrase'));
    expect(screen.getByTestId('task-error').textContent).not.toBe('');
    expect(screen.getByTestId('restore-start')).toHaveProperty('disabled', false);
  });

  it('stops a restore that was begun', async () => {
    useAppStore.setState({ networks: [{ ...local, running: true }] });
    await chooseFile(file);
    fireEvent.change(screen.getByTestId('restore-secret'), { target: { value: 'secret' } });
    fireEvent.click(screen.getByTestId('restore-start'));
    await act(settle);
    const call = bridge.next('backup.restore');
    fireEvent.click(screen.getByTestId('job-cancel'));
    expect(bridge.next('backup.cancel').params).toEqual({ job: call.params['job'] });
    await act(() => call.fail('cancelled'));
    expect(document.body.textContent).toContain('Nothing was left behind');
  });

  it('does not restore over an identity that is in the window', async () => {
    await chooseFile({ ...file, held: 'window' });
    expect(screen.getByTestId('held')).toBeTruthy();
    expect(screen.queryByTestId('restore-start')).toBeNull();
  });

  it('puts back the identity of a file that was taken out on this computer, instead of asking to remove it', async () => {
    await chooseFile({ ...file, held: 'removed' });
    expect(screen.getByTestId('held').textContent).toContain('Put it back');
    expect(screen.queryByTestId('restore-start')).toBeNull();
    fireEvent.click(screen.getByTestId('put-back'));
    const call = bridge.next('account.putBack');
    expect(call.params).toEqual({ account: 'me.aun.test' });
    await act(() => call.answer(sampleAccount()));
    await act(() => bridge.next('account.list').answer({ accounts: [sampleAccount()] }));
    expect(onDone).toHaveBeenCalledOnce();
  });

  it('restores over an identity that waits for its newer key, and says what became of it', async () => {
    useAppStore.setState({ networks: [{ ...local, running: true }] });
    await chooseFile({ ...file, held: 'replaceable' });
    expect(screen.queryByTestId('held')).toBeNull();
    expect(screen.getByTestId('replaces').textContent).toContain('newer key');
    fireEvent.change(screen.getByTestId('restore-secret'), { target: { value: 'secret' } });
    fireEvent.click(screen.getByTestId('restore-start'));
    await act(settle);
    const counts = { messages: 1, conversations: 0, contacts: 0, files: 0 };
    await act(() =>
      bridge.next('backup.restore').answer({ account: 'me.aun.test', archived: false, ...counts }),
    );
    expect(screen.getByTestId('restore-done').textContent).toContain('has the newer key now');
    expect(screen.getByTestId('restore-done').textContent).not.toContain('new device');
  });

  it.each<[Readonly<Record<string, unknown>>, string]>([
    [{ where: 'window', key: 'not_active' }, 'not the newest'],
    [{ where: 'window' }, 'already in this window'],
    [{ where: 'removed' }, 'Put it back'],
    [{}, 'exists already'],
  ])('says what a refusal with %j means', async (detail, words) => {
    useAppStore.setState({ networks: [{ ...local, running: true }] });
    fireEvent.click(screen.getByTestId('restore-transfer'));
    fireEvent.change(screen.getByTestId('restore-aid'), { target: { value: 'me01.aun.test' } });
    fireEvent.change(screen.getByTestId('claim-code'), { target: { value: 'TX-1' } });
    fireEvent.change(screen.getByTestId('claim-password'), { target: { value: '1234' } });
    fireEvent.click(screen.getByTestId('claim'));
    await act(settle);
    await act(() => bridge.next('custody.claimTransfer').fail('already_exists', detail));
    expect(document.body.textContent).toContain(words);
    expect(screen.queryByTestId('put-back') !== null).toBe(detail['where'] === 'removed');
  });

  it('lists what an SDK folder holds and asks for its password only where there is one', async () => {
    const identity: SdkIdentity = {
      aid: 'bot.aun.test',
      protection: 'password',
      generation: '0.2',
      certificate: 'valid',
      notAfter: null,
      olderKeys: 0,
      peers: 2,
      gatewayUrl: null,
      held: 'no',
      problem: null,
    };
    useAppStore.setState({ networks: [{ ...local, running: true }] });
    fireEvent.click(screen.getByTestId('restore-sdk'));
    fireEvent.click(screen.getByTestId('choose-sdk'));
    const identities = [
      identity,
      { ...identity, aid: 'open.aun.test', protection: 'plain' },
      { ...identity, aid: 'bad.aun.test', problem: 'key_damaged' },
      { ...identity, aid: 'gone.aun.test', held: 'removed' },
      { ...identity, aid: 'here.aun.test', held: 'window' },
      { ...identity, aid: 'newer.aun.test', held: 'replaceable' },
    ];
    await act(() =>
      bridge.next('sdk.choose').answer({ found: { folder: 'folder-1', name: '.aun', identities } }),
    );
    const radios = screen.getAllByRole('radio');
    expect(radios.map((radio) => radio.hasAttribute('disabled'))).toEqual([
      false,
      false,
      true,
      true,
      true,
      false,
    ]);
    expect(screen.getAllByTestId('put-back')).toHaveLength(1);
    expect(screen.getByTestId('sdk-import')).toHaveProperty('disabled', true);
    fireEvent.change(screen.getByTestId('sdk-password'), { target: { value: 'seed' } });
    expect(screen.getByTestId('sdk-import')).toHaveProperty('disabled', false);
    fireEvent.click(radios[1] ?? document.body);
    expect(screen.queryByTestId('sdk-password')).toBeNull();
    fireEvent.click(screen.getByTestId('sdk-import'));
    await act(settle);
    expect(bridge.next('sdk.import').params).toEqual({
      folder: 'folder-1',
      aid: 'open.aun.test',
      password: '',
      network: 'aun.test',
    });
  });

  it('takes an identity over with the two codes of the other device', async () => {
    useAppStore.setState({ networks: [{ ...local, running: true }] });
    fireEvent.click(screen.getByTestId('restore-transfer'));
    fireEvent.change(screen.getByTestId('restore-aid'), { target: { value: ' Me01.aun.test' } });
    fireEvent.change(screen.getByTestId('claim-code'), { target: { value: 'TX-1 ' } });
    expect(screen.getByTestId('claim')).toHaveProperty('disabled', true);
    fireEvent.change(screen.getByTestId('claim-password'), { target: { value: '1234' } });
    fireEvent.click(screen.getByTestId('claim'));
    await act(settle);
    expect(bridge.next('custody.claimTransfer').params).toEqual({
      network: 'aun.test',
      aid: 'me01.aun.test',
      transferCode: 'TX-1',
      oneTimePassword: '1234',
    });
  });

  it('puts a removed identity back, and erases one only after its address was typed', async () => {
    fireEvent.click(screen.getByTestId('restore-removed'));
    await act(() =>
      bridge.next('account.listRemoved').answer({
        accounts: [{ account: 'old1.aun.test', network: 'aun.test', removedAt: 0 }],
      }),
    );
    fireEvent.click(screen.getByTestId('erase-removed'));
    expect(screen.getByTestId('erase-confirm')).toHaveProperty('disabled', true);
    fireEvent.change(screen.getByTestId('typed-address'), { target: { value: 'old1.aun.test' } });
    fireEvent.click(screen.getByTestId('erase-confirm'));
    expect(bridge.next('account.eraseRemoved').params).toEqual({
      account: 'old1.aun.test',
      confirm: 'old1.aun.test',
    });
    fireEvent.click(screen.getByTestId('put-back'));
    expect(bridge.next('account.putBack').params).toEqual({ account: 'old1.aun.test' });
  });
});
