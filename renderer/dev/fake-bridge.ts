import type { ParleyBridge } from '../../shared/bridge/api';
import type { CommandResult, ParsedParams } from '../../shared/bridge/contract';
import type { Conversation } from '../../shared/model/conversation';
import type { Message } from '../../shared/model/message';
import { defaultSettings } from '../../shared/model/default-settings';
import type { Settings, VaultStatus } from '../../shared/model/settings';
import { allAccounts, fakeAccounts, putAccount } from './fake-accounts';
import { fakeBackup } from './fake-backup';
import { conversations, localNetwork, message, networks, timelines } from './fake-data';
import { emit, fail, listeners, scene, type Handlers } from './fake-engine';
import { fakeIdentity } from './fake-identity';
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

function timelineOf(account: string, conversation: string): Message[] {
  const key = `${account} ${conversation}`;
  const known = timelines.get(key) ?? [];
  timelines.set(key, known);
  return known;
}

function conversationOf(account: string, id: string): Conversation {
  return conversations.get(account)?.find((row) => row.conversation === id) ?? fail('unknown_conversation');
}

function putConversation(account: string, changed: Conversation): Conversation {
  const rows = (conversations.get(account) ?? []).filter((row) => row.conversation !== changed.conversation);
  conversations.set(account, [changed, ...rows]);
  emit({ event: 'conversation.changed', data: { account, conversations: [changed] } });
  return changed;
}

function putMessage(account: string, changed: Message): Message {
  const timeline = timelineOf(account, changed.conversation);
  const index = timeline.findIndex((candidate) => candidate.id === changed.id);
  if (index < 0) timeline.push(changed);
  else timeline[index] = changed;
  emit({
    event: 'message.changed',
    data: { account, conversation: changed.conversation, messages: [changed] },
  });
  return changed;
}

function findMessage(account: string, id: number): Message {
  for (const [key, timeline] of timelines) {
    const found = key.startsWith(`${account} `)
      ? timeline.find((candidate) => candidate.id === id)
      : undefined;
    if (found !== undefined) return found;
  }
  return fail('unknown_message');
}

function page(params: ParsedParams<'message.page'>): CommandResult<'message.page'> {
  const all = timelineOf(params.account, params.conversation);
  const { limit } = params;
  const at = (id: number): number => all.findIndex((candidate) => candidate.id === id);
  let from = Math.max(0, all.length - limit);
  if (params.before !== undefined) from = Math.max(0, at(params.before.id) - limit);
  else if (params.after !== undefined) from = at(params.after.id) + 1;
  else if (params.around !== undefined) from = Math.max(0, at(params.around) - Math.floor(limit / 2));
  const to = params.before === undefined ? from + limit : at(params.before.id);
  return { messages: all.slice(from, to), hasOlder: from > 0, hasNewer: to < all.length };
}

function send(params: ParsedParams<'message.send'>): Message {
  if (params.text.includes('!fail')) fail('disk_full');
  const sending = scene.has('offline');
  const base = message(params.conversation, true, Date.now(), {
    kind: 'text',
    text: params.text,
    format: 'plain',
  });
  const first = putMessage(params.account, {
    ...base,
    sender: params.account,
    state: sending ? 'queued' : 'sending',
    stateReason: sending ? 'offline' : null,
  });
  putConversation(params.account, {
    ...conversationOf(params.account, params.conversation),
    preview: params.text,
    previewKind: 'text',
    previewOwn: true,
    previewState: first.state,
    lastActivityAt: first.sortAt,
    draft: '',
  });
  if (!sending) {
    setTimeout(() => putMessage(params.account, { ...first, state: 'sent' }), 200);
    setTimeout(() => putMessage(params.account, { ...first, state: 'delivered' }), 500);
    setTimeout(() => {
      const answer = message(params.conversation, false, Date.now(), {
        kind: 'text',
        text: `收到：${params.text}`,
        format: 'plain',
      });
      putMessage(params.account, answer);
    }, 900);
  }
  return first;
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
  'conversation.list': ({ account, limit, offset }) => {
    const rows = scene.has('empty') ? [] : (conversations.get(account) ?? []);
    const sorted = [...rows].sort((first, second) => second.lastActivityAt - first.lastActivityAt);
    return { conversations: sorted.slice(offset, offset + limit), total: rows.length };
  },
  'conversation.open': ({ account, peer }) => {
    const known = conversations.get(account)?.find((row) => row.conversation === peer);
    if (known !== undefined) return known;
    const [sample] = conversations.get('mei-release-team.agentid.pub') ?? [];
    if (sample === undefined) return fail('internal');
    return putConversation(account, {
      ...sample,
      conversation: peer,
      kind: peer === account ? 'self' : 'direct',
      title: peer,
      security: 'unknown',
      lastActivityAt: Date.now(),
    });
  },
  'conversation.markRead': ({ account, conversation, upTo }) =>
    putConversation(account, { ...conversationOf(account, conversation), unread: 0, readUpTo: upTo }),
  'conversation.setDraft': ({ account, conversation, text }) => {
    putConversation(account, { ...conversationOf(account, conversation), draft: text });
    return {};
  },
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
  'message.page': page,
  'message.send': send,
  'message.retry': ({ account, id }) =>
    putMessage(account, { ...findMessage(account, id), state: 'sending', stateReason: null }),
  'message.cancel': ({ account, id }) => {
    const found = findMessage(account, id);
    const key = `${account} ${found.conversation}`;
    timelines.set(
      key,
      (timelines.get(key) ?? []).filter((candidate) => candidate.id !== id),
    );
    emit({ event: 'message.removed', data: { account, conversation: found.conversation, ids: [id] } });
    return { text: found.content.kind === 'text' ? found.content.text : '' };
  },
  'message.raw': () => ({
    json: JSON.stringify({
      type: 'e2ee.encrypted',
      version: '1',
      encryption_mode: 'prekey_ecdh_v2',
      suite: 'P256_HKDF_SHA256_AES_256_GCM',
      prekey_id: '7f3c1d',
      ciphertext: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ'.repeat(6),
      tag: 'AAECAwQFBgcICQoLDA0ODw==',
    }),
  }),
  'message.heal': () => ({ healed: 0, remaining: 1 }),
  'message.search': ({ accounts: where, query, conversation, limit }) => {
    const needle = query.toLowerCase();
    const hits: CommandResult<'message.search'>['hits'] = [];
    for (const [key, timeline] of timelines) {
      const [owner = '', peer = ''] = key.split(' ');
      if (!where.includes(owner) || (conversation !== undefined && conversation !== peer)) continue;
      for (const found of [...timeline].reverse()) {
        if (found.content.kind !== 'text' || hits.length >= limit) continue;
        const at = found.content.text.toLowerCase().indexOf(needle);
        if (at < 0) continue;
        const from = Math.max(0, at - 24);
        const excerpt = `${from > 0 ? '…' : ''}${found.content.text.slice(from, at + 80)}`;
        const shift = at - from + (from > 0 ? 1 : 0);
        hits.push({
          account: owner,
          message: found,
          title: conversationOf(owner, peer).title,
          excerpt,
          ranges: [[shift, shift + needle.length]],
        });
      }
    }
    return { hits };
  },
  ...fakeAccounts,
  ...fakeIdentity,
  ...fakeBackup,
  ...fakePeople,
  ...fakeProfile,
};

const defaults: Readonly<Record<string, unknown>> = { limit: 60, offset: 0 };

const bridge: ParleyBridge = {
  invoke: async (command, params) => {
    const slow =
      command === 'account.create' || command === 'network.startLocal' || command === 'network.probe';
    const hang = slow && scene.has('hang');
    await new Promise((resolve) => setTimeout(resolve, hang ? 60_000 : slow ? 600 : 4));
    const handler = handlers[command] as (input: unknown) => never;
    return handler({
      ...(command === 'conversation.list' ? { ...defaults, limit: 200 } : defaults),
      ...params,
    });
  },
  onEvents: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

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
