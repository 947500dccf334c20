import './no-eval';
import type { ParleyBridge } from '../../shared/bridge/api';
import { commands } from '../../shared/bridge/contract';
import { defaultSettings } from '../../shared/model/default-settings';
import type { Settings, VaultStatus } from '../../shared/model/settings';
import { allAccounts, fakeAccounts, putAccount } from './fake-accounts';
import { fakeBackup } from './fake-backup';
import { fakeAttachments } from './fake-attachments';
import { fakeConversations } from './fake-conversations';
import { addDailyLife } from './fake-daily';
import { localNetwork, networks } from './fake-data';
import { emit, fail, listeners, scene, type Handlers } from './fake-engine';
import { fakeGroupResources } from './fake-group-resources';
import { fakeGroups } from './fake-groups';
import { addGroupLife } from './fake-groups-chat';
import { addGroupTalk } from './fake-groups-talk';
import { fakeIdentity } from './fake-identity';
import { addSampleMessages } from './fake-messages';
import { fakeMessageCommands } from './fake-message-commands';
import { fakePeople } from './fake-people';
import { fakeProfile } from './fake-profile';

/**
 * An engine made of data in memory, to look at the window in a plain browser. Development only: nothing in the product
 * imports it. The hash of the address chooses the scene, for example `#empty,dark,zh-CN`.
 */
let settings: Settings = {
  ...defaultSettings,
  theme: scene.has('dark') ? 'dark' : scene.has('light') ? 'light' : 'system',
  language: scene.has('zh-CN') ? 'zh-CN' : 'en',
};
let vault: VaultStatus = {
  backend: scene.has('passphrase') ? 'passphrase' : scene.has('weak') ? 'file' : 'gnome_libsecret',
  protected: !scene.has('weak'),
  locked: scene.has('locked'),
  passphraseSet: scene.has('passphrase') || scene.has('locked'),
  systemStore: scene.has('weak') ? null : 'GNOME Keyring',
};
let wrongPassphrases = 0;

function changeVault(change: Partial<VaultStatus>): VaultStatus {
  vault = { ...vault, ...change };
  emit({ event: 'vault.changed', data: { account: null, vault } });
  return vault;
}

function checkPassphrase(passphrase: string): void {
  if (passphrase === 'open sesame') return;
  wrongPassphrases += 1;
  fail('vault_wrong_passphrase', wrongPassphrases > 1 ? { retryAfterMs: 8000 } : {});
}

const handlers: Handlers = {
  'app.info': () => ({
    version: '0.1.0',
    runtime: 'Electron 45.4.1 (Chromium 148, Node 24.4)',
    platform: 'Linux 6.8 x64',
    locale: settings.language === 'zh-CN' ? 'zh-CN' : 'en-GB',
    dataFolder: '/home/mei/.config/parley',
    vault,
  }),
  'app.settings.get': () => settings,
  'app.settings.set': (change) => {
    settings = {
      ...settings,
      ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
    };
    return settings;
  },
  'app.openLink': () => ({ opened: true }),
  'app.showDataFolder': () => ({ shown: true }),
  'app.reportError': () => ({}),
  'vault.status': () => vault,
  'vault.unlock': ({ passphrase }) => {
    checkPassphrase(passphrase);
    return changeVault({ locked: false });
  },
  'vault.setPassphrase': () => changeVault({ backend: 'passphrase', protected: true, passphraseSet: true }),
  'vault.changePassphrase': ({ current }) => {
    checkPassphrase(current);
    return vault;
  },
  'vault.removePassphrase': ({ current }) => {
    checkPassphrase(current);
    return changeVault({ backend: 'gnome_libsecret', passphraseSet: false });
  },
  'vault.lock': () => changeVault({ locked: true }),
  'network.list': () => ({ networks: [...networks] }),
  'network.probe': ({ address }) =>
    address.includes('nowhere')
      ? fail('discovery_failed')
      : {
          issuer: 'campus.example.org',
          gatewayUrl: 'wss://gateway.campus.example.org/aun',
          rootPem: '-----BEGIN CERTIFICATE-----',
          rootFingerprint: `sha256:${'c4a9e07d13f8b256'.repeat(4)}`,
          rootSubject: 'CN=Campus AUN Root CA 2026',
          loopback: address.includes('127.0.0.1'),
          publicRoot: false,
        },
  'network.add': ({ issuer, gatewayUrl }) => ({
    id: issuer,
    issuer,
    kind: 'issuer',
    gatewayUrl,
    rootFingerprint: null,
    running: false,
  }),
  'network.startLocal': () => localNetwork,
  'network.checkName': ({ network, name }) => {
    if (scene.has('offline')) fail('network_unreachable');
    const taken = ['alice', 'mei_zhang', 'taken'].includes(name);
    return {
      aid: `${name}.${network}`,
      available: !taken,
      suggestions: taken ? [`${name}_24`, `${name}-aun`, `hi-${name}`] : [],
    };
  },
  'app.settled': () => ({}),
  'app.viewing': () => ({}),
  'peer.lookup': ({ aid }) => {
    if (scene.has('offline')) fail('network_unreachable');
    const exists = !aid.startsWith('nobody');
    return {
      aid,
      exists,
      hasKeys: exists && !aid.startsWith('new_'),
      online: aid.startsWith('lin'),
      certificateFingerprint: exists ? `sha256:${'7be2f01c5d9a4836'.repeat(4)}` : null,
    };
  },
  ...fakeConversations,
  ...fakeMessageCommands,
  ...fakeAttachments,
  ...fakeAccounts,
  ...fakeGroups,
  ...fakeGroupResources,
  ...fakeIdentity,
  ...fakeBackup,
  ...fakePeople,
  ...fakeProfile,
};

const bridge: ParleyBridge = {
  invoke: async (command, params) => {
    const slow =
      command === 'account.create' || command === 'network.startLocal' || command === 'network.probe';
    const hang = slow && scene.has('hang');
    await new Promise((resolve) => setTimeout(resolve, hang ? 60_000 : slow ? 600 : 4));
    const handler = handlers[command] as (input: unknown) => never;
    // The product's router fills in the defaults of the contract; so does this one.
    return handler(commands[command].params.parse(params));
  },
  onEvents: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

addSampleMessages();
addGroupLife();
addGroupTalk();
addDailyLife();
Object.defineProperty(window, 'parley', { value: bridge });
if (scene.has('catching-up')) {
  setTimeout(() => {
    const [first] = allAccounts();
    if (first !== undefined) putAccount({ ...first, catchingUp: 4120 });
  }, 300);
}
if (scene.has('notice')) {
  setTimeout(
    () => emit({ event: 'app.notice', data: { account: null, code: 'disk_full', detail: '' } }),
    300,
  );
}
