import { parsePeerAid, peerAidProblem } from '../../shared/aun/aid';
import type { Aid } from '../../shared/aun/aid';
import { onlineResultSchema } from '../../shared/aun/wire';
import type { Account as AccountSnapshot, SessionSnapshot } from '../../shared/model/account';
import type { Conversation } from '../../shared/model/conversation';
import { Inbox } from '../messaging/inbox';
import { Outbox } from '../messaging/outbox';
import type { E2eeEngine } from '../ports/e2ee';
import type { Emit } from '../ports/events';
import type { Identity } from '../ports/identity';
import type { GatewaySession } from '../gateway';
import type { AccountStore, StoreChange } from '../ports/store';
import { AunError } from '../runtime/errors';
import type { Disposer, Runtime } from '../runtime/runtime';

/** The slot this application uses on every device (`protocol/01 §11`). */
export const SLOT_ID = 'main';
/** Shortest pause between two snapshots of one account, in ms. */
const SNAPSHOT_PAUSE_MS = 50;

/** The services of one account, made by the account manager. */
export interface AccountServices {
  readonly identity: Identity;
  readonly deviceId: string;
  readonly store: AccountStore;
  readonly session: GatewaySession;
  readonly e2ee: E2eeEngine;
}

/** What is known of an account even when it cannot be opened. */
export interface AccountFacts {
  readonly aid: string;
  readonly network: string;
  readonly displayName: string;
  readonly hue: number;
}

/** Wires the services of one AID together and tells the window what changes. */
export class Account {
  readonly store: AccountStore;
  readonly session: GatewaySession;
  private readonly inbox: Inbox;
  readonly outbox: Outbox;
  private readonly disposers: Disposer[] = [];
  private totals = { unread: 0, queued: 0 };
  private catchingUp: number | null = null;
  private snapshotTimer: Disposer | null = null;
  private totalsStale = true;
  private wasOnline = false;
  private skewTold = false;
  /** What was last stored about each conversation in this run. */
  private readonly security = new Map<string, Conversation['security']>();

  constructor(
    readonly facts: AccountFacts,
    private readonly services: AccountServices,
    private readonly runtime: Runtime,
    private readonly emit: Emit,
  ) {
    this.store = services.store;
    this.session = services.session;
    const shared = {
      aid: facts.aid,
      store: services.store,
      rpc: services.session,
      e2ee: services.e2ee,
      runtime,
      isOnline: () => services.session.snapshot().state === 'online',
      now: () => this.now(),
      publish: (change: StoreChange) => this.publish(change),
    };
    this.outbox = new Outbox(shared);
    this.inbox = new Inbox({
      ...shared,
      deviceId: services.deviceId,
      slotId: SLOT_ID,
      progress: (rows) => {
        this.catchingUp = rows;
        this.changed();
      },
      onServerReset: () => this.notice('server_reset', 'the gateway started its message numbers again'),
      onFailure: (error) => this.failed(error),
    });
  }

  /** Reads what a crash may have left; the session is started by whoever owns the account. */
  async start(): Promise<void> {
    await this.inbox.load();
    await this.outbox.load();
    await this.store.openConversation(this.facts.aid, 'self', this.facts.aid, this.now());
    const { session } = this.services;
    this.disposers.push(
      session.onOnline(() => this.online()),
      session.onEvent((name, params) => this.inbox.event(name, params)),
      session.onChange((snapshot) => this.sessionChanged(snapshot)),
    );
    this.changed();
  }

  /** Ends everything in the order that loses nothing; the database is closed when it resolves. */
  async stop(): Promise<void> {
    for (const dispose of this.disposers.splice(0)) dispose();
    this.snapshotTimer?.();
    this.services.e2ee.stop();
    await this.session.stop();
    await this.outbox.stop();
    await this.inbox.stop();
    await this.store.close();
  }

  /** The computer woke up or changed its network: tries again at once. */
  networkChanged(): void {
    this.session.resumed();
  }

  /** Gateway time as far as we know it, Unix ms. */
  now(): number {
    return this.runtime.clock.now() + this.services.session.clockSkewMs();
  }

  /** The account as the window shows it. */
  async snapshot(): Promise<AccountSnapshot> {
    if (this.totalsStale) {
      this.totalsStale = false;
      this.totals = await this.store.totals();
    }
    return {
      account: this.facts.aid,
      network: this.facts.network,
      displayName: this.facts.displayName,
      hue: this.facts.hue,
      certificateFingerprint: this.services.identity.certificate()?.fingerprint ?? null,
      session: this.session.snapshot(),
      unread: this.totals.unread,
      queued: this.totals.queued,
      catchingUp: this.catchingUp,
    };
  }

  /** Finds or makes the conversation with an address. @throws AunError `invalid_aid` */
  async openConversation(peer: string): Promise<Conversation> {
    const aid = requirePeer(peer);
    const conversation = await this.store.openConversation(
      aid,
      aid === this.facts.aid ? 'self' : 'direct',
      aid,
      this.now(),
    );
    this.publish({ messages: [], conversations: [conversation], removed: [] });
    return conversation;
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
    if ((await this.store.conversation(aid)) !== null)
      this.setSecurity(aid, found.hasKeys ? 'encrypted' : 'no_keys');
    let online = false;
    if (found.exists) {
      const answer = onlineResultSchema.safeParse(
        await this.session.call('message.query_online', { aids: [aid] }),
      );
      online = answer.success && answer.data.online[aid] === true;
    }
    if (found.hasKeys) await this.outbox.wake(aid);
    return { aid, online, ...found };
  }

  heal(conversation: string): Promise<{ healed: number; remaining: number }> {
    return this.inbox.heal(conversation);
  }

  /** Tells the window what a committed write changed. */
  publish(change: StoreChange): void {
    const account = this.facts.aid;
    const byConversation = new Map<string, StoreChange['messages'][number][]>();
    for (const message of change.messages) {
      const list = byConversation.get(message.conversation);
      if (list === undefined) byConversation.set(message.conversation, [message]);
      else list.push(message);
    }
    for (const [conversation, messages] of byConversation) {
      this.emit({ event: 'message.changed', data: { account, conversation, messages } });
    }
    for (const removed of change.removed) {
      this.emit({
        event: 'message.removed',
        data: { account, conversation: removed.conversation, ids: [removed.id] },
      });
    }
    if (change.conversations.length > 0) {
      this.emit({
        event: 'conversation.changed',
        data: { account, conversations: [...change.conversations] },
      });
    }
    if (change.messages.length + change.conversations.length + change.removed.length === 0) return;
    for (const [conversation, security] of learnedSecurity(change)) this.setSecurity(conversation, security);
    for (const conversation of nowReachable(change)) this.wake(conversation);
    this.totalsStale = true;
    this.changed();
  }

  private wake(conversation: string): void {
    this.outbox.wake(conversation).catch((error: unknown) => {
      this.runtime.logger.log('warn', 'account.outbox_failed', { error });
    });
  }

  private setSecurity(conversation: string, security: Conversation['security']): void {
    if (this.security.get(conversation) === security) return;
    this.security.set(conversation, security);
    this.store.setSecurity(conversation, security).then(
      (change) => this.publish(change),
      (error: unknown) => this.runtime.logger.log('warn', 'account.security_not_stored', { error }),
    );
  }

  private online(): void {
    this.wasOnline = true;
    this.services.e2ee.onOnline();
    this.inbox.online();
    this.outbox.online().catch((error: unknown) => {
      this.runtime.logger.log('warn', 'account.outbox_failed', { error });
    });
  }

  private sessionChanged(snapshot: SessionSnapshot): void {
    if (this.wasOnline && snapshot.state !== 'online') {
      this.wasOnline = false;
      this.services.e2ee.onOffline();
      this.inbox.offline();
      this.outbox.offline();
    }
    const skew = Math.abs(snapshot.clockSkewMs ?? 0);
    if (skew > 120_000 && !this.skewTold) {
      this.skewTold = true;
      this.notice('clock_skew', String(Math.round((snapshot.clockSkewMs ?? 0) / 1000)));
    } else if (skew < 60_000) this.skewTold = false;
    this.changed();
  }

  private failed(error: AunError): void {
    if (error.code === 'disk_full') this.notice('disk_full', error.message);
  }

  private notice(code: 'server_reset' | 'clock_skew' | 'disk_full', detail: string): void {
    this.emit({ event: 'app.notice', data: { account: this.facts.aid, code, detail } });
  }

  /** Snapshots are gathered: a burst of changes makes one. */
  private changed(): void {
    if (this.snapshotTimer !== null) return;
    this.snapshotTimer = this.runtime.scheduler.after(SNAPSHOT_PAUSE_MS, () => {
      this.snapshotTimer = null;
      this.snapshot().then(
        (snapshot) => this.emit({ event: 'account.changed', data: { account: this.facts.aid, snapshot } }),
        (error: unknown) => this.runtime.logger.log('warn', 'account.snapshot_failed', { error }),
      );
    });
  }
}

/** @throws AunError `invalid_aid` with the rule that is broken */
function requirePeer(text: string): Aid {
  const aid = parsePeerAid(text);
  if (aid !== null) return aid;
  throw new AunError('invalid_aid', 'this is not an AUN address', {
    detail: { problem: peerAidProblem(text) },
  });
}

/** What a change tells about the protection of the next message in its conversations. */
function learnedSecurity(change: StoreChange): Map<string, Conversation['security']> {
  const learned = new Map<string, Conversation['security']>();
  for (const message of change.messages) {
    if (message.stateReason === 'recipient_without_keys') learned.set(message.conversation, 'no_keys');
    else if (message.protection !== 'none' && (message.state === 'sent' || message.state === 'delivered')) {
      learned.set(message.conversation, 'encrypted');
    } else if (!message.own && message.protection !== 'none' && message.content.kind !== 'undecryptable') {
      learned.set(message.conversation, 'encrypted');
    }
  }
  return learned;
}

/** Conversations whose messages wait for keys and whose peer has just sent something encrypted: keys are there now. */
function nowReachable(change: StoreChange): string[] {
  const heardFrom = new Set(
    change.messages
      .filter(
        (message) =>
          !message.own && message.protection !== 'none' && message.content.kind !== 'undecryptable',
      )
      .map((message) => message.conversation),
  );
  return change.conversations
    .filter(
      (conversation) =>
        heardFrom.has(conversation.conversation) &&
        (conversation.waiting === 'recipient_without_keys' ||
          conversation.waiting === 'recipient_keys_invalid'),
    )
    .map((conversation) => conversation.conversation);
}
