import { isGroupId } from '../../shared/aun/group-id';
import type { Conversation } from '../../shared/model/conversation';
import type { AccountStore, ConversationPatch, StoreChange } from '../ports/store';
import { AunError } from '../runtime/errors';
import { requirePeer } from './require-peer';

/** Messages deleted in one step: short enough for other writes to get in between. */
const CLEAR_MESSAGES = 500;

/** What the desk works with. */
export interface ConversationDeskParts {
  readonly aid: string;
  readonly store: AccountStore;
  readonly now: () => number;
  readonly publish: (change: StoreChange) => void;
  /** Somebody may be contacted from now on: their profile, what waits for them, what they sent. */
  readonly accepted: (aid: string) => void;
  /** Somebody was blocked, with what that changed: what is under way with them ends. */
  readonly blocked: (aid: string, change: StoreChange) => Promise<void>;
  /** Messages of this conversation are being deleted: nothing may still work with their files. */
  readonly retentionChanged: () => void;
  readonly groups: {
    /** Whether we are in a group that goes on. */
    isIn(group: string): boolean;
    /** @throws AunError `group_owner_leaves`, gateway errors */
    leave(group: string): Promise<void>;
    /** The user let a group in that somebody put us into. */
    accepted(group: string): void;
    /** The conversation of a group is gone: so is what is known of it, its keys too. */
    forget(group: string): Promise<void>;
  };
}

/** What the user does with whole conversations. Everything is on disk before it is told. */
export class ConversationDesk {
  constructor(private readonly parts: ConversationDeskParts) {}

  /** @throws AunError `unknown_conversation` */
  async get(id: string): Promise<Conversation> {
    const found = await this.parts.store.conversation(id);
    if (found === null) throw new AunError('unknown_conversation', 'there is no such conversation');
    return found;
  }

  /**
   * Finds or makes the conversation with an address. One that is made by the user's own hand is accepted; one that waits for
   * the user's word goes on waiting. @throws AunError `invalid_aid`, `unknown_conversation` for a group that is not here
   */
  async open(peer: string): Promise<Conversation> {
    const { aid: own, store, now, publish } = this.parts;
    // Groups are made and joined, never opened out of nothing.
    if (isGroupId(peer)) return this.get(peer);
    const aid = requirePeer(peer);
    const waiting = await store.conversation(aid);
    if (waiting !== null && waiting.standing !== 'accepted') return waiting;
    const conversation = await store.openConversation(aid, aid === own ? 'self' : 'direct', aid, now());
    publish({ messages: [], conversations: [conversation], removed: [] });
    this.parts.accepted(aid);
    return conversation;
  }

  async markRead(id: string, upTo: number): Promise<Conversation> {
    this.parts.publish(await this.parts.store.markRead(id, upTo));
    return this.get(id);
  }

  async setDraft(id: string, text: string, replyTo: number | null): Promise<void> {
    this.parts.publish(await this.parts.store.setDraft(id, text, replyTo));
  }

  async change(id: string, patch: ConversationPatch): Promise<Conversation> {
    await this.get(id);
    this.parts.publish(await this.parts.store.changeConversation(id, patch));
    if (patch.retention !== undefined) this.parts.retentionChanged();
    return this.get(id);
  }

  /** Lets somebody in: a message request, or an address that was blocked. */
  async accept(id: string): Promise<Conversation> {
    const before = await this.get(id);
    if (before.standing === 'accepted') return before;
    this.parts.publish(await this.parts.store.setStanding(id, 'accepted'));
    if (before.kind === 'group') this.parts.groups.accepted(id);
    else this.parts.accepted(requirePeer(id));
    return this.get(id);
  }

  /**
   * Blocks an address; what waits to be sent to it fails with `conversation_blocked`. A group is left first, and stays out of
   * sight. @throws AunError `invalid_request` for the notes to self, `group_owner_leaves`, gateway errors
   */
  async block(id: string): Promise<Conversation> {
    const { kind } = await this.get(id);
    if (kind === 'self') throw new AunError('invalid_request', 'nobody blocks themselves');
    if (kind === 'group') await this.leave(id);
    const change = await this.parts.store.setStanding(id, 'blocked');
    this.parts.publish(change);
    await this.parts.blocked(id, change);
    return this.get(id);
  }

  /** Before something is sent to a conversation: writing to somebody accepts them. @throws AunError `conversation_blocked` */
  async writingTo(id: string): Promise<void> {
    const { standing } = await this.get(id);
    if (standing === 'blocked')
      throw new AunError('conversation_blocked', 'nothing is sent to an address that is blocked');
    if (standing === 'pending') await this.accept(id);
  }

  /** Deletes every message of a conversation. */
  async clear(id: string): Promise<Conversation> {
    await this.get(id);
    await this.empty(id, false);
    return this.get(id);
  }

  /**
   * Deletes a conversation; one that is being deleted already is no error. A group is left first: it would come back.
   * @throws AunError `group_owner_leaves`, gateway errors; nothing is deleted then
   */
  async delete(id: string): Promise<void> {
    if (isGroupId(id)) {
      await this.leave(id);
      // First: what still comes of it must not make the conversation anew.
      await this.parts.groups.forget(id);
    }
    await this.empty(id, true);
  }

  private async leave(group: string): Promise<void> {
    if (this.parts.groups.isIn(group)) await this.parts.groups.leave(group);
  }

  private async empty(id: string, whole: boolean): Promise<void> {
    for (let done = false; !done;) {
      const step = await this.parts.store.clearConversation(id, whole, CLEAR_MESSAGES);
      this.parts.publish(step.change);
      ({ done } = step);
    }
  }
}
