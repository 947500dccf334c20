// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import type { BackupProgress } from '../../../../shared/model/backup';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTexts } from '../../../i18n';
import { useAppStore } from '../../../stores/app-store';
import { fakeInvoke, type PendingCall } from '../../../stores/fake-invoke';
import { useNoticesStore } from '../../../stores/notices-store';
import { FilePanel } from './file-panel';
import { noSecret, readySecret, secretProblem } from './new-secret';
import { noPhone, readPhone, readyPhone } from './phone-code';

const good = 'kestrel orbit lantern 47 mango';
const onSaved = vi.fn();
let bridge: ReturnType<typeof fakeInvoke>;

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  onSaved.mockClear();
  useAppStore.setState({ jobs: {} });
  useNoticesStore.setState({ notices: [] });
  show();
  fireEvent.click(screen.getByTestId('backup-open'));
});
afterEach(cleanup);

function show(): void {
  render(
    <Tooltip.Provider>
      <FilePanel account="me.aun.test" onSaved={onSaved} />
    </Tooltip.Provider>,
  );
}

function progressOf(job: string, phase: BackupProgress['phase'], done = 500): BackupProgress {
  return { job, aid: 'me.aun.test', kind: 'create', phase, done, total: 2000, bytes: 64_000 };
}

function hear(progress: BackupProgress): void {
  const data = { account: 'me.aun.test', progress };
  act(() => useAppStore.getState().applyBatch([{ event: 'backup.progress', data }]));
}

function type(first: string, second: string): void {
  fireEvent.change(screen.getByTestId('secret'), { target: { value: first } });
  fireEvent.change(screen.getByTestId('secret-repeat'), { target: { value: second } });
}

function begin(): PendingCall {
  type(good, good);
  fireEvent.click(screen.getByTestId('backup-create'));
  return bridge.next('backup.create');
}

describe('FilePanel', () => {
  it('begins only with a passphrase that is long, hard to guess and typed twice', () => {
    const create = (): unknown => screen.getByTestId('backup-create');
    for (const [first, second] of [
      ['short', 'short'],
      ['aaaaaaaaaaaaaaaa', 'aaaaaaaaaaaaaaaa'],
      [good, `${good}!`],
    ] as const) {
      type(first, second);
      expect(create(), first).toHaveProperty('disabled', true);
    }
    type(good, good);
    expect(create()).toHaveProperty('disabled', false);
  });

  it('shows how far it is, and the result', async () => {
    const call = begin();
    const job = String(call.params['job']);
    expect(call.params).toMatchObject({ account: 'me.aun.test', contents: 'full', secret: good });
    hear(progressOf(job, 'history'));
    expect(screen.getByTestId('job').textContent).toContain('500 of 2,000');
    expect(screen.getByRole('progressbar')).toHaveProperty('value', 500);
    await act(() => call.answer({ saved: true, name: 'me.aunbackup', bytes: 1234, records: 2000 }));
    expect(screen.getByTestId('backup-saved').textContent).toContain('me.aunbackup');
    expect(onSaved).toHaveBeenCalledOnce();
  });

  it('cancels the job it began, and says that nothing is left', async () => {
    const call = begin();
    fireEvent.click(screen.getByTestId('job-cancel'));
    expect(bridge.next('backup.cancel').params).toEqual({ job: call.params['job'] });
    expect(screen.getByTestId('job-cancel')).toHaveProperty('disabled', true);
    await act(() => call.fail('cancelled'));
    expect(document.body.textContent).toContain('No file was left behind');
    expect(screen.queryByTestId('task-error')).toBeNull();
  });

  it('shows a job that goes on when the view is opened again, stops it, and says how it ended', async () => {
    const call = begin();
    const job = String(call.params['job']);
    hear(progressOf(job, 'history'));
    cleanup();
    show();
    expect(screen.getByTestId('job').textContent).toContain('500 of 2,000');
    hear(progressOf(job, 'attachments', 900));
    expect(screen.getByTestId('job').textContent).toContain('900 of 2,000');
    fireEvent.click(screen.getByTestId('job-cancel'));
    expect(bridge.next('backup.cancel').params).toEqual({ job });
    hear(progressOf(job, 'cancelled', 900));
    await act(() => call.fail('cancelled'));
    expect(screen.queryByTestId('job')).toBeNull();
    expect(screen.getByTestId('job-end').textContent).toBe('Cancelled');
    expect(useNoticesStore.getState().notices).toEqual([]);
    expect(onSaved).not.toHaveBeenCalled();
  });

  it('shows a job that a window which is gone had begun, and looks again when it is done', async () => {
    cleanup();
    bridge = fakeInvoke();
    show();
    await act(() => bridge.next('backup.jobs').answer({ jobs: [progressOf('of-old', 'history')] }));
    expect(screen.getByTestId('job').textContent).toContain('500 of 2,000');
    hear(progressOf('of-old', 'done', 2000));
    expect(screen.queryByTestId('job')).toBeNull();
    expect(screen.getByTestId('job-end').textContent).toBe('Done');
    expect(onSaved).toHaveBeenCalledOnce();
    // Another can be begun.
    fireEvent.click(screen.getByTestId('backup-open'));
    expect(begin().params['job']).not.toBe('of-old');
    expect(screen.getByTestId('job')).toBeTruthy();
  });

  it('shows no job of another identity, no restore, and none from an answer that came too late', async () => {
    cleanup();
    bridge = fakeInvoke();
    show();
    hear(progressOf('ended', 'done', 2000));
    const others: BackupProgress[] = [
      { ...progressOf('one', 'history'), aid: 'other.aun.test' },
      { ...progressOf('two', 'history'), kind: 'restore' },
      progressOf('ended', 'history'),
    ];
    await act(() => bridge.next('backup.jobs').answer({ jobs: others }));
    expect(screen.queryByTestId('job')).toBeNull();
  });

  it('tells of a failure also where the view is closed', async () => {
    const call = begin();
    cleanup();
    await act(() => call.fail('disk_full'));
    expect(useNoticesStore.getState().notices).toHaveLength(1);
  });

  it('keeps what is typed when no place was chosen, and forgets it when it is closed', async () => {
    const call = begin();
    await act(() => call.answer({ saved: false, name: '', bytes: 0, records: 0 }));
    expect(screen.getByTestId('secret')).toHaveProperty('value', good);
    fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    fireEvent.click(screen.getByTestId('backup-open'));
    expect(screen.getByTestId('secret')).toHaveProperty('value', '');
  });

  it('uses a recovery key only after the user says that it is saved', async () => {
    fireEvent.click(screen.getByRole('radio', { name: 'Recovery key' }));
    fireEvent.click(screen.getByTestId('generate-key'));
    await act(() => bridge.next('backup.recoveryKey').answer({ key: 'ABCD-EFGH-IJKL' }));
    expect(screen.getByTestId('recovery-key').textContent).toBe('ABCD-EFGH-IJKL');
    expect(screen.getByTestId('backup-create')).toHaveProperty('disabled', true);
    fireEvent.click(screen.getByTestId('key-saved'));
    fireEvent.click(screen.getByTestId('backup-create'));
    expect(bridge.next('backup.create').params).toMatchObject({ secret: 'ABCD-EFGH-IJKL' });
  });
});

describe('a new secret', () => {
  it('names the first thing that is wrong', () => {
    expect(secretProblem({ ...noSecret, first: 'eleven char' })).toBe('short');
    expect(secretProblem({ ...noSecret, first: '111111111111' })).toBe('weak');
    expect(secretProblem({ ...noSecret, first: good, second: 'other' })).toBe('differs');
    expect(readySecret({ ...noSecret, first: good, second: good })).toBe(good);
    expect(readySecret({ ...noSecret, kind: 'key', key: 'KEY', saved: false })).toBeNull();
  });
});

describe('a phone number', () => {
  it('is read as people write it', () => {
    expect(readPhone('+86 138-0000 0000')).toBe('+8613800000000');
    expect(readPhone('0049 (30) 123456')).toBe('+4930123456');
    expect(readPhone('13800000000')).toBeNull();
  });

  it('is ready once a code was sent there and typed', () => {
    const typed = { ...noPhone, phone: '+8613800000000', code: '1234' };
    expect(readyPhone(typed)).toBeNull();
    expect(readyPhone({ ...typed, codeUntil: 1 })).toEqual({ phone: '+8613800000000', code: '1234' });
  });
});
