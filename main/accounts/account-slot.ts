import { parseAid } from '../../shared/aun/aid';
import type { Aid } from '../../shared/aun/aid';
import type { Account as AccountSnapshot } from '../../shared/model/account';
import { AunError, toAunError } from '../runtime/errors';
import type { Account } from './account';
import type { AccountEntry } from './account-list';
import { closedSession } from './closed-session';
import { shownFacts } from './shown-facts';

/** The place of one identity in the window, whether it can be opened or not. Its steps run one after the other. */
export class AccountSlot {
  /** Running account, or null while it cannot be opened. */
  account: Account | null = null;
  failure: AunError | null = null;
  /** Taken out of the window: nothing opens it again. */
  gone = false;
  private failedAt = 0;
  private busy: Promise<void> = Promise.resolve();

  constructor(
    private held: AccountEntry,
    private readonly stepFailed: (slot: AccountSlot, thrown: unknown) => void,
  ) {}

  get aid(): string {
    return this.held.aid;
  }

  get entry(): AccountEntry {
    return this.held;
  }

  /** Changes what is known of the identity; the running account hears of it. */
  change(changed: Partial<Omit<AccountEntry, 'aid'>>): void {
    this.held = { ...this.held, ...changed };
    this.account?.update(this.held);
  }

  /** Resolves when everything asked for so far is done. */
  settled(): Promise<void> {
    return this.busy;
  }

  /** Runs a step after all before it. A step that fails is reported and does not stop the next. */
  afterwards(step: () => Promise<void>): Promise<void> {
    this.busy = this.busy.then(step).catch((thrown: unknown) => this.stepFailed(this, thrown));
    return this.busy;
  }

  /** Runs `build` unless the account is open or gone; what it throws is kept as the reason why it is closed. */
  open(build: () => Promise<Account>, now: () => number): Promise<void> {
    return this.afterwards(async () => {
      if (this.account !== null || this.gone) return;
      try {
        this.account = await build();
        this.failure = null;
      } catch (thrown) {
        this.failed(thrown, now());
        throw thrown;
      }
    });
  }

  /** Stops the account; it is closed on disk when this resolves. */
  close(reason: { readonly error: AunError; readonly at: number } | null = null): Promise<void> {
    return this.afterwards(async () => {
      const { account } = this;
      this.account = null;
      if (reason !== null) this.failed(reason.error, reason.at);
      await account?.stop();
    });
  }

  /**
   * Closes the account and does `work` before anything opens it again. @throws AunError `unknown_account` when it is
   * taken out of the window meanwhile, what `work` throws
   */
  apart<T>(work: () => Promise<T>): Promise<T> {
    const done = this.busy.then(async () => {
      if (this.gone) throw new AunError('unknown_account', 'this identity was taken out of the window');
      const { account } = this;
      this.account = null;
      await account?.stop();
      return work();
    });
    this.busy = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }

  /** The running account, waiting for it where it is just being opened. @throws AunError why it is not open */
  async running(): Promise<Account> {
    await this.busy;
    if (this.account !== null) return this.account;
    throw this.failure ?? new AunError('cancelled', 'the account was closed', { retryable: true });
  }

  async snapshot(): Promise<AccountSnapshot> {
    if (this.account !== null) return this.account.snapshot();
    const { entry, failure } = this;
    return {
      ...shownFacts(entry),
      attention: [],
      certificateExpiresAt: null,
      profileName: '',
      certificateFingerprint: null,
      session: closedSession(failure, this.failedAt),
      unread: 0,
      mentions: 0,
      requests: 0,
      queued: 0,
      catchingUp: null,
    };
  }

  private failed(thrown: unknown, at: number): void {
    this.failure = toAunError(thrown);
    this.failedAt = at;
  }
}

/** Whether an identity goes online by itself. */
export function wantsOnline(entry: AccountEntry): boolean {
  return entry.online && !entry.archived;
}

/** Whether an identity waits for a newer key: another device replaced the one that is here. */
export function isOutdated(slot: AccountSlot): boolean {
  const blocked = slot.account?.session.snapshot().blocked ?? null;
  return slot.entry.archived || blocked === 'name_belongs_to_another_key';
}

/** The checked address of an identity. @throws AunError `invalid_aid` */
export function addressOf(slot: AccountSlot): Aid {
  const aid = parseAid(slot.aid);
  if (aid === null)
    throw new AunError('invalid_aid', 'the account list holds an address that breaks the rules');
  return aid;
}
