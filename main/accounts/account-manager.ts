import { nameProblem, normalizeAidInput, parseAid } from '../../shared/aun/aid';
import type { Aid } from '../../shared/aun/aid';
import type {
  Account as AccountSnapshot,
  AdvancedSettings,
  NotificationRule,
} from '../../shared/model/account';
import type { Held } from '../../shared/model/backup';
import { hueOfPublicKey } from '../identity/hue';
import { createIdentityStore } from '../identity/identity-store';
import type { IdentityStore, IdentitySummary } from '../identity/identity-store';
import { registerAgain, registerIdentity } from '../identity/registration';
import { certificateOfKey, rekeyIdentity } from '../identity/rekey';
import type { MediaPart } from '../ports/attachments';
import type { WrappedSecret } from '../ports/vault';
import { AunError, toAunError } from '../runtime/errors';
import type { JsonFile } from '../runtime/json-file';
import { parseMediaAddress } from '../runtime/media-address';
import type { Account } from './account';
import { accountListFile, arrivalFile, defaultAdvanced, dropArrival, newEntry } from './account-list';
import type { AccountEntry, AccountList } from './account-list';
import { AccountOpener, isReplaced } from './account-opener';
import type { AccountManagerParts } from './account-opener';
import { AccountSlot, addressOf, isOutdated, wantsOnline } from './account-slot';
import { databaseSecret } from './database-key';
import { firstVerdict } from './first-verdict';
import { importIdentity } from './identity-import';
import type { Imported, ImportReader } from './identity-import';
import { createKeyGate } from './key-gate';
import type { KeyGate } from './key-gate';
import type { NetworkRecord } from './network-registry';
import type { OutdatedIdentity } from './newer-key';
import { RemovedAccounts } from './removed-accounts';

/** As many conversations are shown anew at most after rows came from outside; further ones are read when they are scrolled to. */
const SHOWN_AGAIN = 200;

/** Holds every identity of this installation. An account that fails never affects another. */
export class AccountManager {
  readonly identities: IdentityStore;
  /** Held by whoever writes wrapped keys, and alone by whoever moves them all. */
  readonly keyGate: KeyGate = createKeyGate();
  private readonly slots = new Map<string, AccountSlot>();
  /** Those that are being closed because they were taken out: their files are still in use. */
  private readonly leaving = new Map<string, Promise<void>>();
  private readonly list: JsonFile<AccountList>;
  private readonly removed: RemovedAccounts;
  private readonly opener: AccountOpener;

  constructor(private readonly parts: AccountManagerParts) {
    const { dataDir, vault, runtime } = parts.options;
    this.identities = createIdentityStore({ dataDir, vault, runtime });
    this.list = accountListFile(dataDir);
    this.opener = new AccountOpener(parts, this.identities, this.keyGate, {
      keep: (slot, changed) => this.keep(slot, changed),
      archive: (slot) => this.archive(slot),
      reopen: (slot) => this.reopen(slot),
    });
    this.removed = new RemovedAccounts({
      dataDir,
      identities: this.identities,
      clock: runtime.clock,
      logger: runtime.logger,
      save: () => this.saveList(),
    });
  }

  /** Reads which accounts there are. */
  async load(): Promise<void> {
    const { accounts, removed } = await this.list.read();
    this.removed.load(removed);
    for (const entry of accounts) if (!this.removed.has(entry.aid)) this.addSlot(entry);
    await this.removed.finishErasing();
    await this.identities.sweep();
    // A crash between the registration and the list leaves an identity that the list does not know yet.
    for (const summary of await this.identities.list()) {
      if (this.slots.has(summary.aid) || this.removed.has(summary.aid)) continue;
      const entry = await this.entryOfUnknown(summary);
      if (entry !== null) this.addSlot(entry);
    }
  }

  /** What the list would have kept of an identity it does not know; null where its network is unknown, too. */
  private async entryOfUnknown({ aid, hue, folder }: IdentitySummary): Promise<AccountEntry | null> {
    const records = this.parts.networks.records();
    const arrival = await arrivalFile(folder).read();
    if (arrival?.aid === aid && records.some(({ id }) => id === arrival.network)) return arrival;
    const network = records.find(({ issuer }) => aid.endsWith(`.${issuer}`));
    if (network === undefined) return null;
    return { ...newEntry({ aid, hue, network: network.id, displayName: '' }), unproven: arrival !== null };
  }

  /** Opens every account; one that cannot be opened is shown with its reason. */
  async openAll(): Promise<void> {
    await Promise.all(
      [...this.slots.values()].map((slot) => this.opener.open(slot).then(() => this.announce(slot))),
    );
  }

  async stop(): Promise<void> {
    await Promise.all([...this.slots.values()].map((slot) => slot.close()));
  }

  ids(): string[] {
    return [...this.slots.keys()];
  }

  isOpen(aid: string): boolean {
    return (this.slots.get(aid)?.account ?? null) !== null;
  }

  /** Where this installation holds keys of that address, and whether a newer key may replace the one it has. */
  whereHeld(aid: string): Held {
    const slot = this.slots.get(aid);
    if (slot !== undefined) return isOutdated(slot) ? 'replaceable' : 'window';
    return this.removed.has(aid) ? 'removed' : 'no';
  }

  /**
   * The running account, waiting for it where it is just being opened or closed.
   * @throws AunError `unknown_account`, or why the account cannot be opened
   */
  async get(aid: string): Promise<Account> {
    return this.slot(aid).running();
  }

  /** A part of a decrypted attachment by the address it is shown under, or null where there is nothing to be shown. */
  async media(
    address: string,
    range: { readonly start: number; readonly end: number | null } | null,
  ): Promise<MediaPart | null> {
    const asked = parseMediaAddress(address);
    const account = asked === null ? null : this.slots.get(asked.account)?.account;
    return account?.messaging.attachments.read(address, range) ?? null;
  }

  /** What the list keeps of an account. @throws AunError `unknown_account` */
  entry(aid: string): AccountEntry {
    return this.slot(aid).entry;
  }

  snapshots(): Promise<AccountSnapshot[]> {
    return Promise.all([...this.slots.values()].map((slot) => slot.snapshot()));
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
    this.refuseHeld(aid);
    const identity = await this.keyGate.write(async () =>
      registerIdentity(await this.parts.networkServices.registration(network), this.identities, aid),
    );
    const hue = hueOfPublicKey(identity.publicKeySpki);
    return this.adopt(newEntry({ aid, network: network.id, displayName: displayName.trim(), hue }));
  }

  /** @throws AunError `already_exists`, with `detail.where` (`window` or `removed`) */
  private refuseHeld(aid: string): void {
    const held = this.whereHeld(aid);
    if (held === 'no') return;
    const where = held === 'removed' ? 'removed' : 'window';
    throw new AunError('already_exists', `this identity is here already (${where})`, { detail: { where } });
  }

  /** As {@link AccountManager.create} refuses, but not an identity that waits for a newer key. @throws AunError `already_exists` */
  refuseImport(aid: string): void {
    if (this.whereHeld(aid) !== 'replaceable') this.refuseHeld(aid);
  }

  /** Takes an identity whose files are complete into the window and opens it. */
  async adopt(entry: AccountEntry): Promise<AccountSnapshot> {
    // Two that came at once are one identity: the files are the same.
    const slot = this.slots.get(entry.aid) ?? this.addSlot(entry);
    await this.saveList();
    await dropArrival(this.folderOf(entry.aid));
    await this.opener.open(slot);
    return this.announce(slot);
  }

  /** Takes an identity from outside into the window; see {@link importIdentity}. */
  importIdentity<T>(read: ImportReader<T>): Promise<Imported<T>> {
    const { options, store } = this.parts;
    const parts = {
      identities: this.identities,
      keyGate: this.keyGate,
      store,
      vault: options.vault,
      random: options.runtime.random,
      held: (aid: string) => this.outdated(aid),
      adopt: (entry: AccountEntry) => this.adopt(entry),
    };
    return importIdentity(parts, read);
  }

  /** @throws AunError `already_exists` */
  private outdated(aid: string): OutdatedIdentity | null {
    this.refuseImport(aid);
    const slot = this.slots.get(aid);
    if (slot === undefined) return null;
    const { networkServices } = this.parts;
    return {
      certificateOf: async (publicKeySpki) => {
        const network = await networkServices.ready(slot.entry.network);
        const { pki, verifier } = await networkServices.registration(network);
        return certificateOfKey({ aid: addressOf(slot), publicKeySpki, pki, verifier });
      },
      keep: (changed) => this.keep(slot, changed),
      apart: (work) => slot.apart(work),
      reopen: async (changed) => {
        await this.reopen(slot);
        const { account } = slot;
        if (!changed || account === null) return slot.snapshot();
        await this.opener.tellOwnKeyChange(slot);
        const { conversations } = await account.store.conversations('inbox', SHOWN_AGAIN, 0);
        account.published({ messages: [], conversations, removed: [] });
        return account.snapshot();
      },
    };
  }

  /** Puts the identities into this order; those not named keep theirs behind them. @throws AunError `unknown_account` */
  async reorder(aids: readonly string[]): Promise<AccountSnapshot[]> {
    const first = [...new Set(aids)].map((aid) => this.slot(aid));
    const rest = [...this.slots.values()].filter((slot) => !first.includes(slot));
    this.slots.clear();
    for (const slot of [...first, ...rest]) this.slots.set(slot.aid, slot);
    this.parts.options.emit({ event: 'account.order', data: { account: null, accounts: this.ids() } });
    await this.saveList();
    return this.snapshots();
  }

  async update(
    aid: string,
    changed: {
      readonly displayName?: string | undefined;
      readonly hue?: number | null | undefined;
      readonly notifications?: NotificationRule | undefined;
    },
  ): Promise<AccountSnapshot> {
    const slot = this.slot(aid);
    const { displayName, hue, notifications } = changed;
    slot.change({
      ...(displayName === undefined ? {} : { displayName: displayName.trim() }),
      ...(hue === undefined ? {} : { chosenHue: hue }),
      ...(notifications === undefined ? {} : { notifications }),
    });
    await this.saveList();
    return this.announce(slot);
  }

  advanced(aid: string): AdvancedSettings {
    return this.slot(aid).entry.advanced ?? this.defaultAdvanced();
  }

  defaultAdvanced(): AdvancedSettings {
    return defaultAdvanced(this.parts.options.hostName);
  }

  /** Folder of an account. */
  folderOf(aid: string): string {
    return this.identities.folderOf(addressOf(this.slot(aid)));
  }

  /** Waits for the first sign-in to tell whether the key is still the active one; false where nobody can say now. */
  async isArchivedAfterSignIn(aid: string): Promise<boolean> {
    const slot = this.slot(aid);
    await slot.settled();
    const { account } = slot;
    if (account === null) return false;
    await firstVerdict(account, this.parts.options.runtime.scheduler);
    // The verdict may be written down a moment after it is known.
    return slot.entry.archived || isReplaced(account.session.snapshot().blocked);
  }

  /** Changes slot, delivery mode or device name; the account signs in again with them. */
  async setAdvanced(aid: string, advanced: AdvancedSettings): Promise<AccountSnapshot> {
    const slot = this.slot(aid);
    slot.change({ advanced });
    await this.saveList();
    return this.reopen(slot);
  }

  /** Goes online now; opens an account that could not be opened before. @throws AunError `account_archived` */
  async connect(aid: string): Promise<AccountSnapshot> {
    const slot = this.slot(aid);
    if (slot.entry.archived) throw new AunError('account_archived', 'an archived identity never goes online');
    await this.keep(slot, { online: true });
    if (slot.account === null) await this.opener.open(slot);
    else slot.account.session.connectNow();
    return this.announce(slot);
  }

  async disconnect(aid: string): Promise<AccountSnapshot> {
    const slot = this.slot(aid);
    await this.keep(slot, { online: false });
    await slot.account?.session.stop();
    return this.announce(slot);
  }

  /** Registers the key again where the network lost it, then goes online. */
  async reregister(aid: string): Promise<AccountSnapshot> {
    const slot = this.slot(aid);
    const network = await this.parts.networkServices.ready(slot.entry.network);
    const ports = await this.parts.networkServices.registration(network);
    await registerAgain(ports, await this.identities.load(addressOf(slot)));
    return this.reopen(slot);
  }

  /**
   * Takes an identity out of the window, with its data kept or destroyed.
   * @throws AunError `unknown_account`, `invalid_request` when `erase` is not confirmed with the address
   */
  async remove(aid: string, data: 'keep' | 'erase', confirm: string): Promise<void> {
    const slot = this.slot(aid);
    if (data === 'erase') requireConfirmed(aid, confirm);
    slot.gone = true;
    this.slots.delete(aid);
    this.removed.add(slot.entry, data === 'erase');
    const left = this.leave(slot);
    this.leaving.set(aid, left);
    await left.finally(() => this.leaving.delete(aid));
    if (data === 'erase') await this.keyGate.write(() => this.removed.erase(aid));
  }

  private async leave(slot: AccountSlot): Promise<void> {
    try {
      await this.saveList();
    } finally {
      await slot.close();
      this.parts.options.emit({ event: 'account.removed', data: { account: slot.aid } });
    }
  }

  listRemoved(): { account: string; network: string; removedAt: number }[] {
    return this.removed.list();
  }

  /** @throws AunError `unknown_account` */
  async putBack(aid: string): Promise<AccountSnapshot> {
    await this.leaving.get(aid)?.catch(() => undefined);
    return this.adopt(this.removed.take(aid));
  }

  /** @throws AunError `unknown_account`, `invalid_request` when it is not confirmed with the address */
  async eraseRemoved(aid: string, confirm: string): Promise<void> {
    requireConfirmed(aid, confirm);
    await this.leaving.get(aid)?.catch(() => undefined);
    await this.keyGate.write(() => this.removed.erase(aid));
  }

  /**
   * Makes a new key for an identity and retires the old one (`protocol/01 §7.6`).
   * @throws AunError `invalid_request` when it is not confirmed with the address, gateway errors
   */
  async rekey(aid: string, confirm: string): Promise<AccountSnapshot> {
    requireConfirmed(aid, confirm);
    const slot = this.slot(aid);
    const { session } = await slot.running();
    const { logger } = this.parts.options.runtime;
    await this.keyGate.write(() =>
      rekeyIdentity({
        store: this.identities,
        aid: addressOf(slot),
        rekey: (publicKeySpki) => session.rekey(publicKeySpki),
        logger,
      }),
    );
    await this.reopen(slot);
    await this.opener.tellOwnKeyChange(slot);
    return slot.snapshot();
  }

  /** The key of this account is no longer the active one of its name: it keeps its history and goes offline for good. */
  private async archive(slot: AccountSlot): Promise<AccountSnapshot> {
    await this.keep(slot, { archived: true, unproven: false });
    await slot.account?.session.stop();
    return this.announce(slot);
  }

  /** The computer woke up or changed its network. */
  networkChanged(): void {
    for (const slot of this.slots.values()) {
      if (slot.account !== null && wantsOnline(slot.entry)) slot.account.networkChanged();
    }
  }

  /** People of a network have just published their profiles: whoever looked too early looks again. */
  lookAgain(network: string, aids: readonly string[]): void {
    for (const slot of this.slots.values()) {
      if (slot.entry.network === network) slot.account?.lookAgain(aids);
    }
  }

  /** The address or the root of a network changed: its accounts are opened anew. */
  async networkReplaced(id: string): Promise<void> {
    const slots = [...this.slots.values()].filter((slot) => slot.entry.network === id);
    await Promise.all(slots.map((slot) => this.reopen(slot)));
  }

  /** Closes every account because the vault is locked. */
  async closeLocked(): Promise<void> {
    const error = new AunError('vault_locked', 'the vault needs its passphrase');
    const at = this.parts.options.runtime.clock.now();
    await Promise.all(
      [...this.slots.values()].map(async (slot) => {
        await slot.close({ error, at });
        await this.announce(slot);
      }),
    );
  }

  /** Opens what could not be opened before. */
  async openClosed(): Promise<void> {
    const closed = [...this.slots.values()].filter((slot) => slot.account === null);
    await Promise.all(closed.map((slot) => this.opener.open(slot).then(() => this.announce(slot))));
  }

  /** Every secret the vault wrapped in this installation: keys of now and before, databases, also of accounts taken out. */
  async secrets(): Promise<WrappedSecret[]> {
    const keys = await this.identities.secrets();
    const aids = new Set<Aid>((await this.identities.list()).map((summary) => summary.aid));
    for (const slot of this.slots.values()) aids.add(addressOf(slot));
    const databases = await Promise.all(
      [...aids].map((aid) => databaseSecret(this.identities.folderOf(aid))),
    );
    return [...keys, ...databases.filter((secret) => secret !== null)];
  }

  private slot(aid: string): AccountSlot {
    const slot = this.slots.get(aid);
    if (slot === undefined) throw new AunError('unknown_account', 'this installation holds no such identity');
    return slot;
  }

  private addSlot(entry: AccountEntry): AccountSlot {
    const slot = new AccountSlot(entry, (failed, thrown) =>
      this.log('account.step_failed', failed, toAunError(thrown)),
    );
    this.slots.set(entry.aid, slot);
    return slot;
  }

  /** Changes what the list keeps, if it changes anything. */
  private async keep(slot: AccountSlot, changed: Partial<AccountEntry>): Promise<void> {
    const before = JSON.stringify(slot.entry);
    slot.change(changed);
    if (JSON.stringify(slot.entry) !== before) await this.saveList();
  }

  private saveList(): Promise<void> {
    const accounts = [...this.slots.values()].map((slot) => slot.entry);
    return this.list.write({ accounts, removed: this.removed.entries() });
  }

  private async reopen(slot: AccountSlot): Promise<AccountSnapshot> {
    await slot.close();
    await this.opener.open(slot);
    return this.announce(slot);
  }

  private async announce(slot: AccountSlot): Promise<AccountSnapshot> {
    const snapshot = await slot.snapshot();
    if (!slot.gone)
      this.parts.options.emit({ event: 'account.changed', data: { account: slot.aid, snapshot } });
    return snapshot;
  }

  private log(event: string, slot: AccountSlot, error: AunError): void {
    const fields = { account: slot.aid, code: error.code, message: error.message };
    this.parts.options.runtime.logger.log('warn', event, fields);
  }
}

/** @throws AunError `invalid_request` unless the address was typed */
export function requireConfirmed(aid: string, confirm: string): void {
  if (normalizeAidInput(confirm) !== aid)
    throw new AunError('invalid_request', 'the address that was typed is not that of the identity');
}
