import path from 'node:path';
import { looksLikeAunLink } from '../../shared/aun/link';

/** What can be said on Parley's command line. */
export interface CommandLine {
  /** `--data DIR`, absolute; null means the usual place. */
  readonly dataDir: string | null;
  /** `--verbose`: the log tells more. */
  readonly verbose: boolean;
  /** `aun:` links, as the system hands them over. */
  readonly links: readonly string[];
}

/** Reads the command line. A relative folder counts from `workingFolder`. */
export function parseCommandLine(args: readonly string[], workingFolder: string): CommandLine {
  let dataDir: string | null = null;
  args.forEach((argument, index) => {
    const value = argument.startsWith('--data=') ? argument.slice('--data='.length) : args[index + 1];
    const named = argument === '--data' || argument.startsWith('--data=');
    if (named && value !== undefined && value !== '') dataDir = path.resolve(workingFolder, value);
  });
  return { dataDir, verbose: args.includes('--verbose'), links: args.filter(looksLikeAunLink) };
}
