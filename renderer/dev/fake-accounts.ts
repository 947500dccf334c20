import type { Account } from '../../shared/model/account';
import { emit, fail, scene, type Handlers } from './fake-engine';
import { accounts as sampleAccounts, account, conversations, online, start } from './fake-data';

function sceneAccounts(): Account[] {
  if (scene.has('onboarding')) return [];
  const [first, ...others] = sampleAccounts;
  if (first === undefined) return [];
  const blocked = [...scene].find((flag) => flag.startsWith('blocked='))?.slice('blocked='.length);
  const session: Account['session'] = scene.has('offline')
    ? { ...online, state: 'offline' }
    : scene.has('backing-off')
      ? {
          ...online,
          state: 'backing-off',
          retryAt: start + 14_000,
          problem: { code: 'gateway_unreachable', detail: '' },
        }
      : scene.has('blocked')
        ? {
            ...online,
            state: 'blocked',
            blocked: 'signed_in_elsewhere',
            notice: {
              'new_extra_info.app': 'Parley',
              'new_extra_info.host': 'studio-laptop',
              'new_extra_info.started_at': String(start - 240_000),
              reason: 'Connection replaced',
            },
          }
        : scene.has('evicted')
          ? {
              ...online,
              state: 'blocked',
              blocked: 'evicted_by_quota',
              notice: { 'evicted_by.device_id': '1f20c3', 'evicted_by.slot_id': 'work' },
            }
          : scene.has('skew')
            ? { ...online, clockSkewMs: 7_400_000 }
            : scene.has('database')
              ? {
                  ...online,
                  state: 'blocked',
                  blocked: 'database_damaged',
                  problem: { code: 'database_damaged', detail: 'page 412: checksum' },
                }
              : scene.has('key')
                ? {
                    ...online,
                    state: 'blocked',
                    blocked: 'key_unreadable',
                    problem: { code: 'key_unreadable', detail: 'keyring locked' },
                  }
                : blocked === 'captive_portal' || blocked === 'clock_wrong' || blocked === 'archived'
                  ? { ...online, state: 'blocked', blocked }
                  : online;
  const named = scene.has('long-name') ? { displayName: 'Wilhelmina Featherstonehaugh-Cholmondeley' } : {};
  const attention: Account['attention'] = scene.has('attention')
    ? ['backup_missing', 'certificate_expiring', 'profile_changed_elsewhere']
    : [];
  const few = [{ ...first, ...named, session, attention }, ...others];
  if (!scene.has('ten')) return few;
  const names = ['Atlas', '周末读书会', 'Night shift', '阿宁', 'Seminar', 'Marta N.', '客服'];
  return [
    ...few,
    ...names.map((name, index) =>
      account(`identity_${index + 4}.agentid.pub`, name, (index * 47 + 70) % 360, {
        unread: [0, 4, 0, 37, 0, 0, 1][index] ?? 0,
        notifications: index % 3 === 1 ? 'none' : 'all',
        wantsOnline: index !== 4,
        attention: index === 2 ? ['certificate_expired'] : [],
        session: index === 4 ? { ...online, state: 'idle' } : online,
      }),
    ),
  ];
}

let accounts = sceneAccounts();

/** The identities of now. */
export function allAccounts(): Account[] {
  return accounts;
}

export function accountOf(id: string): Account {
  return accounts.find((candidate) => candidate.account === id) ?? fail('unknown_account');
}

export function putAccount(changed: Account): Account {
  accounts = accounts.some((candidate) => candidate.account === changed.account)
    ? accounts.map((candidate) => (candidate.account === changed.account ? changed : candidate))
    : [...accounts, changed];
  emit({ event: 'account.changed', data: { account: changed.account, snapshot: changed } });
  return changed;
}

/** An identity that was made or brought here just now. */
export function addAccount(aid: string, network: string, displayName: string): Account {
  conversations.set(aid, []);
  return putAccount(account(aid, displayName, 310, { network }));
}

function removeAccount(aid: string): void {
  accounts = accounts.filter((candidate) => candidate.account !== aid);
  emit({ event: 'account.removed', data: { account: aid } });
}

type Names =
  | 'account.list'
  | 'account.create'
  | 'account.connect'
  | 'account.disconnect'
  | 'account.reregister'
  | 'account.reorder'
  | 'account.update'
  | 'account.remove'
  | 'account.listRemoved'
  | 'account.putBack'
  | 'account.eraseRemoved';

let removed = scene.has('removed')
  ? [
      { account: 'old_project.agentid.pub', network: 'agentid.pub', removedAt: start - 40 * 86_400_000 },
      { account: 'seminar-2024.example-university.edu', network: 'example-university.edu', removedAt: start },
    ]
  : [];

/** Commands about the list of identities. */
export const fakeAccounts: Handlers<Names> = {
  'account.list': () => ({ accounts }),
  'account.create': ({ network, name, displayName }) => {
    if (name.startsWith('fail')) fail('gateway_unreachable');
    return addAccount(`${name}.${network}`, network, displayName);
  },
  'account.connect': ({ account: aid }) =>
    putAccount({ ...accountOf(aid), wantsOnline: true, session: online }),
  'account.disconnect': ({ account: aid }) =>
    putAccount({ ...accountOf(aid), wantsOnline: false, session: { ...online, state: 'idle' } }),
  'account.reregister': ({ account: aid }) => putAccount({ ...accountOf(aid), session: online }),
  'account.reorder': ({ accounts: order }) => {
    const place = (aid: string): number => (order.includes(aid) ? order.indexOf(aid) : order.length);
    accounts = [...accounts].sort((first, second) => place(first.account) - place(second.account));
    emit({
      event: 'account.order',
      data: { account: null, accounts: accounts.map((candidate) => candidate.account) },
    });
    return { accounts };
  },
  'account.update': ({ account: aid, displayName, hue, notifications }) => {
    const known = accountOf(aid);
    return putAccount({
      ...known,
      displayName: displayName ?? known.displayName,
      hue: hue === undefined ? known.hue : (hue ?? 212),
      hueChosen: hue === undefined ? known.hueChosen : hue !== null,
      notifications: notifications ?? known.notifications,
    });
  },
  'account.remove': ({ account: aid }) => {
    removeAccount(aid);
    return {};
  },
  'account.listRemoved': () => ({ accounts: removed }),
  'account.putBack': ({ account: aid }) => {
    removed = removed.filter((candidate) => candidate.account !== aid);
    return addAccount(aid, aid.split('.').slice(1).join('.'), '');
  },
  'account.eraseRemoved': ({ account: aid }) => {
    removed = removed.filter((candidate) => candidate.account !== aid);
    return {};
  },
};
