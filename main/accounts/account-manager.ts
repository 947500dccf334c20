import { nameProblem, normalizeAidInput, parseAid } from '../../shared/aun/aid';
import type { Aid } from '../../shared/aun/aid';
import type { Account as AccountSnapshot } from '../../shared/model/account';
import type { VaultStatus } from '../../shared/model/settings';
import type { CryptoPool } from '../e2ee';
import { createIdentityStore } from '../identity/identity-store';
import type { IdentityStore } from '../identity/identity-store';
import { registerAgain, registerIdentity } from '../identity/registration';
import { hueOfPublicKey } from '../identity/hue';
import type { StoreHost } from '../ports/store';
import { AunError, toAunError } from '../runtime/errors';
import type { JsonFile } from '../runtime/json-file';
import { Account } from './account';
import { closedSession } from './closed-session';
import { accountListFile } from './account-list';
import type { AccountEntry } from './account-list';
import { openAccountServices } from './account-services';
import { databaseSecret } from './database-key';
import type { EngineOptions } from './engine-options';
import type { NetworkRecord, NetworkRegistry } from './network-registry';
import type { NetworkServices } from './network-services';

/** What the manager works with. */
export interface AccountManagerParts {
  readonly options: EngineOptions;
  readonly networks: NetworkRegistry;
  readonly networkServices: NetworkServices;
  readonly store: StoreHost;
  readonly cryptoPool: CryptoPool;
}

interface Slot {
  entry: AccountEntry;
  /** Running account, or null while it cannot be opened. */
  account: Account | null;
  failure: AunError | null;
  failedAt: number;
  /** Opening or closing in progress; the next step waits for it. */
  busy: Promise<void>;
}

/** Holds every identity of this installation. An account that fails never affects another. */
export class AccountManager {
  private readonly slots = new Map<string, Slot>();
  private readonly identities: IdentityStore;
  private readonly list: JsonFile<{ accounts: AccountEntry[] }>;

  constructor(private readonly parts: AccountManagerParts) {
    const { dataDir, vault, runtime } = parts.options;
    this.identities = createIdentityStore({ dataDir, vault, runtime });
    this.list = accountListFile(dataDir);
  }

  /** Reads which accounts there are. */
  async load(): Promise<void> {
    const { accounts } = await this.list.read();
    for (const entry of accounts) this.addSlot(entry);
    // A crash between the registration and the list leaves an identity that the list does not know yet.
    for (const summary of await this.identities.list()) {
      if (this.slots.has(summary.aid)) continue;
      const network = this.parts.networks
        .records()
        .find((record) => summary.aid.endsWith(`.${record.issuer}`));
      if (network === undefined) continue;
      this.addSlot({
        aid: summary.aid,
        network: network.id,
        displayName: '',
        hue: summary.hue,
        online: true,
      });
    }
  }

  /** Opens every account; one that cannot be opened is shown with its reason. */
  async openAll(): Promise<void> {
    await Promise.all(
      [...this.slots.values()].map((slot) => this.open(slot).then(() => this.announce(slot))),
    );
  }

  async stop(): Promise<void> {
    await Promise.all([...this.slots.values()].map((slot) => this.close(slot)));
  }

  ids(): string[] {
    return [...this.slots.keys()];
  }

  isOpen(aid: string): boolean {
    return (this.slots.get(aid)?.account ?? null) !== null;
  }

  /**
   * The running account, waiting for it where it is just being opened or closed.
   * @throws AunError `unknown_account`, or why the account cannot be opened
   */
  async get(aid: string): Promise<Account> {
    const slot = this.slot(aid);
    await slot.busy;
    if (slot.account !== null) return slot.account;
    throw slot.failure ?? new AunError('cancelled', 'the account was closed', { retryable: true });
  }

  snapshots(): Promise<AccountSnapshot[]> {
    return Promise.all([...this.slots.values()].map((slot) => this.snapshotOf(slot)));
  }

  /**
   * Makes an identity, or finishes one whose registration was interrupted.
   * @throws AunError `invalid_aid`, `name_taken`, `already_exists`, `own_key_elsewhere`, gateway errors
   */
  async create(network: NetworkRecord, typedName: string, displayName: string): Promise<AccountSnapshot> {
    const name = normalizeAidInput(typedName);
    const aid = parseAid(`${name}.${network.issuer}`);
    if (aid === null) {
      throw new AunError('invalid_aid', 'the name breaks the rules for names', {
        detail: { problem: nameProblem(name) },
      });
    }
    if (this.slots.has(aid)) throw new AunError('already_exists', 'this identity is in this window already');
    const ports = await this.parts.networkServices.registration(network);
    const identity = await registerIdentity(ports, this.identities, aid);
    const entry: AccountEntry = {
      aid,
      network: network.id,
      displayName: displayName.trim(),
      hue: hueOfPublicKey(identity.publicKeySpki),
      online: true,
    };
    const slot = this.addSlot(entry);
    await this.saveList();
    await this.open(slot);
    return this.announce(slot);
  }

  /** Goes online now; opens an account that could not be opened before. */
  async connect(aid: string): Promise<AccountSnapshot> {
    const slot = this.slot(aid);
    await this.setOnline(slot, true);
    if (slot.account === null) await this.open(slot);
    else slot.account.session.connectNow();
    return this.announce(slot);
  }

  async disconnect(aid: string): Promise<AccountSnapshot> {
    const slot = this.slot(aid);
    await this.setOnline(slot, false);
    await slot.account?.session.stop();
    return this.announce(slot);
  }

  /** Registers the key again where the network lost it, then goes online. */
  async reregister(aid: string): Promise<AccountSnapshot> {
    const slot = this.slot(aid);
    const network = await this.parts.networkServices.ready(slot.entry.network);
    const ports = await this.parts.networkServices.registration(network);
    await registerAgain(ports, await this.identities.load(this.aidOf(slot)));
    await this.close(slot);
    await this.open(slot);
    return this.announce(slot);
  }

  /** The computer woke up or changed its network. */
  networkChanged(): void {
    for (const slot of this.slots.values()) {
      if (slot.account !== null && slot.entry.online) slot.account.networkChanged();
    }
  }

  /** The address or the root of a network changed: its accounts are opened anew. */
  async networkReplaced(id: string): Promise<void> {
    const slots = [...this.slots.values()].filter((slot) => slot.entry.network === id);
    await Promise.all(
      slots.map(async (slot) => {
        await this.close(slot);
        await this.open(slot);
        await this.announce(slot);
      }),
    );
  }

  /** Opens a vault that is under a passphrase, then the accounts. @throws AunError `vault_wrong_passphrase` */
  async unlockVault(passphrase: string): Promise<VaultStatus> {
    await this.parts.options.vault.unlock(passphrase);
    const closed = [...this.slots.values()].filter((slot) => slot.account === null);
    await Promise.all(closed.map((slot) => this.open(slot).then(() => this.announce(slot))));
    return this.vaultChanged();
  }

  /** Puts every key of this installation under a passphrase. */
  async setVaultPassphrase(passphrase: string): Promise<VaultStatus> {
    const secrets = await this.identities.secrets();
    const databases = await Promise.all(
      this.ids().map((aid) => databaseSecret(this.identities.folderOf(this.aidOf(this.slot(aid))))),
    );
    await this.parts.options.vault.setPassphrase(passphrase, [
      ...secrets,
      ...databases.filter((secret) => secret !== null),
    ]);
    return this.vaultChanged();
  }

  private vaultChanged(): VaultStatus {
    const vault = { ...this.parts.options.vault.status() };
    this.parts.options.emit({ event: 'vault.changed', data: { account: null, vault } });
    return vault;
  }

  private slot(aid: string): Slot {
    const slot = this.slots.get(aid);
    if (slot === undefined) throw new AunError('unknown_account', 'this installation holds no such identity');
    return slot;
  }

  private aidOf(slot: Slot): Aid {
    const aid = parseAid(slot.entry.aid);
    if (aid === null)
      throw new AunError('invalid_aid', 'the account list holds an address that breaks the rules');
    return aid;
  }

  private addSlot(entry: AccountEntry): Slot {
    const slot: Slot = { entry, account: null, failure: null, failedAt: 0, busy: Promise.resolve() };
    this.slots.set(entry.aid, slot);
    return slot;
  }

  private async setOnline(slot: Slot, online: boolean): Promise<void> {
    if (slot.entry.online === online) return;
    slot.entry = { ...slot.entry, online };
    await this.saveList();
  }

  private saveList(): Promise<void> {
    return this.list.write({ accounts: [...this.slots.values()].map((slot) => slot.entry) });
  }

  private open(slot: Slot): Promise<void> {
    return this.afterwards(slot, async () => {
      if (slot.account !== null) return;
      try {
        const account = await this.build(slot);
        slot.account = account;
        slot.failure = null;
        this.goOnline(slot, account);
      } catch (thrown) {
        slot.failure = toAunError(thrown);
        slot.failedAt = this.parts.options.runtime.clock.now();
        this.log('account.not_opened', slot, slot.failure);
      }
    });
  }

  private close(slot: Slot): Promise<void> {
    return this.afterwards(slot, async () => {
      const account = slot.account;
      slot.account = null;
      await account?.stop();
    });
  }

  private afterwards(slot: Slot, step: () => Promise<void>): Promise<void> {
    slot.busy = slot.busy
      .then(step)
      .catch((thrown: unknown) => this.log('account.step_failed', slot, toAunError(thrown)));
    return slot.busy;
  }

  private async build(slot: Slot): Promise<Account> {
    const { options, store, cryptoPool, networks } = this.parts;
    const identity = await this.identities.load(this.aidOf(slot));
    const network = networks.get(slot.entry.network);
    const services = await openAccountServices({
      identity,
      folder: this.identities.folderOf(identity.aid),
      network,
      store,
      cryptoPool,
      options,
    });
    const facts = {
      aid: identity.aid,
      network: network.id,
      displayName: slot.entry.displayName,
      hue: slot.entry.hue,
    };
    const account = new Account(facts, services, options.runtime, options.emit);
    await account.start();
    return account;
  }

  /** Lets an account that was just opened go online, once the start of the application allows it. */
  private goOnline(slot: Slot, account: Account): void {
    const { beforeOnline = Promise.resolve() } = this.parts.options;
    beforeOnline.then(
      () => {
        if (slot.account === account && slot.entry.online) account.session.start();
      },
      (error: unknown) => this.log('account.not_online', slot, toAunError(error)),
    );
  }

  private async snapshotOf(slot: Slot): Promise<AccountSnapshot> {
    if (slot.account !== null) return slot.account.snapshot();
    const { failure } = slot;
    return {
      account: slot.entry.aid,
      network: slot.entry.network,
      displayName: slot.entry.displayName,
      hue: slot.entry.hue,
      certificateFingerprint: null,
      session: closedSession(failure, slot.failedAt),
      unread: 0,
      queued: 0,
      catchingUp: null,
    };
  }

  private async announce(slot: Slot): Promise<AccountSnapshot> {
    const snapshot = await this.snapshotOf(slot);
    this.parts.options.emit({ event: 'account.changed', data: { account: slot.entry.aid, snapshot } });
    return snapshot;
  }

  private log(event: string, slot: Slot, error: AunError): void {
    const fields = { account: slot.entry.aid, code: error.code, message: error.message };
    this.parts.options.runtime.logger.log('warn', event, fields);
  }
}
