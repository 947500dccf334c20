import type { SessionSnapshot } from '../../shared/model/account';
import type { CryptoPool } from '../e2ee';
import type { IdentityStore } from '../identity/identity-store';
import { recoverRekey } from '../identity/rekey';
import type { StoreHost } from '../ports/store';
import { toAunError } from '../runtime/errors';
import { Account } from './account';
import type { AccountSurroundings } from './account';
import { defaultAdvanced } from './account-list';
import type { AccountEntry } from './account-list';
import { openAccountServices } from './account-services';
import type { AccountSlot } from './account-slot';
import { addressOf, wantsOnline } from './account-slot';
import type { EngineOptions } from './engine-options';
import type { KeyGate } from './key-gate';
import type { NetworkRegistry } from './network-registry';
import type { NetworkServices } from './network-services';
import { ServiceSignals } from './service-signals';

/** What the manager works with. */
export interface AccountManagerParts {
  readonly options: EngineOptions;
  readonly networks: NetworkRegistry;
  readonly networkServices: NetworkServices;
  readonly store: StoreHost;
  readonly cryptoPool: CryptoPool;
  readonly surroundings: AccountSurroundings;
}

/** What the opener asks of whoever holds the slots. */
export interface SlotKeeper {
  /** Changes what the list of accounts keeps. */
  keep(slot: AccountSlot, changed: Partial<AccountEntry>): Promise<void>;
  archive(slot: AccountSlot): Promise<unknown>;
  reopen(slot: AccountSlot): Promise<unknown>;
}

/** Opens accounts, lets them go online, and learns from their first sign-in. */
export class AccountOpener {
  constructor(
    private readonly parts: AccountManagerParts,
    private readonly identities: IdentityStore,
    private readonly keyGate: KeyGate,
    private readonly keeper: SlotKeeper,
  ) {}

  /** Opens an account unless it is open; why it cannot be is kept in its slot. */
  async open(slot: AccountSlot): Promise<void> {
    const { clock } = this.parts.options.runtime;
    await slot.open(
      () => this.keyGate.write(() => this.build(slot)),
      () => clock.now(),
    );
    const { account } = slot;
    if (account === null) return;
    const { beforeOnline = Promise.resolve() } = this.parts.options;
    beforeOnline
      .then(() => this.goOnline(slot, account))
      .catch((thrown: unknown) => this.log('account.not_online', slot, thrown));
  }

  /** Ends a change of key that was interrupted. Returns whether the account is opened anew with the new key. */
  async recover(slot: AccountSlot): Promise<boolean> {
    const aid = addressOf(slot);
    const { account } = slot;
    if (account === null || (await this.identities.pendingRekey(aid)) === null) return false;
    const { logger } = this.parts.options.runtime;
    const { pki, verifier } = account.services;
    const found = await this.keyGate.write(() =>
      recoverRekey({ store: this.identities, aid, pki, verifier, logger }),
    );
    if (found.outcome !== 'committed') return false;
    await this.keeper.reopen(slot);
    await this.tellOwnKeyChange(slot);
    return true;
  }

  /** Writes into the notes to self that the own key is another one from here on. */
  async tellOwnKeyChange(slot: AccountSlot): Promise<void> {
    const account = await slot.running();
    const fingerprint = account.services.identity.certificate()?.spkiFingerprint ?? '';
    const { aid, store } = account;
    account.published(await store.addNotice(aid, 'own_keys_changed', account.now(), fingerprint));
  }

  private async build(slot: AccountSlot): Promise<Account> {
    const { options, store, cryptoPool, networks, networkServices, surroundings } = this.parts;
    const identity = await this.identities.load(addressOf(slot));
    const signals = new ServiceSignals();
    const services = await openAccountServices({
      identity,
      folder: this.identities.folderOf(identity.aid),
      network: networks.get(slot.entry.network),
      advanced: slot.entry.advanced ?? defaultAdvanced(options.hostName),
      networkServices,
      signals,
      store,
      cryptoPool,
      options,
    });
    const account = new Account(slot.entry, services, signals, surroundings);
    try {
      await account.start();
    } catch (thrown) {
      await account.stop();
      throw thrown;
    }
    account.session.onChange((snapshot) => {
      if (slot.account !== account) return;
      this.learn(slot, snapshot).catch((thrown: unknown) => this.log('account.not_proved', slot, thrown));
    });
    return account;
  }

  /**
   * Learns from how signing in went: whether a key that was being changed has become the registered one, and whether the
   * key of a backup still is (`protocol/06 §7`).
   */
  private async learn(slot: AccountSlot, { state, blocked }: SessionSnapshot): Promise<void> {
    if (blocked === 'name_belongs_to_another_key' && (await this.recover(slot))) return;
    if (!slot.entry.unproven) return;
    if (isReplaced(blocked)) await this.keeper.archive(slot);
    else if (state === 'online') await this.keeper.keep(slot, { unproven: false });
  }

  /** Lets an account that was just opened go online, once the start of the application allows it. */
  private async goOnline(slot: AccountSlot, account: Account): Promise<void> {
    const mayGo = (): boolean => slot.account === account && wantsOnline(slot.entry);
    if (!mayGo()) return;
    // A change of key that cannot be ended now must not keep the identity offline: its sign-in asks again if it matters.
    const opened = await this.recover(slot).catch((thrown: unknown) => {
      this.log('account.rekey_not_recovered', slot, thrown);
      return false;
    });
    if (!opened && mayGo()) account.session.start();
  }

  private log(event: string, slot: AccountSlot, thrown: unknown): void {
    const { code, message } = toAunError(thrown);
    this.parts.options.runtime.logger.log('warn', event, { account: slot.aid, code, message });
  }
}

/** Whether a sign-in was refused because another key took the place of ours. */
export function isReplaced(blocked: SessionSnapshot['blocked']): boolean {
  return blocked === 'name_belongs_to_another_key' || blocked === 'certificate_revoked';
}
