import { readRootBundle, withImported, withoutImported } from '../identity/roots';
import type { RootCertificate } from '../identity/roots';
import type { Environment } from '../identity/environment';
import type { Desktop } from '../ports/desktop';
import { AunError } from '../runtime/errors';
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

/** Trust roots that the user brings along: shown first, trusted only when the user says so, for one network each. */
export class RootDesk {
  private readonly files: HandedOut<readonly RootCertificate[]>;

  constructor(private readonly parts: RootDeskParts) {
    this.files = new HandedOut(parts.runtime.random);
  }

  /** Lets the user pick a PEM file and shows what is in it. @throws AunError `certificate_invalid` */
  async choose(): Promise<{
    file: string | null;
    roots: { fingerprint: string; subject: string; notAfter: number }[];
  }> {
    const path = await this.parts.desktop.chooseFile({ purpose: 'trust_root' });
    if (path === null) return { file: null, roots: [] };
    const bytes = await readFileIfPresent(path);
    if (bytes === null) throw new AunError('not_found', 'the file is not there any more');
    const roots = readRootBundle(bytes.toString('latin1'), this.parts.runtime.clock.now());
    return {
      file: this.files.give(roots),
      roots: roots.map(({ fingerprint, subject, notAfter }) => ({ fingerprint, subject, notAfter })),
    };
  }

  /** Trusts exactly what was shown. @throws AunError `not_found`, `network_unknown` */
  async import(network: string, file: string): Promise<void> {
    const shown = this.files.find(file);
    const { importedRoots } = this.parts.networks.get(network);
    await this.parts.networks.setImportedRoots(network, withImported(importedRoots, shown));
  }

  /** @throws AunError `not_found`, `network_unknown` */
  async remove(network: string, fingerprint: string): Promise<void> {
    const sources = rootSources(this.parts.networks.get(network), this.parts.environment());
    await this.parts.networks.setImportedRoots(network, withoutImported(sources, fingerprint));
  }
}
