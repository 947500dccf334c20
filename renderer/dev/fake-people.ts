import type { Conversation } from '../../shared/model/conversation';
import type { Notice } from '../../shared/model/message';
import type { Contact } from '../../shared/model/people';
import { conversations, main, message, start, text, timelines } from './fake-data';
import { emit, fail, scene, type Handlers } from './fake-engine';
import { certificate } from './fake-identity';
import { documents, profileOf } from './fake-people-profiles';

const hour = 3_600_000;
const day = 24 * hour;
const key = (seed: string): string => `sha256:${seed.repeat(4)}`;
const firstKey = key('70d1e95b2c8f4a63');
const newKey = key('e4b80c17f2d6935a');

type Names =
  | 'contact.get'
  | 'contact.list'
  | 'contact.setAlias'
  | 'contact.safetyNumber'
  | 'contact.verify'
  | 'contact.unverify'
  | 'contact.acceptKeys'
  | 'certificate.peer'
  | 'profile.peer'
  | 'profile.acceptOlder'
  | 'link.take';

const changedKeys: Contact['keyChange'] = {
  at: start - 3 * hour,
  previousKey: firstKey,
  newKey,
  accepted: false,
};
const facts: Readonly<Record<string, Partial<Contact>>> = {
  lin_wei: { trust: 'verified', verifiedAt: start - 40 * day, verifiedBy: 'manual' },
  omar: {
    trust: 'changed_after_verification',
    verifiedAt: start - 90 * day,
    verifiedBy: 'qr',
    keyChange: changedKeys,
  },
  nadia: { trust: 'changed', keyChange: { ...changedKeys, at: start - 26 * hour } },
  viktor: { trust: 'revoked' },
  new_colleague: { trust: 'unknown', keyFingerprint: null, firstSeenAt: null },
};
const contacts = new Map<string, Contact>();

function rowOf(account: string, aid: string): Conversation | undefined {
  return conversations.get(account)?.find((row) => row.conversation === aid);
}

function contactOf(account: string, aid: string): Contact {
  const known = contacts.get(`${account} ${aid}`);
  if (known !== undefined) return known;
  const row = rowOf(account, aid);
  return {
    account,
    aid,
    title: row?.title ?? aid,
    alias: '',
    kind: row?.peerKind ?? 'unknown',
    declaredName: row === undefined || row.title === aid ? '' : row.title,
    profileStatus: row?.profileStatus ?? 'none',
    firstSeenAt: start - 120 * day,
    keyFingerprint: firstKey,
    trust: 'seen',
    verifiedAt: null,
    verifiedBy: null,
    keyChange: null,
    ...facts[aid.split('.')[0] ?? ''],
  };
}

function putRow(account: string, row: Conversation | undefined, change: Partial<Conversation>): void {
  if (row === undefined) return;
  const changed = { ...row, ...change };
  const rows = conversations.get(account) ?? [];
  conversations.set(
    account,
    rows.map((other) => (other === row ? changed : other)),
  );
  emit({ event: 'conversation.changed', data: { account, conversations: [changed] } });
}

function note(aid: string, at: number, notice: Notice, detail = ''): ReturnType<typeof message> {
  return message(aid, false, at, { kind: 'notice', notice, detail }, { protection: 'none' });
}

function put(contact: Contact, notice: Notice | null): Contact {
  const { account, aid } = contact;
  contacts.set(`${account} ${aid}`, contact);
  emit({ event: 'contact.changed', data: { account, contact } });
  const security =
    contact.trust === 'verified' ? 'verified' : contact.trust === 'seen' ? 'encrypted' : undefined;
  putRow(account, rowOf(account, aid), {
    title: contact.title,
    ...(security === undefined ? {} : { security }),
  });
  if (notice !== null) {
    const line = note(aid, Date.now(), notice);
    timelines.set(`${account} ${aid}`, [...(timelines.get(`${account} ${aid}`) ?? []), line]);
    emit({ event: 'message.changed', data: { account, conversation: aid, messages: [line] } });
  }
  return contact;
}

function qrText(account: string, aid: string): string {
  return `aun-verify:1?a=${account}&ka=${'9f3a'.repeat(16)}&b=${aid}&kb=${firstKey.slice(7)}`;
}

/** Believable people for looking at the window. Development only. */
export const fakePeople: Handlers<Names> = {
  'contact.get': ({ account, aid }) => contactOf(account, aid),
  'contact.list': ({ account, only }) => {
    const rows = (conversations.get(account) ?? []).filter((row) => row.kind === 'direct');
    const all = scene.has('empty') ? [] : rows.map((row) => contactOf(account, row.conversation));
    return { contacts: all.filter((contact) => only === 'all' || contact.trust === 'verified') };
  },
  'contact.setAlias': ({ account, aid, alias }) => {
    const known = contactOf(account, aid);
    return put({ ...known, alias, title: alias || known.declaredName || aid }, null);
  },
  'contact.safetyNumber': ({ account, aid }) => {
    const contact = contactOf(account, aid);
    if (contact.keyFingerprint === null) return fail('not_found');
    return {
      groups: [
        '03917',
        '88204',
        '51736',
        '20095',
        '77461',
        '00382',
        '64919',
        '35570',
        '18843',
        '92206',
        '47715',
        '60158',
      ],
      qr: qrText(account, aid),
      ownKey: key('9f3a9f3a9f3a9f3a'),
      peerKey: contact.keyChange?.newKey ?? contact.keyFingerprint,
    };
  },
  'contact.verify': ({ account, aid, qr }) => {
    if (qr?.includes('differs') === true) fail('safety_number_differs');
    const verifiedBy = qr === undefined ? 'manual' : 'qr';
    const known = contactOf(account, aid);
    const change = known.keyChange === null ? null : { ...known.keyChange, accepted: true };
    return put(
      { ...known, trust: 'verified', verifiedAt: Date.now(), verifiedBy, keyChange: change },
      'verified',
    );
  },
  'contact.unverify': ({ account, aid }) =>
    put({ ...contactOf(account, aid), trust: 'seen', verifiedAt: null, verifiedBy: null }, 'unverified'),
  'contact.acceptKeys': ({ account, aid }) => {
    const known = contactOf(account, aid);
    const change = known.keyChange === null ? null : { ...known.keyChange, accepted: true };
    return put(
      { ...known, trust: 'seen', keyFingerprint: newKey, keyChange: change, verifiedAt: null },
      'keys_accepted',
    );
  },
  'certificate.peer': ({ aid }) => {
    if (scene.has('offline')) fail('network_unreachable');
    if (aid.startsWith('new_')) return { certificates: [] };
    const revoked = aid.startsWith('viktor');
    const expired = aid.startsWith('museum');
    return {
      certificates: [
        certificate(aid, {
          ...(revoked ? { status: 'revoked', revocation: 'revoked' } : {}),
          ...(expired ? { status: 'expired', notBefore: start - 100 * day, notAfter: start - 10 * day } : {}),
          ...(aid.startsWith('hana')
            ? { status: 'valid_unchecked', revocation: 'unknown', warnings: ['revocation_unknown'] }
            : {}),
        }),
      ],
    };
  },
  'profile.peer': ({ aid }) => {
    if (scene.has('offline') && !documents.has(aid)) fail('network_unreachable');
    return profileOf(aid);
  },
  'profile.acceptOlder': ({ aid }) => ({ ...profileOf(aid), warning: null }),
  'link.take': ({ settled }) => {
    if (settled.length > 0) scene.delete('link');
    if (!scene.has('link')) return { links: [] };
    const invitation = scene.has('group-link') ? 'aun://group.agentid.pub/agents-lab' : null;
    return {
      links: [
        { aid: invitation === null ? 'hana.agentid.pub' : '', invitation },
        { aid: 'planner.agentid.pub', invitation: null },
      ],
    };
  },
};

const more: readonly Partial<Conversation>[] = [
  {
    conversation: 'nadia.agentid.pub',
    title: 'Nadia Haddad',
    peerKind: 'human',
    profileStatus: 'verified',
    security: 'keys_changed',
    waiting: 'keys_changed',
  },
  {
    conversation: 'viktor.agentid.pub',
    title: 'Viktor',
    peerKind: 'human',
    profileStatus: 'older_key',
    security: 'revoked',
    waiting: 'certificate_revoked',
  },
  {
    conversation: 'museum.example.org',
    title: 'museum.example.org',
    profileStatus: 'invalid',
    security: 'certificate_unusable',
  },
  {
    conversation: 'planner.agentid.pub',
    title: 'Planner',
    peerKind: 'agent',
    profileStatus: 'verified',
  },
];
const [sample] = conversations.get(main) ?? [];
if (sample !== undefined && !scene.has('empty')) {
  const known = (conversations.get(main) ?? []).map((row): Conversation => {
    if (row.kind === 'self') return row;
    const security = row.conversation.startsWith('lin_wei') ? 'verified' : row.security;
    const profileStatus = row.conversation.startsWith('hana')
      ? 'unsigned'
      : row.peerKind === 'unknown'
        ? 'none'
        : 'verified';
    const recent = row.conversation.startsWith('omar') ? { lastActivityAt: start - 2 * hour } : {};
    return { ...row, security, profileStatus, ...recent };
  });
  const added = more.map((row, index): Conversation => {
    const aid = row.conversation ?? '';
    const at = start - (index + 4) * hour;
    const lines = [
      message(aid, false, at - 2 * day, text('下周的展览几点开始？')),
      ...(row.security === 'keys_changed' ? [note(aid, at, 'keys_changed')] : []),
      ...(row.security === 'revoked' ? [note(aid, at, 'certificate_revoked')] : []),
      ...(row.waiting == null
        ? []
        : [
            message(aid, true, at + hour, text('I will bring the printed plans.'), {
              state: 'queued',
              stateReason: row.waiting,
            }),
          ]),
    ];
    timelines.set(`${main} ${aid}`, lines);
    return {
      ...sample,
      peerKind: 'unknown',
      profileStatus: 'none',
      security: 'encrypted',
      preview: '下周的展览几点开始？',
      previewKind: 'text',
      previewOwn: false,
      previewState: null,
      lastActivityAt: at,
      unread: 0,
      readUpTo: lines.at(-1)?.id ?? 0,
      ...row,
    };
  });
  conversations.set(main, [...known, ...added]);
  const planner = timelines.get(`${main} planner.agentid.pub`);
  const notices = ['verified', 'unverified', 'own_keys_changed', 'keys_accepted', 'restored'] as const;
  planner?.push(
    ...notices.map((notice, index) => note('planner.agentid.pub', start - (5 - index) * 60_000, notice)),
  );
  timelines.get(`${main} omar.agentid.pub`)?.push(note('omar.agentid.pub', start - 3 * hour, 'keys_changed'));
}
