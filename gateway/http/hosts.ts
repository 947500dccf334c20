import { splitAid } from '../../shared/aun/aid';

/** What a `Host` header means (`protocol/01 §12` item 1). */
export type HostRole =
  | { readonly kind: 'gateway'; readonly issuer: string; readonly named: boolean }
  | { readonly kind: 'storage' | 'stream'; readonly issuer: string; readonly named: true }
  | { readonly kind: 'pki'; readonly issuer: string; readonly named: true }
  | { readonly kind: 'agent'; readonly issuer: string; readonly aid: string; readonly named: true };

/** Host name without its port, lower case. */
export function hostName(header: string | undefined): string {
  const host = (header ?? '').trim().toLowerCase();
  return host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : (host.split(':')[0] ?? '');
}

/** Port part of a `Host` header with its colon, or nothing. */
export function hostPort(header: string | undefined): string {
  return /:\d+$/.exec(header ?? '')?.[0] ?? '';
}

/** Chooses what a host stands for; bare addresses and unknown names are the gateway of the first issuer. */
export function roleOf(header: string | undefined, issuers: readonly string[]): HostRole {
  const host = hostName(header);
  const first = issuers[0] ?? '';
  if (issuers.includes(host)) return { kind: 'gateway', issuer: host, named: true };
  const { name, issuer } = splitAid(host);
  if (!issuers.includes(issuer)) return { kind: 'gateway', issuer: first, named: false };
  if (name === 'gateway') return { kind: 'gateway', issuer, named: true };
  if (name === 'pki') return { kind: 'pki', issuer, named: true };
  if (name === 'storage' || name === 'stream') return { kind: name, issuer, named: true };
  return { kind: 'agent', issuer, aid: host, named: true };
}
