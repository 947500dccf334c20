import type { CertificateAuthority } from '../ca/authority';
import { normalizeSerial } from '../ca/profile';
import { buildCrl, buildOcsp } from '../ca/revocation';
import { trustRootList } from '../ca/trust-list';
import type { GatewayContext } from '../context';
import type { CertificateRecord } from '../store/certificates';
import type { HostRole } from './hosts';
import type { Exchange } from './response';
import { reply, replyJson, replyPem } from './response';

/** Answers `/pki/*` and the root documents of `pki.{issuer}` (`protocol/01 §6.3`). Returns whether it did. */
export function servePki(gateway: GatewayContext, exchange: Exchange, role: HostRole): boolean {
  const { authority } = gateway;
  const path = exchange.url.pathname;
  if (role.kind === 'pki' && (path === '/trust-root.json' || path === '/root.crt')) {
    return serveRoots(gateway, exchange, path === '/root.crt');
  }
  if (!path.startsWith('/pki/')) return false;
  const [, , kind = '', argument = ''] = path.split('/');
  switch (kind) {
    case 'chain':
      replyPem(exchange, authority.chainPem(role.issuer));
      return true;
    case 'cert':
      serveCertificate(gateway, exchange, decode(argument));
      return true;
    case 'crl.json':
      serveCrl(gateway, exchange, role.issuer);
      return true;
    case 'ocsp':
      serveOcsp(gateway, exchange, role.issuer, argument);
      return true;
    case 'root.crt':
      return serveRoots(gateway, exchange, true);
    case 'trust-roots.json':
    case 'trust-roots':
    case 'trust-root.json':
      return serveRoots(gateway, exchange, false);
    default:
      return false;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function serveRoots(gateway: GatewayContext, exchange: Exchange, pem: boolean): boolean {
  if (pem) replyPem(exchange, gateway.authority.rootPem);
  else replyJson(exchange, 200, trustRootList(gateway.authority, gateway.clock.now()));
  return true;
}

function serveCertificate(gateway: GatewayContext, exchange: Exchange, owner: string): void {
  if (!gateway.faults.hasCertificate(owner)) return reply(exchange, 503, 'unavailable');
  const { authority } = gateway;
  const wanted = exchange.url.searchParams.get('cert_fingerprint');
  const record =
    wanted === null
      ? currentOf(authority, owner)
      : byFingerprint(authority.certificates.ofOwner(owner), wanted);
  if (record === null) reply(exchange, 404, 'certificate not found');
  else replyPem(exchange, record.pem);
}

/** The active certificate, else the newest: a revoked one must stay visible to those who check it. */
function currentOf(authority: CertificateAuthority, owner: string): CertificateRecord | null {
  return (
    authority.certificates.active(owner, 'P-256') ??
    authority.certificates.active(owner) ??
    authority.certificates.ofOwner(owner)[0] ??
    null
  );
}

function byFingerprint(records: readonly CertificateRecord[], wanted: string): CertificateRecord | null {
  const hex = wanted
    .trim()
    .toLowerCase()
    .replace(/^sha256:/, '')
    .replaceAll(':', '');
  if (!/^([0-9a-f]{64}|[0-9a-f]{16})$/.test(hex)) return null;
  const matches = (value: string): boolean => value.startsWith(`sha256:${hex}`);
  return (
    records.find((record) => matches(record.fingerprint)) ??
    records.find((record) => matches(record.keyFingerprint)) ??
    null
  );
}

function serveCrl(gateway: GatewayContext, exchange: Exchange, issuer: string): void {
  if (!gateway.faults.revocationAvailable) return reply(exchange, 503, 'unavailable');
  const revoked = gateway.authority.certificates.revoked(issuer);
  const now = gateway.clock.now();
  const entries = revoked.map((record) => ({ serial: record.serial, revokedAt: record.revokedAt ?? now }));
  replyJson(exchange, 200, {
    crl_pem: buildCrl(gateway.authority.issuer(issuer), entries, now),
    revoked_serials: revoked.map((record) => record.serial),
  });
}

function serveOcsp(gateway: GatewayContext, exchange: Exchange, issuer: string, argument: string): void {
  if (!gateway.faults.revocationAvailable) return reply(exchange, 503, 'unavailable');
  const serial = normalizeSerial(decode(argument));
  if (!/^[0-9a-f]{1,40}$/.test(serial)) return reply(exchange, 400, 'invalid serial');
  const record = gateway.authority.certificates.bySerial(issuer, serial);
  const status = record === null ? 'unknown' : record.status === 'revoked' ? 'revoked' : 'good';
  replyJson(exchange, 200, {
    status,
    ocsp_response: buildOcsp(
      gateway.authority.issuer(issuer),
      serial,
      status,
      record?.revokedAt ?? null,
      gateway.clock.now(),
    ),
  });
}
