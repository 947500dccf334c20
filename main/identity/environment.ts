import path from 'node:path';
import { z } from 'zod';
import type { EnvironmentReport } from '../../shared/model/connection';
import { AunError } from '../runtime/errors';
import { readFileIfPresent, systemErrorCode } from '../runtime/files';
import { splitPemBundle } from './certificate';
import { readRoot } from './roots';
import { authorityKey } from './trust-list';

/** Values of `AUN_ENV` and `KITE_ENV` that ask for unchecked TLS (`protocol/01 §3.4`). */
const RELAXED = new Set(['development', 'dev', 'local']);
const VARIABLES = ['AUN_ENV', 'KITE_ENV'] as const;
const SHOWN = 64;

/** What the environment and the configuration file say. */
export interface Environment {
  /** For the diagnostics: no secret is in it. */
  readonly report: EnvironmentReport;
  /** PEMs of the roots in `root_ca_path`. They are trusted besides others, and no setting makes trust weaker. */
  readonly configuredRoots: readonly string[];
  /** Set when `root_ca_path` is given and cannot be used: networks that rely on it must refuse, see {@link requireRoots}. */
  readonly rootsProblem: AunError | null;
  /** PEM of the key or certificate that signs lists of trust roots (`protocol/01 §8.1`); null: no list is accepted. */
  readonly trustAuthority: string | null;
  /** Password of SDK folders (`protocol/01 §2.1`), or null. */
  readonly seedPassword: string | null;
  /** False where TLS need not be checked; the gateway client heeds that for this computer alone. */
  readonly verifyTls: boolean;
}

const text = z.string().min(1);

interface Configuration {
  readonly rootCaPath: string | null;
  readonly trustAuthorityPath: string | null;
  readonly seedPassword: string | null;
  readonly verifyTls: boolean | null;
}

function member<T>(
  settings: Readonly<Record<string, unknown>>,
  names: readonly string[],
  schema: z.ZodType<T>,
  problems: string[],
): T | null {
  for (const name of names) {
    if (settings[name] === undefined || settings[name] === null || settings[name] === '') continue;
    const parsed = schema.safeParse(settings[name]);
    if (parsed.success) return parsed.data;
    problems.push(`${name} has a wrong type`);
  }
  return null;
}

async function readConfiguration(file: string, problems: string[]): Promise<Configuration> {
  let settings: Readonly<Record<string, unknown>> = {};
  try {
    const bytes = await readFileIfPresent(file);
    const parsed: unknown = bytes === null ? {} : JSON.parse(bytes.toString('utf8'));
    settings = z.record(z.string(), z.unknown()).parse(parsed);
  } catch (thrown) {
    // What is wrong is told, the content never: a password may stand in it.
    const why = systemErrorCode(thrown) ?? 'it is not a JSON object';
    problems.push(`${path.basename(file)} cannot be read: ${why}`);
  }
  return {
    rootCaPath: member(settings, ['root_ca_path', 'rootCaPath'], text, problems),
    trustAuthorityPath: member(settings, ['trust_authority_path', 'trustAuthorityPath'], text, problems),
    seedPassword: member(settings, ['seed_password', 'encryption_seed'], text, problems),
    verifyTls: member(settings, ['verify_ssl', 'verifySSL', 'verifySsl'], z.boolean(), problems),
  };
}

interface LoadedRoots {
  readonly pems: readonly string[];
  readonly problem: AunError | null;
}

async function loadRoots(file: string, now: number, problems: string[]): Promise<LoadedRoots> {
  const failed = (why: string, cause?: unknown): LoadedRoots => {
    const message = `root_ca_path cannot be used: ${why}`;
    problems.push(message);
    return { pems: [], problem: new AunError('gateway_not_trusted', message, { cause, detail: { file } }) };
  };
  let bytes: Buffer | null;
  try {
    bytes = await readFileIfPresent(file);
  } catch (thrown) {
    return failed(systemErrorCode(thrown) ?? 'it cannot be read', thrown);
  }
  if (bytes === null) return failed('there is no such file');
  const pems: string[] = [];
  for (const block of splitPemBundle(bytes.toString('latin1'))) {
    try {
      pems.push(readRoot(block, now).pem);
    } catch (thrown) {
      if (!(thrown instanceof AunError)) throw thrown;
      problems.push(`root_ca_path: ${thrown.message}`);
    }
  }
  return pems.length === 0 ? failed('no usable root is in it') : { pems, problem: null };
}

/** The pinned authority of trust lists; what is wrong with it is told, and then there is none. */
async function loadAuthority(file: string, problems: string[]): Promise<string | null> {
  try {
    const pem = (await readFileIfPresent(file))?.toString('latin1') ?? null;
    if (pem === null) throw new AunError('not_found', 'there is no such file');
    authorityKey(pem);
    return pem;
  } catch (thrown) {
    const why =
      thrown instanceof AunError ? thrown.message : (systemErrorCode(thrown) ?? 'it cannot be read');
    problems.push(`trust_authority_path cannot be used: ${why}`);
    return null;
  }
}

/**
 * Reads `AUN_ENV` and `KITE_ENV` (the first that is not blank), and `root_ca_path`, `trust_authority_path`,
 * `seed_password` or `encryption_seed` and `verify_ssl` from the configuration file (`protocol/01 §2.1`, §3.4). Never throws for what stands in there: the
 * report says what is wrong. A relative path starts at the file's folder. `now` is Unix ms.
 */
export async function readEnvironment(options: {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `config.json` of the data folder. */
  readonly configFile: string;
  readonly now: number;
}): Promise<Environment> {
  const problems: string[] = [];
  const variable = VARIABLES.find((name) => (options.env[name] ?? '').trim() !== '') ?? null;
  const value = variable === null ? null : (options.env[variable] ?? '').trim();
  const configuration = await readConfiguration(options.configFile, problems);
  const { rootCaPath, trustAuthorityPath, seedPassword } = configuration;
  const absolute = (given: string | null): string | null =>
    given === null ? null : path.resolve(path.dirname(options.configFile), given);
  const file = absolute(rootCaPath);
  const authorityFile = absolute(trustAuthorityPath);
  const roots = file === null ? { pems: [], problem: null } : await loadRoots(file, options.now, problems);
  const trustAuthority = authorityFile === null ? null : await loadAuthority(authorityFile, problems);
  const verifyTls = configuration.verifyTls ?? !RELAXED.has((value ?? '').toLowerCase());
  return {
    report: {
      variable,
      value: value?.slice(0, SHOWN) ?? null,
      verifyTls,
      rootCaPath: file,
      rootCaLoaded: roots.pems.length,
      seedPassword: seedPassword === null ? 'none' : 'set',
      trustAuthorityPath: authorityFile,
      problems,
    },
    configuredRoots: roots.pems,
    rootsProblem: roots.problem,
    trustAuthority,
    seedPassword,
    verifyTls,
  };
}

/**
 * For networks whose trust comes from `root_ca_path` alone: a root that was asked for and is not there must not be
 * replaced by trust in nobody knows what.
 * @throws AunError `gateway_not_trusted`
 */
export function requireRoots(environment: Environment): void {
  if (environment.rootsProblem !== null) throw environment.rootsProblem;
}
