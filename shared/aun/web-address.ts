/**
 * The address a link really leads to, or null: only http and https, no name or password in it (they disguise the host), written
 * out by the URL standard so that a host in other letters shows as punycode.
 */
export function webAddress(value: unknown): { readonly url: string; readonly host: string } | null {
  if (typeof value !== 'string' || value.length > 2_048) return null;
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    return null;
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  if (url.username !== '' || url.password !== '' || url.hostname === '' || url.href.length > 8_192)
    return null;
  return { url: url.href, host: url.host };
}
