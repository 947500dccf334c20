import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AccountStore } from './accounts';
import { CertificateStore } from './certificates';
import { CustodyStore } from './custody';
import { SqlDatabase } from './database';
import { InboxStore } from './inbox';
import { MessageStore } from './messages';
import { ObjectStore } from './objects';
import { PrekeyStore } from './prekeys';
import { ShareStore } from './shares';
import { TokenStore } from './tokens';

/** Everything the gateway must not forget, behind named methods. */
export class GatewayStore {
  readonly #sql: SqlDatabase;
  readonly accounts: AccountStore;
  readonly certificates: CertificateStore;
  readonly tokens: TokenStore;
  readonly prekeys: PrekeyStore;
  readonly inbox: InboxStore;
  readonly messages: MessageStore;
  readonly custody: CustodyStore;
  readonly objects: ObjectStore;
  readonly shares: ShareStore;

  /**
   * Opens `{dataDir}/gateway.db`, creating folder and file (both readable by the owner only).
   * @throws when the folder cannot be written or the file is not ours.
   */
  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const path = join(dataDir, 'gateway.db');
    this.#sql = new SqlDatabase(path);
    chmodSync(path, 0o600);
    this.accounts = new AccountStore(this.#sql);
    this.certificates = new CertificateStore(this.#sql);
    this.tokens = new TokenStore(this.#sql);
    this.prekeys = new PrekeyStore(this.#sql);
    this.inbox = new InboxStore(this.#sql);
    this.messages = new MessageStore(this.#sql);
    this.custody = new CustodyStore(this.#sql);
    this.objects = new ObjectStore(this.#sql);
    this.shares = new ShareStore(this.#sql);
  }

  /** All or nothing across the stores; `work` must be synchronous. */
  transaction<Result>(work: () => Result): Result {
    return this.#sql.transaction(work);
  }

  close(): void {
    this.#sql.close();
  }
}
