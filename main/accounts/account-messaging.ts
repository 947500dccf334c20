import { onlineResultSchema } from '../../shared/aun/wire';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { CommandResult, ParsedParams } from '../../shared/bridge/contract';
import type { Attachment } from '../../shared/model/attachment';
import type { DeliveryState, Message } from '../../shared/model/message';
import type { Settings } from '../../shared/model/settings';
import { isGroupId } from '../../shared/aun/group-id';
import { createAttachments, createOutsideFiles, createPictures } from '../attachments';
import { createGroups } from '../groups';
import type { Groups } from '../groups';
import { createGroupResources } from '../groups/resources';
import type { GroupResources } from '../groups/resources';
import { describePayload } from '../messaging/describe';
import { Inbox } from '../messaging/inbox';
import { Outbox } from '../messaging/outbox';
import { createMessageActions } from '../messaging/message-actions';
import type { MessageActions } from '../messaging/message-actions';
import { createPresence } from '../messaging/presence';
import type { Presence } from '../messaging/presence';
import { createThoughts } from '../messaging/thoughts';
import type { Thoughts } from '../messaging/thoughts';
import { createTyping } from '../messaging/typing';
import type { Typing } from '../messaging/typing';
import { createStreamReader, createStreamWriter } from '../streams';
import type { StreamReader, StreamWriter } from '../streams';
import type { Attachments } from '../ports/attachments';
import type { Desktop } from '../ports/desktop';
import type { Emit } from '../ports/events';
import type { StoreChange } from '../ports/store';
import { AunError } from '../runtime/errors';
import type { Runtime } from '../runtime/runtime';
import type { AccountServices } from './account-services';

/** States of an own message that has not left. */
const WAITING: ReadonlySet<DeliveryState | null> = new Set(['queued', 'sending', 'failed'] as const);
const BYTES_OF_MEGABYTE = 1_048_576;
/** In larger groups nobody is told who writes (`protocol/05 §11`). */
const TYPING_MEMBERS = 500;

/** What the messaging of an account works with. */
export interface MessagingParts {
  readonly services: AccountServices;
  readonly runtime: Runtime;
  readonly settings: () => Settings;
  readonly desktop: Desktop;
  /** Our clock corrected by the gateway's, Unix ms. */
  readonly now: () => number;
  readonly emit: Emit;
  readonly publish: (change: StoreChange) => void;
  /** Catch-up progress: rows stored so far, null when done. */
  readonly progress: (rows: number | null) => void;
  readonly onServerReset: () => void;
  readonly onFailure: (error: AunError) => void;
}

/** Everything one account does with messages: in, out, files, streams, and what passes. */
export class AccountMessaging {
  readonly outbox: Outbox;
  readonly inbox: Inbox;
  readonly attachments: Attachments;
  readonly groups: Groups;
  /** Files that groups share through the network. */
  readonly groupFiles: GroupResources;
  readonly actions: MessageActions;
  readonly reader: StreamReader;
  readonly writer: StreamWriter;
  private readonly typing: Typing;
  private readonly presence: Presence;
  private readonly thought: Thoughts;
  /** Rows fetched so far in long catch-ups. */
  private readonly fetched = { inbox: null as number | null, groups: null as number | null };

  constructor(private readonly parts: MessagingParts) {
    const { services, runtime, settings, now, emit, publish } = parts;
    const { identity, store, session, e2ee, transfers } = services;
    const { aid } = identity;
    const shared = {
      aid,
      store,
      rpc: session,
      e2ee,
      runtime,
      isOnline: () => session.snapshot().state === 'online',
      now,
      publish,
    };
    this.attachments = createAttachments({
      account: aid,
      folder: services.attachmentFolder,
      store,
      rpc: session,
      transfers,
      desktop: parts.desktop,
      runtime,
      mayFetch: (conversation, bytes) => this.mayFetch(conversation, bytes),
      emit: (event, data) => emit({ event, data }),
      publish,
    });
    const slotId = services.advanced.slotId;
    this.groups = createGroups({
      ...shared,
      aid,
      deviceId: services.deviceId,
      slotId,
      identity,
      pictures: createPictures({ account: aid, rpc: session, transfers }),
      desktop: parts.desktop,
      describe: describePayload,
      emit,
      progress: (rows) => this.progressed('groups', rows),
      wake: (group) => this.background('account.outbox_failed', this.outbox.wake(group)),
    });
    this.groupFiles = createGroupResources({
      support: this.groups.desk.support,
      store,
      files: createOutsideFiles({ transfers, desktop: parts.desktop, runtime }),
    });
    const { courier } = this.groups;
    this.outbox = new Outbox({ ...shared, attachments: this.attachments, courier });
    this.actions = createMessageActions({
      ...shared,
      outbox: this.outbox,
      attachments: this.attachments,
      courier,
    });
    this.inbox = new Inbox({
      ...shared,
      deviceId: services.deviceId,
      slotId,
      progress: (rows) => this.progressed('inbox', rows),
      controlsStored: () => this.groups.keys.handleControls(),
      onServerReset: parts.onServerReset,
      onFailure: parts.onFailure,
    });
    this.typing = createTyping({
      aid,
      session,
      runtime,
      changed: (conversation, who, until) => this.typingChanged(conversation, who, until),
      wireId: (group) => this.typingId(group),
      mayTell: async (conversation) => settings().sendTyping && (await this.isAccepted(conversation)),
    });
    this.presence = createPresence({
      rpc: session,
      runtime,
      isOnline: shared.isOnline,
      changed: (online) => emit({ event: 'presence.changed', data: { account: aid, online } }),
    });
    this.reader = createStreamReader({
      account: aid,
      store,
      transfers,
      runtime,
      isAllowed: (conversation) => this.isAccepted(conversation),
      emit,
    });
    this.writer = createStreamWriter({
      aid,
      rpc: session,
      sockets: transfers,
      runtime,
      store,
      sendPayload: (message) => this.outbox.sendPayload(message),
    });
    this.thought = createThoughts({ aid, rpc: session, e2ee, runtime, now });
  }

  /** Reads what a crash may have left; to be awaited before the session starts. */
  async load(): Promise<void> {
    await this.groups.load();
    await this.inbox.load();
    await this.attachments.start();
    await this.outbox.load();
  }

  online(): Promise<void> {
    this.inbox.online();
    this.groups.online();
    this.attachments.online();
    this.presence.online();
    this.reader.online();
    return this.outbox.online();
  }

  offline(): void {
    this.inbox.offline();
    this.groups.offline();
    this.outbox.offline();
    this.attachments.offline();
    this.presence.offline();
    this.reader.offline();
  }

  /** Takes a gateway event by its name after `event/`. */
  event(name: string, params: unknown): void {
    this.typing.event(name, params);
    if (name.startsWith('group.')) this.groups.event(name, params);
    else this.inbox.event(name, params);
  }

  /** Ends in the order that loses nothing. */
  async stop(): Promise<void> {
    this.typing.stop();
    this.presence.stop();
    this.reader.stop();
    this.writer.stop();
    await this.outbox.stop();
    await this.attachments.stop();
    await this.inbox.stop();
    await this.groupFiles.stop();
    await this.groups.stop();
  }

  /** A committed write: files nothing refers to go, what came may be fetched. */
  changed(change: StoreChange): void {
    this.attachments.forget(change.files ?? []);
    const arrived = new Set(change.arrived);
    if (arrived.size === 0) return;
    const messages = change.messages.filter(({ id }) => arrived.has(id));
    // Whoever can put plaintext on the way must not make us fetch anything.
    this.attachments.arrived(messages.filter(({ protection }) => protection !== 'none').map(({ id }) => id));
    for (const { own, conversation, sender } of messages) if (!own) this.typing.arrived(conversation, sender);
  }

  /** Somebody may be contacted now, or their key is known: what waited may go. */
  wake(conversation: string): Promise<void> {
    return this.outbox.wake(conversation);
  }

  /** Somebody was blocked: nothing goes to them, and nothing of theirs is fetched or read along any more. */
  blocked(conversation: string, change: StoreChange): Promise<void> {
    this.outbox.breakOff(change.messages.filter(({ state }) => state === 'failed').map(({ id }) => id));
    this.reader.leave(conversation);
    return this.attachments.leave(conversation);
  }

  /**
   * Stops fetching a file, or takes the message that is being uploaded out of the outbox: its files stand beside the draft
   * again. @throws AunError `not_found`, `unknown_message` when it has left
   */
  async cancelTransfer(id: number): Promise<Attachment> {
    const { store } = this.parts.services;
    const owner = (await store.attachment(id))?.message ?? null;
    const message = owner === null ? null : await store.message(owner);
    if (message !== null && WAITING.has(message.state)) await this.outbox.cancel(message.id);
    return this.attachments.cancel(id);
  }

  /** Sends a finished payload; for agents. */
  sendPayload(conversation: string, payload: JsonObject, requestId: string): Promise<Message> {
    return this.outbox.sendPayload({ conversation, payload, requestId });
  }

  async isOnline(aid: string): Promise<boolean> {
    const { session } = this.parts.services;
    const answer = onlineResultSchema.safeParse(await session.call('message.query_online', { aids: [aid] }));
    return answer.success && answer.data.online[aid] === true;
  }

  /** Tells the other side that the user is writing, where they may know it. */
  tell(conversation: string, typing: boolean): void {
    this.typing.tell(conversation, typing);
  }

  /** Watches who of these is connected; people who wait for the user's word, or were blocked, are left out. */
  async watchPresence(aids: readonly string[]): Promise<Record<string, boolean>> {
    const { store } = this.parts.services;
    const known = await Promise.all(
      [...new Set(aids)].map(async (aid) => ({ aid, standing: (await store.conversation(aid))?.standing })),
    );
    const asked = known.filter(({ standing }) => standing === undefined || standing === 'accepted');
    return this.presence.watch(asked.map(({ aid }) => aid));
  }

  /** @throws AunError `unknown_message`, gateway errors */
  async thoughts(id: number): Promise<CommandResult<'message.thoughts'>['thoughts']> {
    const message = await this.parts.services.store.message(id);
    if (message === null) throw new AunError('unknown_message', 'there is no such message');
    // Thoughts are asked for between two only.
    return isGroupId(message.conversation) ? [] : this.thought.get(message);
  }

  /** Publishes a thought; for agents. */
  async think(thought: Omit<ParsedParams<'message.think'>, 'account'>): Promise<{ id: string }> {
    if (isGroupId(thought.conversation))
      throw new AunError('invalid_request', 'thoughts are published between two only');
    return this.thought.put(thought);
  }

  /** Files of people whose key was verified come by themselves up to a size; nothing else does. */
  private async mayFetch(id: string, bytes: number): Promise<boolean> {
    const { services, settings } = this.parts;
    if (bytes > settings().autoDownloadMegabytes * BYTES_OF_MEGABYTE) return false;
    const conversation = await services.store.conversation(id);
    if (conversation?.standing !== 'accepted') return false;
    return conversation.kind === 'self' || conversation.security === 'verified';
  }

  private async isAccepted(conversation: string): Promise<boolean> {
    return (await this.parts.services.store.conversation(conversation))?.standing === 'accepted';
  }

  /** Tries unreadable messages again, of one conversation or all. */
  async heal(conversation: string | null): Promise<{ healed: number; remaining: number }> {
    if (conversation !== null && isGroupId(conversation)) return this.groups.sync.heal(conversation);
    const between = await this.inbox.heal(conversation);
    if (conversation !== null) return between;
    const within = await this.groups.sync.heal(null);
    return {
      healed: between.healed + within.healed,
      remaining: between.remaining + within.remaining,
    };
  }

  private progressed(source: 'inbox' | 'groups', rows: number | null): void {
    const before = this.fetched[source];
    this.fetched[source] = rows;
    const { inbox, groups } = this.fetched;
    if (rows !== null || before !== null)
      this.parts.progress(inbox === null && groups === null ? null : (inbox ?? 0) + (groups ?? 0));
  }

  /** The id of a group in which people are told and shown writing, or null. */
  private typingId(group: string): string | null {
    const record = this.groups.sync.record(group);
    const isThere = record?.membership === 'member' && record.status === 'active';
    return isThere && record.memberCount <= TYPING_MEMBERS ? record.wireId : null;
  }

  /** Only people who were let in, and members of groups, are shown writing. */
  private typingChanged(conversation: string, who: string, until: number | null): void {
    const { services, emit } = this.parts;
    const account = services.identity.aid;
    this.background(
      'account.typing_not_shown',
      this.mayShow(conversation, who).then((may) => {
        if (may) emit({ event: 'typing.changed', data: { account, conversation, who, until } });
      }),
    );
  }

  private async mayShow(conversation: string, who: string): Promise<boolean> {
    if (!(await this.isAccepted(conversation))) return false;
    if (!isGroupId(conversation)) return true;
    return (await this.parts.services.store.groupMember(conversation, who)) !== null;
  }

  private background(event: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => this.parts.runtime.logger.log('warn', event, { error }));
  }
}
