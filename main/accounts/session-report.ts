import type { Account as AccountSnapshot } from '../../shared/model/account';
import type { CertificateView } from '../../shared/model/certificate';
import type { ConnectionEvent, ConnectionInspection } from '../../shared/model/connection';

/** What a report is made of. */
export interface ReportFacts {
  readonly app: {
    readonly version: string;
    readonly runtime: string;
    readonly platform: string;
    readonly locale: string;
  };
  readonly vault: { readonly backend: string; readonly protected: boolean };
  readonly snapshot: AccountSnapshot;
  readonly inspection: ConnectionInspection;
  /** The active certificate, or null. */
  readonly certificate: Pick<
    CertificateView,
    'subject' | 'issuer' | 'serial' | 'fingerprint' | 'status' | 'notBefore' | 'notAfter'
  > | null;
  /** Unix ms. */
  readonly now: number;
}

/** What could be a token, a key or a signature: long and without a space. Fingerprints are printed on their own. */
const LONG_SECRET = /[A-Za-z0-9+/_=-]{24,}(?:\.[A-Za-z0-9+/_=-]{8,})*/g;
/** What could be somebody's address; a host name looks the same. */
const ADDRESS = /[a-z0-9_][a-z0-9_-]*(?:\.[a-z0-9_-]+)+/gi;
const PAIR =
  /([\w-]*(?:bearer|token|password|passphrase|secret|nonce|signature|authorization))\b(["']?\s*[:=]?\s*)(?:(?:bearer|basic)\s+)?\S+/gi;

/**
 * A diagnostic report that a user can paste into a bug report: versions, environment, states, gateway and certificate of one
 * identity. Its own address and its gateways are in it; no token, no key, nobody else's address, no message text. Text
 * that came from a gateway is cleaned, because a gateway may have put anything into it.
 */
export function sessionReport(facts: ReportFacts): string {
  const { app, vault, snapshot, inspection, certificate } = facts;
  const { environment, tokens } = inspection;
  const hosts = inspection.gateways.map(({ url }) => hostOf(url));
  const known = new Set([snapshot.account, ...hosts, issuerPart(snapshot.account)]);
  const clean = (text: string): string =>
    text
      .replace(PAIR, '$1 [removed]')
      .replace(LONG_SECRET, '[removed]')
      .replace(ADDRESS, (found) => (isHarmless(found, known) ? found : '[address]'))
      .slice(0, 300);
  const lines = [
    `Parley ${app.version} · ${app.runtime} · ${app.platform} · ${app.locale}`,
    `made ${time(facts.now)}`,
    '',
    `identity ${snapshot.account}`,
    `network ${clean(snapshot.network)}`,
    `state ${snapshot.session.state}${snapshot.session.blocked === null ? '' : ` (${snapshot.session.blocked})`} since ${time(snapshot.session.since)}`,
    `problem ${problemText(snapshot.session.problem, clean)}`,
    `waiting to be sent ${snapshot.queued}`,
    `vault ${vault.backend}, ${vault.protected ? 'protected' : 'not protected'}`,
    '',
    `protocol ${clean(inspection.protocol ?? 'unknown')}, server ${clean(inspection.server ?? 'unknown')}`,
    `features ${inspection.features.map(clean).join('; ') || 'none'}`,
    ...inspection.gateways.map(
      ({ url, source, inUse }) => `gateway ${bareUrl(url)} ${source}${inUse ? ' in use' : ''}`,
    ),
    `device ${inspection.deviceId.slice(0, 8)}…, slot ${clean(inspection.slotId)}, delivery ${inspection.deliveryMode}`,
    `heartbeat every ${text(inspection.heartbeatSeconds)} s, last ${time(inspection.lastHeartbeatAt)}, round trip ${text(inspection.roundTripMs)} ms`,
    `clock differs by ${text(inspection.clockSkewMs)} ms`,
    `access ends ${time(tokens.accessExpiresAt)}, refresh due ${time(tokens.refreshDueAt)}, refreshed ${time(tokens.refreshedAt)}, ` +
      `refreshable ${tokens.refreshable ? 'yes' : 'no'}, failures ${tokens.refreshFailures}`,
    '',
    ...certificateLines('certificate', certificate),
    ...certificateLines('sign-in server', inspection.authServer),
    '',
    `environment ${environment.variable ?? 'no variable'}${environment.value === null ? '' : ` = ${clean(environment.value)}`}, ` +
      `TLS ${environment.verifyTls ? 'verified' : 'not verified on this computer'}, configured roots ${environment.rootCaLoaded}, ` +
      `seed password ${environment.seedPassword}`,
    ...environment.problems.map((problem) => `environment problem ${clean(problem)}`),
    '',
    `history (${inspection.history.length})`,
    ...inspection.history.map((event) => historyLine(event, clean)),
  ];
  return `${lines.join('\n')}\n`;
}

function historyLine(event: ConnectionEvent, clean: (text: string) => string): string {
  const blocked = event.blocked === null ? '' : ` (${event.blocked})`;
  const gateway = event.gatewayUrl === null ? '' : ` ${bareUrl(event.gatewayUrl)}`;
  const problem = event.problem === null ? '' : ` ${problemText(event.problem, clean)}`;
  return `${time(event.at)} ${event.state}${blocked} try ${event.attempt}${gateway}${problem}`;
}

function problemText(
  problem: AccountSnapshot['session']['problem'],
  clean: (text: string) => string,
): string {
  return problem === null ? 'none' : `${problem.code}: ${clean(problem.detail)}`;
}

function certificateLines(name: string, view: ReportFacts['certificate']): string[] {
  if (view === null) return [`${name} none`];
  return [
    `${name} ${view.status}, serial ${view.serial}, from ${time(view.notBefore)} to ${time(view.notAfter)}`,
    `${name} fingerprint ${view.fingerprint}`,
    `${name} subject ${view.subject}, issuer ${view.issuer}`,
  ];
}

/** Version numbers look like addresses; hosts of our own network are no secret. */
function isHarmless(found: string, known: ReadonlySet<string>): boolean {
  return /^v?[\d._-]+$/.test(found) || known.has(found.toLowerCase());
}

/** Scheme, host and path: what stands behind a question mark may be anything. */
function bareUrl(url: string): string {
  return url.replace(/[?#].*$/, '').replace(/\/\/[^/@]*@/, '//');
}

function hostOf(url: string): string {
  return /^[a-z]+:\/\/([^/:?#]+)/i.exec(bareUrl(url))?.[1]?.toLowerCase() ?? '';
}

function issuerPart(aid: string): string {
  return aid.slice(aid.indexOf('.') + 1);
}

function text(value: number | null): string {
  return value === null ? 'unknown' : String(Math.round(value));
}

function time(at: number | null): string {
  return at === null ? 'never' : new Date(at).toISOString();
}
