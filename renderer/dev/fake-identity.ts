import type { AdvancedSettings } from '../../shared/model/account';
import type { CertificateView } from '../../shared/model/certificate';
import type { ConnectionEvent } from '../../shared/model/connection';
import { accountOf, putAccount } from './fake-accounts';
import { online, start } from './fake-data';
import { fail, pause, scene, type Handlers } from './fake-engine';

const minute = 60_000;
const day = 86_400_000;

const root = {
  subject: 'CN=AUN Root CA, O=AgentUnion',
  issuer: 'CN=AUN Root CA, O=AgentUnion',
  serial: '4f2a91',
  fingerprint: `sha256:${'3e8b51d20f96ac74'.repeat(4)}`,
  notBefore: start - 900 * day,
  notAfter: start + 2700 * day,
  trustAnchor: true,
};
const issuing = {
  ...root,
  subject: 'CN=agentid.pub Issuing CA 2',
  serial: '7710cc',
  fingerprint: `sha256:${'b1c9027fe4d8365a'.repeat(4)}`,
  notAfter: start + 800 * day,
  trustAnchor: false,
};

/** A certificate as the engine judges it. */
export function certificate(aid: string, more: Partial<CertificateView> = {}): CertificateView {
  return {
    subject: `CN=${aid}`,
    issuer: issuing.subject,
    serial: '0a9f3c21d7',
    fingerprint: `sha256:${'9f3a'.repeat(16)}`,
    keyFingerprint: `sha256:${'70d1e95b2c8f4a63'.repeat(4)}`,
    curve: 'P-256',
    notBefore: start - 41 * day,
    notAfter: start + 49 * day,
    status: 'valid',
    statusDetail: '',
    revocation: 'good',
    warnings: [],
    active: true,
    currentKey: true,
    chain: [issuing, root],
    pem: '-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n',
    ...more,
  };
}

function ownCertificates(aid: string): CertificateView[] {
  return [
    certificate(
      aid,
      scene.has('attention')
        ? { status: 'expiring', notAfter: start + 5 * day, notBefore: start - 85 * day }
        : {},
    ),
    certificate(aid, {
      active: false,
      serial: '0a9f3bffe0',
      fingerprint: `sha256:${'24bd'.repeat(16)}`,
      notBefore: start - 131 * day,
      notAfter: start - 41 * day,
      status: 'expired',
    }),
    certificate(aid, {
      active: false,
      currentKey: false,
      serial: '08117a60c4',
      fingerprint: `sha256:${'c07e'.repeat(16)}`,
      keyFingerprint: `sha256:${'15d3a98e7704bcf2'.repeat(4)}`,
      notBefore: start - 400 * day,
      notAfter: start - 310 * day,
      status: 'expired',
      revocation: 'unknown',
    }),
  ];
}

const url = 'wss://gateway.agentid.pub/aun';

function line(minutesAgo: number, more: Partial<ConnectionEvent>): ConnectionEvent {
  return {
    at: start - minutesAgo * minute,
    state: 'online',
    blocked: null,
    problem: null,
    gatewayUrl: url,
    attempt: 0,
    ...more,
  };
}

const history: ConnectionEvent[] = [
  line(1500, { state: 'discovering', gatewayUrl: null }),
  line(1499.99, { state: 'authenticating' }),
  line(1499.98, { state: 'connecting' }),
  line(1499.97, {}),
  line(420, {
    state: 'offline',
    problem: { code: 'network_unreachable', detail: 'getaddrinfo ENOTFOUND gateway.agentid.pub' },
  }),
  line(402, { state: 'discovering' }),
  line(401.9, {
    state: 'backing-off',
    attempt: 2,
    problem: { code: 'gateway_unreachable', detail: 'connect ECONNREFUSED 203.0.113.7:443' },
  }),
  line(401, { state: 'authenticating', attempt: 3 }),
  line(400.9, {}),
  line(75, { state: 'blocked', blocked: 'signed_in_elsewhere' }),
  line(62, { state: 'connecting' }),
  line(61, {}),
];

let advanced: AdvancedSettings = {
  slotId: 'main',
  deliveryMode: { mode: 'fanout' },
  deviceName: 'mei-desktop',
};
let imported = true;

type Names =
  | 'account.advanced.get'
  | 'account.advanced.set'
  | 'session.inspect'
  | 'session.report'
  | 'certificate.own'
  | 'certificate.renew'
  | 'certificate.rekey'
  | 'network.roots'
  | 'network.chooseRoot'
  | 'network.importRoot'
  | 'network.removeRoot';

/** Commands about one identity's session and certificates. */
export const fakeIdentity: Handlers<Names> = {
  'account.advanced.get': () => ({ ...advanced, deviceId: '5f0c2c1a-77d4-4b0e-9d55-2a1c6c1be203' }),
  'account.advanced.set': ({ account, settings }) => {
    advanced = settings;
    return putAccount({ ...accountOf(account), session: online });
  },
  'session.inspect': ({ account }) => ({
    history: scene.has('empty') ? [] : history,
    gateways: [
      { url, source: 'discovered', inUse: true },
      { url: 'wss://gateway-2.agentid.pub:8443/aun', source: 'discovered', inUse: false },
      { url: 'wss://gateway.old.agentid.pub/aun', source: 'remembered', inUse: false },
    ],
    heartbeatSeconds: 30,
    lastHeartbeatAt: Date.now() - 11_000,
    roundTripMs: 38,
    clockSkewMs: accountOf(account).session.clockSkewMs,
    onlineSince: start - 61 * minute,
    tokens: {
      accessExpiresAt: Date.now() + 41 * minute,
      refreshable: true,
      refreshDueAt: Date.now() + 36 * minute,
      refreshedAt: Date.now() - 19 * minute,
      refreshFailures: 0,
    },
    deviceId: '5f0c2c1a-77d4-4b0e-9d55-2a1c6c1be203',
    slotId: advanced.slotId,
    deliveryMode: advanced.deliveryMode.mode,
    protocol: 'aun/1',
    server: 'aun-gateway 0.5.4',
    features: ['message.v1', 'group.v1', 'agent_md_etag'],
    authServer: certificate('auth.agentid.pub', { warnings: ['issuer_differs'] }),
    environment: scene.has('environment')
      ? {
          variable: 'AUN_ENV',
          value: 'development',
          verifyTls: false,
          rootCaPath: '/etc/aun/campus-root.pem',
          rootCaLoaded: 1,
          seedPassword: 'set',
          trustAuthorityPath: '/etc/aun/authority.pem',
          problems: [],
        }
      : {
          variable: null,
          value: null,
          verifyTls: true,
          rootCaPath: null,
          rootCaLoaded: 0,
          seedPassword: 'none',
          trustAuthorityPath: null,
          problems: [],
        },
  }),
  'session.report': ({ account }) => ({ text: `Parley 0.1.0\nidentity ${account}\nstate online\n` }),
  'certificate.own': ({ account }) => ({
    certificates: ownCertificates(account),
    renewal: scene.has('attention')
      ? { dueAt: start - day, lastTriedAt: start - 3 * 3_600_000, problem: 'HTTP 503 from auth.agentid.pub' }
      : { dueAt: start + 34 * day, lastTriedAt: null, problem: '' },
  }),
  'certificate.renew': async ({ account }) => {
    await pause(600);
    if (scene.has('offline')) fail('network_unreachable');
    return { certificates: ownCertificates(account) };
  },
  'certificate.rekey': async ({ account }) => {
    await pause(900);
    return putAccount({ ...accountOf(account), certificateFingerprint: `sha256:${'51c8'.repeat(16)}` });
  },
  'network.roots': () => ({
    roots: [
      { fingerprint: root.fingerprint, subject: root.subject, notAfter: root.notAfter, source: 'bundled' },
      ...(imported
        ? [
            {
              fingerprint: `sha256:${'c4a9e07d13f8b256'.repeat(4)}`,
              subject: 'CN=Campus AUN Root CA 2026',
              notAfter: start + 1200 * day,
              source: 'imported' as const,
            },
          ]
        : []),
    ],
  }),
  'network.chooseRoot': () => ({
    file: 'root-1',
    roots: [
      {
        fingerprint: `sha256:${'e6d20b97a41c835f'.repeat(4)}`,
        subject: 'CN=Example University AUN Root CA, O=Example University',
        notAfter: start + 2000 * day,
      },
    ],
  }),
  'network.importRoot': () => ({}),
  'network.removeRoot': () => {
    imported = false;
    return {};
  },
};
