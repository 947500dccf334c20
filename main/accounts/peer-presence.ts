import { isGroupId } from '../../shared/aun/group-id';
import type { Conversation } from '../../shared/model/conversation';
import type { Contact, Profile } from '../../shared/model/people';
import type { PeopleService } from '../identity/trust/people';
import type { Emit } from '../ports/events';
import type { Profiles } from '../ports/profile';
import type { AccountStore, StoreChange } from '../ports/store';
import { toAunError } from '../runtime/errors';
import type { Logger } from '../runtime/logger';
import { learnedProtection } from './learned-protection';
import type { Protection } from './learned-protection';

/** What the presence of people needs of its account. */
export interface PeerPresenceParts {
  readonly aid: string;
  readonly store: AccountStore;
  readonly people: PeopleService;
  readonly profiles: Profiles;
  readonly logger: Logger;
  readonly emit: Emit;
  readonly publish: (change: StoreChange) => void;
}

/**
 * How people appear in the conversations of one account: name and kind from what is known of them, and what protects or
 * stops the next message. Everything is written to the store first and told afterwards.
 */
export class PeerPresence {
  /** What was last learned about the keys of each conversation in this run. */
  private readonly protection = new Map<string, Protection>();
  /** Conversations whose peer was presented in this run; later changes come by themselves. */
  private readonly presented = new Set<string>();

  private readonly working = new Set<Promise<void>>();

  constructor(private readonly parts: PeerPresenceParts) {}

  /** Somebody who was let in appeared: their profile is looked at when it is due. */
  met(aid: string): void {
    if (aid === this.parts.aid) return;
    this.parts.profiles.met(aid);
    this.seen(aid);
  }

  /** Presents somebody from what is known here: asks nobody, so that a stranger learns nothing. */
  private seen(aid: string): void {
    if (this.presented.has(aid)) return;
    this.presented.add(aid);
    this.background(this.present(aid));
  }

  /** Learns from a committed change: who wrote, and whether the next message can be protected. */
  learn(change: StoreChange): void {
    // A group is no peer: its keys and its members are looked after where groups are.
    for (const [conversation, protection] of learnedProtection(change))
      if (!isGroupId(conversation)) this.keys(conversation, protection);
    const writers = change.messages.filter(
      (message) => !message.own && message.protection !== 'none' && !isGroupId(message.conversation),
    );
    const accepted = new Set(
      change.conversations
        .filter(({ standing }) => standing === 'accepted')
        .map(({ conversation }) => conversation),
    );
    for (const aid of new Set(writers.map((message) => message.conversation))) {
      if (accepted.has(aid)) this.met(aid);
      else this.seen(aid);
    }
  }

  /** What is known about the keys of a conversation's peer now. */
  keys(conversation: string, protection: Protection): void {
    if (this.protection.get(conversation) === protection) return;
    this.protection.set(conversation, protection);
    this.background(this.secure(conversation, protection));
  }

  contactChanged(contact: Contact): void {
    this.parts.emit({ event: 'contact.changed', data: { account: this.parts.aid, contact } });
  }

  profileChanged(profile: Profile): void {
    this.parts.emit({ event: 'profile.changed', data: { account: this.parts.aid, profile } });
    if (profile.aid !== this.parts.aid) this.background(this.parts.people.profileChanged(profile.aid));
  }

  /** Somebody may be known by name from elsewhere before the first conversation with them. */
  private async present(aid: string): Promise<void> {
    const { store, people, publish } = this.parts;
    const stored = await store.conversation(aid);
    if (stored === null) return;
    const peer = await people.presentation(aid);
    if (!isPresentedAs(stored, peer)) publish(await store.setPeer(aid, peer));
    await this.secure(aid, this.protection.get(aid) ?? protectionOf(stored.security));
  }

  private async secure(conversation: string, protection: Protection): Promise<void> {
    const { aid, store, people, publish } = this.parts;
    if (conversation === aid) return;
    const stored = await store.conversation(conversation);
    if (stored === null) return;
    const judged = await people.security(
      conversation,
      protection === 'certificate_unusable' ? 'encrypted' : protection,
    );
    const usable = judged === 'encrypted' || judged === 'verified';
    const security = protection === 'certificate_unusable' && usable ? protection : judged;
    if (stored.security !== security) publish(await store.setSecurity(conversation, security));
  }

  /** Resolves when nothing of this is on its way to the store any more. */
  async stop(): Promise<void> {
    await Promise.all(this.working);
  }

  private background(work: Promise<void>): void {
    const done = work
      .catch((thrown: unknown) => {
        const { code, message } = toAunError(thrown);
        this.parts.logger.log('warn', 'account.peer_not_stored', { code, message });
      })
      .finally(() => this.working.delete(done));
    this.working.add(done);
  }
}

/** What the stored security of a conversation said about keys. */
function protectionOf(security: Conversation['security']): Protection {
  if (security === 'unknown' || security === 'no_keys' || security === 'certificate_unusable')
    return security;
  return 'encrypted';
}

function isPresentedAs(
  shown: Conversation,
  peer: Pick<Conversation, 'title' | 'peerKind' | 'profileStatus'>,
): boolean {
  return (
    shown.title === peer.title &&
    shown.peerKind === peer.peerKind &&
    shown.profileStatus === peer.profileStatus
  );
}
