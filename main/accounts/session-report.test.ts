import { expect, it } from 'vitest';
import type { ConnectionEvent } from '../../shared/model/connection';
import { closedSession } from './closed-session';
import { sessionReport } from './session-report';
import type { ReportFacts } from './session-report';

const NOW = Date.UTC(2026, 4, 1);
const OWN = 'alice.aun.test';

function event(detail: string): ConnectionEvent {
  return {
    at: NOW,
    state: 'backing-off',
    blocked: null,
    problem: { code: 'gateway_refused', detail },
    gatewayUrl: 'wss://gateway.aun.test/aun?token=planted-query-token',
    attempt: 3,
  };
}

function report(history: ConnectionEvent[], changed: Partial<ReportFacts> = {}): string {
  return sessionReport({
    app: { version: '0.2.0', runtime: 'Node 20', platform: 'linux', locale: 'en' },
    vault: { backend: 'passphrase', protected: true },
    snapshot: {
      account: OWN,
      network: 'aun.test@127.0.0.1:7000',
      displayName: 'Planted Display Name',
      hue: 1,
      hueChosen: false,
      notifications: 'all',
      wantsOnline: true,
      attention: [],
      certificateExpiresAt: null,
      profileName: '',
      certificateFingerprint: null,
      session: closedSession(null, NOW),
      unread: 2,
      mentions: 0,
      requests: 0,
      queued: 1,
      catchingUp: null,
    },
    inspection: {
      history,
      gateways: [{ url: 'wss://user:pass@gateway.aun.test/aun', source: 'pinned', inUse: true }],
      heartbeatSeconds: 30,
      lastHeartbeatAt: NOW,
      roundTripMs: 12.4,
      clockSkewMs: -3,
      onlineSince: null,
      tokens: {
        accessExpiresAt: NOW + 1000,
        refreshable: true,
        refreshDueAt: null,
        refreshedAt: null,
        refreshFailures: 0,
      },
      deviceId: '0f8fad5b-d9cb-469f-a165-70867728950e',
      slotId: 'main',
      deliveryMode: 'fanout',
      protocol: '1.0',
      server: 'gateway 1.4.2',
      features: ['e2ee: bob.aun.test says hello'],
      authServer: null,
      environment: {
        variable: 'AUN_ENV',
        value: 'development',
        verifyTls: true,
        rootCaPath: '/home/planted/ca.pem',
        rootCaLoaded: 1,
        seedPassword: 'set',
        trustAuthorityPath: null,
        problems: [],
      },
    },
    certificate: null,
    now: NOW,
    ...changed,
  });
}

it('a report says what is needed to help: versions, states, gateway, environment, the own address', () => {
  const text = report([event('no answer')]);
  for (const part of [
    'Parley 0.2.0',
    OWN,
    'wss://gateway.aun.test/aun',
    'gateway_refused: no answer',
    'AUN_ENV = development',
    'server gateway 1.4.2',
    'round trip 12 ms',
  ])
    expect(text).toContain(part);
});

it.each([
  ['a bearer token', 'HTTP 401 for Bearer abc123short', 'abc123short'],
  ['a token in JSON', '{"token":"xyz-77"}', 'xyz-77'],
  ['a token under a longer name', '{"refresh_token":"xyz-77"}', 'xyz-77'],
  ['a header', 'Authorization: Bearer abc123short', 'abc123short'],
  ['a JWT', 'eyJhbGciOiJFUzI1NiJ9.eyJhaWQiOiJhbGljZSJ9.c2lnbmF0dXJlYnl0ZXM', 'eyJhbGciOiJFUzI1NiJ9'],
  ['a random token', 'refused 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b', '9f86d081884c7d659a2f'],
  ['the address of a peer', 'no route to Bob.aun.test here', 'Bob.aun.test'],
  ['the address of a peer elsewhere', 'carol.agentid.pub is unknown', 'carol.agentid.pub'],
])('a report leaves out %s that a gateway put into an error', (_what, detail, secret) => {
  expect(report([event(detail)])).not.toContain(secret);
});

it('a report names no peer, no query, no credentials, no display name, no device and no path', () => {
  const text = report([event('')]);
  for (const secret of [
    'bob.aun.test',
    'planted-query-token',
    'user:pass',
    'Planted Display Name',
    '0f8fad5b-d9cb',
    '/home/planted',
  ])
    expect(text).not.toContain(secret);
});
