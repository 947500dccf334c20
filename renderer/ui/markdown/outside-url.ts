/**
 * The normal form of an address that may be offered as a link, or null: http and https with a host and without a name
 * before it (which serves to disguise the host), and mail. The shell checks again and asks the user.
 */
export function outsideUrl(text: string): string | null {
  try {
    const url = new URL(text);
    if (url.protocol === 'mailto:') return url.pathname === '' ? null : url.href;
    const web = url.protocol === 'http:' || url.protocol === 'https:';
    return web && url.hostname !== '' && url.username === '' && url.password === '' ? url.href : null;
  } catch {
    return null;
  }
}
