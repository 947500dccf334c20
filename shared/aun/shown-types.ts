/**
 * Media types that the window may show straight from their bytes: pictures, sound and films that only show. Everything else
 * (SVG and HTML above all, which can hold programs) is only ever saved.
 */
export const SHOWN_TYPES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'audio/ogg',
  'audio/webm',
  'audio/mpeg',
  'audio/mp4',
  'audio/wav',
  'audio/aac',
  'video/mp4',
  'video/webm',
]);

/** Extensions of files that a double click runs, on any of the systems, and of documents that run what is in them. */
const RUNNING =
  /\.(apk|app|appimage|appref-ms|bat|bin|chm|cmd|com|command|cpl|crx|deb|desktop|dll|dmg|docm|dylib|elf|exe|gadget|hta|htm|html|inf|ins|iso|jar|jnlp|js|jse|ksh|lnk|mhtml|msc|msi|msix|msp|mst|out|pif|pkg|pl|ps1|psm1|py|pyw|rb|reg|rpm|run|scf|scpt|scr|sct|settingcontent-ms|sh|shtml|so|svg|terminal|url|vb|vbe|vbs|webloc|workflow|ws|wsc|wsf|wsh|xhtml|xlsm|xll|xpi|pptm|zsh)$/i;
const RUNNING_TYPE =
  /^(application\/(x-(msdownload|msdos-program|executable|elf|sharedlib|sh|csh|shellscript|bat|ms-shortcut|msi|mach-binary|java-archive|perl|python|ruby|desktop|debian-package|rpm|apple-diskimage|iso9660-image)|java-archive|javascript|vnd\.(android\.package-archive|microsoft\.portable-executable|appimage|debian\.binary-package)|hta|xhtml\+xml)|text\/(html|javascript|x-(sh|shellscript|python|perl|msdos-batch))|image\/svg\+xml)$/;

/** Whether a file of this name and type can run when it is opened. Both are claims; either is enough. */
export function isDangerousFile(name: string, type: string): boolean {
  return RUNNING.test(name.replace(/[\s.]+$/u, '')) || RUNNING_TYPE.test(type);
}
