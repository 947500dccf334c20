import type { BackupProgress } from '../../shared/model/backup';
import { addAccount } from './fake-accounts';
import { start } from './fake-data';
import { emit, fail, pause, scene, type Handlers } from './fake-engine';

const day = 86_400_000;
const cancelled = new Set<string>();
const running = new Map<string, BackupProgress>();

/** Runs through the phases of a long work, as fast as a person can follow. */
async function work(job: string, aid: string, kind: BackupProgress['kind']): Promise<void> {
  const total = 48_210;
  const phases = ['key', 'identity', 'history', 'history', 'history', 'attachments', 'finishing'] as const;
  for (const [index, phase] of phases.entries()) {
    if (cancelled.has(job)) {
      running.delete(job);
      fail('cancelled');
    }
    const done = Math.round((total * index) / phases.length);
    const progress = {
      job,
      aid,
      kind,
      phase,
      done,
      total: phase === 'key' ? null : total,
      bytes: done * 812,
    };
    running.set(job, progress);
    emit({ event: 'backup.progress', data: { account: null, progress } });
    // One that stays where a picture can be taken of it.
    await pause(scene.has('hang') && index === 4 ? 60_000 : 220);
  }
  running.delete(job);
}

type Names =
  | 'backup.status'
  | 'backup.dismissReminder'
  | 'backup.recoveryKey'
  | 'backup.create'
  | 'backup.choose'
  | 'backup.restore'
  | 'backup.jobs'
  | 'backup.cancel'
  | 'identity.exportPem'
  | 'sdk.choose'
  | 'sdk.import'
  | 'sdk.export'
  | 'custody.find'
  | 'custody.sendCode'
  | 'custody.backup'
  | 'custody.restore'
  | 'custody.offerTransfer'
  | 'custody.claimTransfer';

/** Commands about saving identities and bringing them here. */
export const fakeBackup: Handlers<Names> = {
  'backup.status': () =>
    scene.has('attention')
      ? { lastAt: null, lastVersion: null, custodyAt: null, reminder: true }
      : { lastAt: start - 12 * day, lastVersion: 2, custodyAt: null, reminder: false },
  'backup.dismissReminder': () => ({ lastAt: null, lastVersion: null, custodyAt: null, reminder: false }),
  'backup.recoveryKey': () => ({ key: 'K7QW-3MZP-9XHT-C4VD-2RJN-6BGY-8S' }),
  'backup.create': async ({ account, job, contents }) => {
    await work(job, account, 'create');
    return {
      saved: true,
      name: `mei_zhang.agentid.pub-2026-11-22.aunbackup`,
      bytes: contents === 'full' ? 39_146_520 : 48_212,
      records: contents === 'full' ? 48_210 : 31,
    };
  },
  'backup.choose': () =>
    scene.has('not-a-backup')
      ? fail('backup_not_a_backup')
      : {
          found: {
            file: 'file-1',
            name: 'mei_zhang.agentid.pub-2026-11-10.aunbackup',
            version: 2,
            aid: 'mei_zhang.agentid.pub',
            createdAt: start - 12 * day,
            bytes: 39_146_520,
            contents: ['identity', 'contacts', 'history', 'attachments'],
            held: scene.has('held') ? 'window' : scene.has('held-removed') ? 'removed' : 'no',
          },
        },
  'backup.restore': async ({ job, secret }) => {
    if (secret === 'wrong') fail('backup_wrong_passphrase');
    await work(job, 'mei_old.agentid.pub', 'restore');
    const restored = addAccount('mei_old.agentid.pub', 'agentid.pub', '');
    return {
      account: restored.account,
      messages: 47_902,
      conversations: 118,
      contacts: 164,
      files: 26,
      archived: scene.has('archived'),
    };
  },
  'backup.jobs': () => ({ jobs: [...running.values()] }),
  'backup.cancel': ({ job }) => {
    cancelled.add(job);
    return {};
  },
  'identity.exportPem': () => ({ saved: true }),
  'sdk.choose': () => ({
    found: {
      folder: 'folder-1',
      name: '.aun',
      identities: [
        {
          aid: 'mei_bot.agentid.pub',
          protection: 'password',
          generation: '0.2',
          certificate: 'valid',
          notAfter: start + 60 * day,
          olderKeys: 1,
          peers: 14,
          gatewayUrl: 'wss://gateway.agentid.pub/aun',
          held: 'no',
          problem: null,
        },
        {
          aid: 'notes-robot.agentid.pub',
          protection: 'seed_file',
          generation: '0.5',
          certificate: 'expired',
          notAfter: start - 9 * day,
          olderKeys: 0,
          peers: 0,
          gatewayUrl: null,
          held: 'no',
          problem: null,
        },
        {
          aid: 'mei_zhang.agentid.pub',
          protection: 'plain',
          generation: '0.2',
          certificate: 'valid',
          notAfter: start + 12 * day,
          olderKeys: 0,
          peers: 3,
          gatewayUrl: null,
          held: 'window',
          problem: null,
        },
        {
          aid: 'broken_one.agentid.pub',
          protection: 'unknown',
          generation: 'unknown',
          certificate: 'mismatch',
          notAfter: null,
          olderKeys: 0,
          peers: 0,
          gatewayUrl: null,
          held: 'no',
          problem: 'key_damaged',
        },
      ],
    },
  }),
  'sdk.import': async ({ aid, password, network }) => {
    await pause(500);
    if (password === 'wrong') fail('sdk_key_unreadable');
    return addAccount(aid, network, '');
  },
  'sdk.export': () => ({ saved: true }),
  'custody.find': () =>
    scene.has('no-custody')
      ? { available: false, host: null }
      : { available: true, host: 'aid_custody.agentid.pub' },
  'custody.sendCode': async () => {
    await pause(300);
    return { expiresInSeconds: 300, debugCode: scene.has('debug-code') ? '482913' : null };
  },
  'custody.backup': ({ code }) => (code === '000000' ? fail('custody_wrong_code') : { storedAt: Date.now() }),
  'custody.restore': async ({ aid, network, code }) => {
    await pause(500);
    if (code === '000000') fail('custody_wrong_code');
    return addAccount(aid, network, '');
  },
  'custody.offerTransfer': () => ({
    transferCode: 'TX-7K2M-94QD',
    oneTimePassword: '5821-0937-4416',
    expiresAt: Date.now() + 598_000,
  }),
  'custody.claimTransfer': async ({ aid, network }) => {
    await pause(500);
    return addAccount(aid, network, '');
  },
};
