import { z } from 'zod';

/** Where a custody service answers: a host of the network and what stands before its paths. */
export interface CustodyPlace {
  readonly host: string;
  /** Empty, or with a slash in front and none behind. */
  readonly basePath: string;
}

const service = z.object({
  url: z.string().optional(),
  priority: z.coerce.number().optional().catch(undefined),
});
const services = z.array(service).optional().catch(undefined);
const address = z.string().min(1).optional().catch(undefined);
const documentSchema = z.object({
  custody_url: address,
  custodyUrl: address,
  url: address,
  custody: z.object({ url: address }).optional().catch(undefined),
  custody_services: services,
  custodyServices: services,
  services,
});

const LAST = 999;

function bestOf(list: z.infer<typeof services>): string | undefined {
  return [...(list ?? [])]
    .filter((entry) => entry.url !== undefined && entry.url !== '')
    .sort((left, right) => (left.priority ?? LAST) - (right.priority ?? LAST))[0]?.url;
}

/** The address in a discovery document, in any of the forms the SDK accepts (`protocol/06 §6.1`); null without one. */
export function addressIn(body: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  const parsed = documentSchema.safeParse(value);
  if (!parsed.success) return null;
  const found = parsed.data;
  return (
    found.custody_url ??
    found.custodyUrl ??
    found.url ??
    found.custody?.url ??
    bestOf(found.custody_services) ??
    bestOf(found.custodyServices) ??
    bestOf(found.services) ??
    null
  );
}

const LOOPBACK = /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/;

/**
 * Where an address leads, or why it is not used: our tokens go to hosts of the own issuer only, over TLS. With a gateway
 * on this computer everything goes to that gateway's address, so its scheme and port matter no more.
 */
export function placeOf(
  text: string,
  network: { readonly issuer: string; readonly local: boolean },
): CustodyPlace | 'malformed' | 'plain_text' | 'foreign_host' | 'port' {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'malformed';
  }
  const { protocol, hostname, port, pathname } = url;
  if (protocol !== 'https:' && protocol !== 'http:') return 'malformed';
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return 'malformed';
  const { issuer, local } = network;
  const basePath = pathname.replace(/\/+$/, '');
  if (local && LOOPBACK.test(hostname)) return { host: `aid_custody.${issuer}`, basePath };
  if (protocol === 'http:' && !local) return 'plain_text';
  if (hostname !== issuer && !hostname.endsWith(`.${issuer}`)) return 'foreign_host';
  if (port !== '' && !local) return 'port';
  return { host: hostname, basePath };
}
