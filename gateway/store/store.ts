import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AccountStore } from './accounts';
import { CapabilityStore } from './capabilities';
import { CertificateStore } from './certificates';
import { CustodyStore } from './custody';
import { SqlDatabase } from './database';
import { GroupCursorStore } from './group-cursors';
import { GroupJoiningStore } from './group-joining';
import { GroupMemberStore } from './group-members';
import { GroupMessageStore } from './group-messages';
import { GroupSettingStore } from './group-settings';
import { GroupStore } from './groups';
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
  readonly capabilities: CapabilityStore;
  readonly groups: GroupStore;
  readonly groupCursors: GroupCursorStore;
  readonly groupMembers: GroupMemberStore;
  readonly groupMessages: GroupMessageStore;
  readonly groupJoining: GroupJoiningStore;
  readonly groupSettings: GroupSettingStore;

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
    this.capabilities = new CapabilityStore(this.#sql);
    this.groupCursors = new GroupCursorStore(this.#sql);
    this.groupMembers = new GroupMemberStore(this.#sql, this.groupCursors);
    this.groups = new GroupStore(this.#sql, this.groupMembers);
    this.groupMessages = new GroupMessageStore(this.#sql);
    this.groupJoining = new GroupJoiningStore(this.#sql);
    this.groupSettings = new GroupSettingStore(this.#sql);
  }

  /** The database itself, for stores that other parts of the gateway bring along. */
  get database(): SqlDatabase {
    return this.#sql;
  }

  /** All or nothing across the stores; `work` must be synchronous. */
  transaction<Result>(work: () => Result): Result {
    return this.#sql.transaction(work);
  }

  close(): void {
    this.#sql.close();
  }
}
