import { basename } from 'node:path';
import { parseAid } from '../../shared/aun/aid';
import type { Account as AccountSnapshot } from '../../shared/model/account';
import type { SdkIdentity } from '../../shared/model/backup';
import { exportKeyPem } from '../identity/backup';
import type { Environment } from '../identity/environment';
import { openSdkIdentity, readSdkFolder, writeSdkFolder } from '../identity/sdk-folder';
import type { Desktop } from '../ports/desktop';
import type { IdentityMaterial } from '../ports/identity';
import { AunError } from '../runtime/errors';
import { writeFileAtomically } from '../runtime/files';
import type { Runtime } from '../runtime/runtime';
import type { AccountManager } from './account-manager';
import { HandedOut } from './handed-out';
import { materialOf } from './identity-material';
import type { NetworkServices } from './network-services';

/** What moving identities works with. */
export interface IdentityTransferParts {
  readonly accounts: AccountManager;
  readonly networkServices: NetworkServices;
  readonly desktop: Desktop;
  readonly runtime: Runtime;
  /** It may name the seed password of SDK folders (`protocol/01 §2.1`). */
  readonly environment: () => Environment;
}

/** Identities into and out of other programs' formats. Paths stay in here: the window names handles. */
export class IdentityTransfers {
  private readonly folders: HandedOut<string>;

  constructor(private readonly parts: IdentityTransferParts) {
    this.folders = new HandedOut(parts.runtime.random);
  }

  /** The keys and certificates of an account that is open. */
  async material(aid: string): Promise<IdentityMaterial> {
    const account = await this.parts.accounts.get(aid);
    const gatewayUrl = account.session.snapshot().gatewayUrl;
    return materialOf(account.services.identity, gatewayUrl);
  }

  /** Writes the private key as an encrypted PEM. Resolves to false when the user chose no place. */
  async exportPem(aid: string, secret: string): Promise<boolean> {
    const { accounts, desktop, runtime } = this.parts;
    await accounts.get(aid);
    const path = await desktop.chooseSave({ purpose: 'encrypted_key', suggestedName: `${aid}.pem` });
    if (path === null) return false;
    // Not before: the dialog may stand open for hours, and the vault may be locked meanwhile.
    const { privateKeyPem } = await this.material(aid);
    await writeFileAtomically(path, await exportKeyPem(privateKeyPem, secret, runtime.random));
    return true;
  }

  /** Lets the user pick a data folder of the SDKs. @throws AunError `sdk_folder_not_found` */
  async chooseSdkFolder(): Promise<{ folder: string; name: string; identities: SdkIdentity[] } | null> {
    const { desktop, accounts, runtime } = this.parts;
    const path = await desktop.chooseFolder({ purpose: 'sdk_folder' });
    if (path === null) return null;
    const { clock, logger } = runtime;
    const identities = await readSdkFolder(path, { held: (aid) => accounts.whereHeld(aid), clock, logger });
    return { folder: this.folders.give(path), name: basename(path), identities };
  }

  /** @throws AunError `sdk_key_unreadable`, `already_exists`, `not_found`, `network_unknown` */
  async importFromSdk(
    folder: string,
    address: string,
    password: string,
    network: string,
  ): Promise<AccountSnapshot> {
    const { accounts, networkServices, environment } = this.parts;
    const aid = parseAid(address);
    if (aid === null) throw new AunError('invalid_aid', 'the folder holds no such identity');
    const path = this.folders.find(folder);
    const record = await networkServices.ready(network);
    const typed = password === '' ? (environment().seedPassword ?? '') : password;
    const { snapshot } = await accounts.importIdentity(async (open) => {
      await open(await openSdkIdentity(path, aid, typed), record);
    });
    return snapshot;
  }

  /** Writes the identity as a data folder of the SDKs. Resolves to false when the user chose no place. */
  async exportToSdk(aid: string, password: string): Promise<boolean> {
    await this.parts.accounts.get(aid);
    const path = await this.parts.desktop.chooseFolder({ purpose: 'sdk_export' });
    if (path === null) return false;
    const material = await this.material(aid);
    const { clock, random } = this.parts.runtime;
    await writeSdkFolder(path, material, password, { clock, random });
    return true;
  }
}
