import { readRootBundle, withImported, withoutImported } from '../identity/roots';
import type { RootCertificate } from '../identity/roots';
import type { Environment } from '../identity/environment';
import { verifyTrustList } from '../identity/trust-list';
import type { TrustList } from '../identity/trust-list';
import type { Desktop } from '../ports/desktop';
import { AunError, toAunError } from '../runtime/errors';
import { readFileIfPresent } from '../runtime/files';
import type { Runtime } from '../runtime/runtime';
import { HandedOut } from './handed-out';
import type { NetworkRegistry } from './network-registry';
import { rootSources } from './network-services';

/** What trusting roots works with. */
export interface RootDeskParts {
  readonly networks: NetworkRegistry;
  readonly desktop: Desktop;
  readonly runtime: Runtime;
  readonly environment: () => Environment;
}

/** What was shown of a file. */
interface Shown {
  readonly roots: readonly RootCertificate[];
  /** Of a list of trust roots; null for a file of certificates. */
  readonly version: number | null;
}

function refused(why: string, cause?: unknown): AunError {
  return new AunError('trust_list_refused', why, { cause });
}

/** @throws AunError `trust_list_refused` */
function checked(text: string, trust: Parameters<typeof verifyTrustList>[1]): TrustList {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (thrown) {
    throw refused('the file is damaged', thrown);
  }
  try {
    return verifyTrustList(list, trust);
  } catch (thrown) {
    throw refused(toAunError(thrown).message, thrown);
  }
}

/** Trust roots that the user brings along: shown first, trusted only when the user says so, for one network each. */
export class RootDesk {
  private readonly files: HandedOut<Shown>;

  constructor(private readonly parts: RootDeskParts) {
    this.files = new HandedOut(parts.runtime.random);
  }

  /**
   * Lets the user pick a PEM file, or a list of trust roots (`protocol/01 §8.1`), and shows what is in it. A list counts
   * only with the signature of the authority that the configuration names, and never after a newer one for that network.
   * @throws AunError `certificate_invalid`, `trust_list_no_authority`, `trust_list_refused`, `network_unknown`
   */
  async choose(network: string): Promise<{
    file: string | null;
    roots: { fingerprint: string; subject: string; notAfter: number }[];
  }> {
    const path = await this.parts.desktop.chooseFile({ purpose: 'trust_root' });
    if (path === null) return { file: null, roots: [] };
    const bytes = await readFileIfPresent(path);
    if (bytes === null) throw new AunError('not_found', 'the file is not there any more');
    const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
    const shown = text.trimStart().startsWith('{')
      ? await this.readList(network, text)
      : { roots: readRootBundle(text, this.parts.runtime.clock.now()), version: null };
    const { roots } = shown;
    return {
      file: this.files.give(shown),
      roots: roots.map(({ fingerprint, subject, notAfter }) => ({ fingerprint, subject, notAfter })),
    };
  }

  /** Trusts exactly what was shown. @throws AunError `not_found`, `network_unknown`, `trust_list_refused` */
  async import(network: string, file: string): Promise<void> {
    const { roots, version } = this.files.find(file);
    const { networks } = this.parts;
    const { importedRoots } = networks.get(network);
    if (version !== null) {
      // A newer one may have been shown since.
      if (version < (networks.trustListVersion(network) ?? 0)) throw refused('a newer one is known');
      await networks.sawTrustList(network, version);
    }
    await networks.setImportedRoots(network, withImported(importedRoots, roots));
  }

  private async readList(network: string, text: string): Promise<Shown> {
    const { networks, environment, runtime } = this.parts;
    const authorityPem = environment().trustAuthority;
    if (authorityPem === null)
      throw new AunError('trust_list_no_authority', 'trust_authority_path names no key that can be used');
    const knownVersion = networks.trustListVersion(network);
    const { roots, version } = checked(text, { authorityPem, now: runtime.clock.now(), knownVersion });
    await networks.sawTrustList(network, version);
    return { roots, version };
  }

  /** @throws AunError `not_found`, `network_unknown` */
  async remove(network: string, fingerprint: string): Promise<void> {
    const sources = rootSources(this.parts.networks.get(network), this.parts.environment());
    await this.parts.networks.setImportedRoots(network, withoutImported(sources, fingerprint));
  }
}
