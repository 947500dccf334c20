/** A name that every file system takes: the window may suggest anything. */
export function safeFileName(name: string): string {
  const plain = [...name.normalize('NFC')]
    .map((character) => (/[\p{L}\p{N}._@ -]/u.test(character) ? character : '_'))
    .join('')
    .replace(/^[. ]+|[. ]+$/g, '')
    .slice(0, 120);
  return plain === '' ? 'parley' : plain;
}
