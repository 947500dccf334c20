import type { Aid } from '../../shared/aun/aid';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { Account as AccountSnapshot, SessionSnapshot } from '../../shared/model/account';
import type { BackupStatus } from '../../shared/model/backup';
import type { Message } from '../../shared/model/message';
import type { Contact, Profile } from '../../shared/model/people';
import type { Settings } from '../../shared/model/settings';
import { emptyRecord, toProfile } from '../identity/profile/record';
import type { Notifications } from '../notifications';
import type { Desktop } from '../ports/desktop';
import type { Emit } from '../ports/events';
import type { StoreChange } from '../ports/store';
import { toAunError } from '../runtime/errors';
import type { AunError } from '../runtime/errors';
import type { Disposer, Runtime } from '../runtime/runtime';
import type { AccountEntry } from './account-list';
import { AccountMessaging } from './account-messaging';
import type { AccountServices } from './account-services';
import { attentionOf } from './attention';
import { backupStatus } from './backup-status';
import { isEmpty, tellChange } from './change-events';
import { archivedSession } from './closed-session';
import { ConversationDesk } from './conversation-desk';
import { groupsOf } from './group-conversations';
import { nowReachable } from './learned-protection';
import { LOCAL_NETWORK } from './network-registry';
import { OwnProfileKeeper } from './own-profile';
import { PeerPresence } from './peer-presence';
import { requirePeer } from './require-peer';
import { RetentionSweep } from './retention';
import type { ServiceListener, ServiceSignals } from './service-signals';
import { shownFacts } from './shown-facts';

/** Shortest pause between two snapshots of one account, in ms. */
const SNAPSHOT_PAUSE_MS = 50;

/** What an account takes from the installation it belongs to. */
export interface AccountSurroundings {
  readonly runtime: Runtime;
  readonly emit: Emit;
  readonly desktop: Desktop;
  readonly settings: () => Settings;
  readonly notifications: Pick<Notifications, 'arrived' | 'catchingUp'>;
}

/** How often the counts are looked at without a change, in ms: a mute ends by itself. */
const COUNT_PERIOD_MS = 60_000;

/** Wires the services of one AID together and tells the window what changes. */
export class Account implements ServiceListener {
  readonly store: AccountServices['store'];
  readonly session: AccountServices['session'];
  readonly ownProfile: OwnProfileKeeper;
  readonly messaging: AccountMessaging;
  /** What the user does with whole conversations. */
  readonly desk: ConversationDesk;
  private readonly runtime: Runtime;
  private readonly emit: Emit;
  private readonly retention: RetentionSweep;
  private readonly peers: PeerPresence;
  private readonly disposers: Disposer[] = [];
  private readonly openedAt: number;
  private totals = { unread: 0, mentions: 0, requests: 0, queued: 0 };
  private backupReminder = false;
  private catchingUp: number | null = null;
  private snapshotTimer: Disposer | null = null;
  private totalsStale = true;
  private wasOnline = false;
  private skewTold = false;

  constructor(
    private entry: AccountEntry,
    readonly services: AccountServices,
    signals: ServiceSignals,
    private readonly surroundings: AccountSurroundings,
  ) {
    const { runtime, emit, desktop, settings } = surroundings;
    const { people, profiles, store, identity } = services;
    const { logger, scheduler } = runtime;
    this.runtime = runtime;
    this.emit = emit;
    this.store = store;
    this.session = services.session;
    this.openedAt = runtime.clock.now();
    const publish = (change: StoreChange): void => this.published(change);
    const now = (): number => this.now();
    this.messaging = new AccountMessaging({
      services,
      runtime,
      settings,
      desktop,
      now,
      emit,
      publish,
      progress: (rows) => this.progressed(rows),
      onServerReset: () => this.notice('server_reset', 'the gateway started its message numbers again'),
      onFailure: (error) => this.failed(error),
    });
    this.ownProfile = new OwnProfileKeeper({ identity, profiles, store, changed: () => this.changed() });
    this.peers = new PeerPresence({ aid: entry.aid, store, people, profiles, logger, emit, publish });
    this.retention = new RetentionSweep({
      timeIsSure: () => services.session.snapshot().clockSkewMs !== null,
      store,
      now,
      scheduler,
      publish,
      failed: (thrown) => this.log('account.retention_failed', thrown),
    });
    this.desk = new ConversationDesk({
      aid: entry.aid,
      store,
      now,
      publish,
      accepted: (aid) => this.peers.met(aid),
      blocked: (aid, change) => this.messaging.blocked(aid, change),
      retentionChanged: () => this.retention.look(),
      groups: groupsOf(this.messaging.groups),
    });
    signals.listen(this);
  }

  get aid(): Aid {
    return this.services.identity.aid;
  }

  /** Reads what a crash may have left; the session is started by whoever owns the account. */
  async start(): Promise<void> {
    await this.messaging.load();
    await this.store.openConversation(this.aid, 'self', this.aid, this.now());
    const { session, profiles } = this.services;
    this.disposers.push(
      session.onOnline(() => this.online()),
      session.onEvent((name, params) => this.messaging.event(name, params)),
      session.onChange((snapshot) => this.sessionChanged(snapshot)),
      session.onOwnProfileTag((etag) => profiles.ownTag(etag)),
      this.runtime.scheduler.every(COUNT_PERIOD_MS, () =>
        this.background('account.not_counted', this.countAgain()),
      ),
    );
    this.background('account.profile_not_read', this.ownProfile.readName());
    this.retention.look();
    this.changed();
  }

  /** Ends everything in the order that loses nothing; the database is closed when it resolves. */
  async stop(): Promise<void> {
    for (const dispose of this.disposers.splice(0)) dispose();
    this.snapshotTimer?.();
    // From here on nothing is told: a snapshot that is still being made belongs to nobody.
    this.snapshotTimer = () => undefined;
    this.services.profiles.stop();
    this.services.e2ee.onOffline();
    await this.session.stop();
    await this.retention.stop();
    await this.messaging.stop();
    // Last of those that work with keys: what the inbox was still opening would bring wiped keys back into memory.
    this.services.e2ee.stop();
    await this.peers.stop();
    await this.store.close();
  }

  /** What the list of accounts keeps of this one changed. */
  update(entry: AccountEntry): void {
    this.entry = entry;
    this.changed();
  }

  /** The computer woke up or changed its network: tries again at once. */
  networkChanged(): void {
    this.session.resumed();
  }

  /** Gateway time as far as we know it, Unix ms. */
  now(): number {
    return this.runtime.clock.now() + this.services.session.clockSkewMs();
  }

  /** When this account was saved last, and whether to remind of it. */
  backupStatus(): Promise<BackupStatus> {
    const place = this.entry.network === LOCAL_NETWORK ? 'this_computer' : 'network';
    return backupStatus(this.store, this.runtime.clock.now(), place);
  }

  /** The account as the window shows it. */
  async snapshot(): Promise<AccountSnapshot> {
    if (this.totalsStale) {
      this.totalsStale = false;
      this.totals = await this.store.totals(this.runtime.clock.now());
      this.backupReminder = (await this.backupStatus()).reminder;
    }
    const certificate = this.services.identity.certificate();
    const certificateExpiresAt = certificate?.notAfter ?? null;
    const { archived } = this.entry;
    return {
      ...shownFacts(this.entry),
      attention: archived
        ? []
        : attentionOf({
            backupReminder: this.backupReminder,
            certificateExpiresAt,
            profileChangedElsewhere: this.ownProfile.changedElsewhere,
            now: this.now(),
          }),
      certificateExpiresAt,
      profileName: this.ownProfile.name,
      certificateFingerprint: certificate?.fingerprint ?? null,
      session: archived ? archivedSession(this.openedAt) : this.session.snapshot(),
      ...this.totals,
      catchingUp: this.catchingUp,
    };
  }

  /** Asks the network about an address. */
  async lookup(text: string): Promise<{
    aid: string;
    exists: boolean;
    hasKeys: boolean;
    online: boolean;
    certificateFingerprint: string | null;
  }> {
    const aid = requirePeer(text);
    const found = await this.services.e2ee.lookup(aid);
    this.peers.keys(aid, found.hasKeys ? 'encrypted' : 'no_keys');
    const online = found.exists && (await this.messaging.isOnline(aid));
    if (found.hasKeys) await this.messaging.wake(aid);
    return { aid, online, ...found };
  }

  /**
   * Somebody's profile. Of a stranger who waits for the user's word only what is known here, unless the user asks for more:
   * their host must not learn that their message was looked at. @throws AunError gateway errors
   */
  async profileOf(aid: Aid, refresh: boolean): Promise<Profile> {
    const standing = (await this.store.conversation(aid))?.standing ?? 'accepted';
    if (refresh || standing === 'accepted') return this.services.profiles.peer(aid, refresh);
    return toProfile((await this.store.profile(aid)) ?? emptyRecord(aid, 0));
  }

  /** Sends a finished payload; for agents that live in this process. @throws AunError as `message.send` */
  async sendPayload(conversation: string, payload: JsonObject, requestId: string): Promise<Message> {
    await this.desk.writingTo(conversation);
    return this.messaging.sendPayload(conversation, payload, requestId);
  }

  /** Something the snapshot shows changed: a backup was made, a certificate renewed. */
  refresh(): void {
    this.totalsStale = true;
    this.changed();
  }

  /** Tells the window what a committed write changed. */
  published(change: StoreChange): void {
    tellChange(this.entry.aid, change, this.emit);
    this.surroundings.notifications.arrived(this.entry.aid, change);
    this.messaging.changed(change);
    if (isEmpty(change)) return;
    this.peers.learn(change);
    for (const conversation of nowReachable(change)) this.wake(conversation);
    this.totalsStale = true;
    this.changed();
  }

  contactChanged(contact: Contact): void {
    this.peers.contactChanged(contact);
  }

  profileChanged(profile: Profile): void {
    this.peers.profileChanged(profile);
    if (profile.aid !== this.aid) return;
    this.lookAtOwnProfile();
  }

  /** What waited for the user's word about a key may go. */
  released(aid: string): void {
    this.wake(aid);
  }

  /** Fetches the profiles of people whose conversations are here, however recently they were asked for. */
  lookAgain(aids: readonly string[]): void {
    for (const aid of aids) {
      const looking = this.store
        .conversation(aid)
        .then((found) => (found?.standing === 'accepted' ? this.services.profiles.peer(aid, true) : null));
      this.background('account.profile_not_read', looking);
    }
  }

  private lookAtOwnProfile(): void {
    this.background('account.profile_not_read', this.ownProfile.look());
  }

  private wake(conversation: string): void {
    this.background('account.outbox_failed', this.messaging.wake(conversation));
  }

  private online(): void {
    this.wasOnline = true;
    this.services.e2ee.onOnline();
    this.background('account.outbox_failed', this.messaging.online());
    this.retention.look();
    this.lookAtOwnProfile();
  }

  private sessionChanged(snapshot: SessionSnapshot): void {
    if (this.wasOnline && snapshot.state !== 'online') {
      this.wasOnline = false;
      this.services.e2ee.onOffline();
      this.messaging.offline();
    }
    const skew = Math.abs(snapshot.clockSkewMs ?? 0);
    if (skew > 120_000 && !this.skewTold) {
      this.skewTold = true;
      this.notice('clock_skew', String(Math.round((snapshot.clockSkewMs ?? 0) / 1000)));
    } else if (skew < 60_000) this.skewTold = false;
    this.changed();
  }

  private async countAgain(): Promise<void> {
    const totals = await this.store.totals(this.runtime.clock.now());
    const { unread, mentions, requests, queued } = this.totals;
    const isSame =
      totals.unread === unread &&
      totals.mentions === mentions &&
      totals.requests === requests &&
      totals.queued === queued;
    if (!isSame) this.refresh();
  }

  private progressed(rows: number | null): void {
    this.catchingUp = rows;
    this.surroundings.notifications.catchingUp(this.entry.aid, rows !== null);
    this.changed();
  }

  private failed(error: AunError): void {
    if (error.code === 'disk_full') this.notice('disk_full', error.message);
  }

  private notice(code: 'server_reset' | 'clock_skew' | 'disk_full', detail: string): void {
    this.emit({ event: 'app.notice', data: { account: this.entry.aid, code, detail } });
  }

  /** Snapshots are gathered: a burst of changes makes one. */
  private changed(): void {
    if (this.snapshotTimer !== null) return;
    this.snapshotTimer = this.runtime.scheduler.after(SNAPSHOT_PAUSE_MS, () => {
      this.snapshotTimer = null;
      this.background('account.snapshot_failed', this.snapshot(), (snapshot) =>
        this.emit({ event: 'account.changed', data: { account: this.entry.aid, snapshot } }),
      );
    });
  }

  private background<T>(event: string, work: Promise<T>, then: (value: T) => void = () => undefined): void {
    work.then(then).catch((thrown: unknown) => this.log(event, thrown));
  }

  private log(event: string, thrown: unknown): void {
    const { code, message } = toAunError(thrown);
    this.runtime.logger.log('warn', event, { account: this.entry.aid, code, message });
  }
}
