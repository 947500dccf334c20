/** Address of an attachment as the window names it: whose it is comes first. */
const MEDIA_ADDRESS = /^app:\/\/parley\/media\/([^/?#]+)\/[^?#]+$/;

/** The account whose attachment an address names, or null for an address that names none. */
export function accountOfMedia(address: string): string | null {
  const match = MEDIA_ADDRESS.exec(address);
  if (match?.[1] === undefined) return null;
  try {
    return decodeURIComponent(match[1]);
  } catch {
    return null;
  }
}
