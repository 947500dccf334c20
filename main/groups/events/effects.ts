import { MUTED_FOREVER } from '../../../shared/model/conversation';
import type { Conversation } from '../../../shared/model/conversation';
import type { GroupText } from '../../../shared/model/group';
import type { GroupKeys, MembershipChange } from '../../ports/groups';
import type { AccountStore } from '../../ports/store';
import { EVERYTHING } from '../sync/port';
import type { GroupFacts, Stale } from '../sync/port';
import type { GroupRecords } from '../sync/records';
import { wireRole } from '../wire';
import type { FreshEvent } from './log';
import type { GroupEvent } from './read';

/** What events do works with. */
export interface GroupEffectsParts {
  readonly aid: string;
  readonly store: Pick<AccountStore, 'conversation' | 'groupLog' | 'groupMember' | 'saveMember'>;
  readonly records: GroupRecords;
  readonly keys: Pick<GroupKeys, 'membershipChanged'>;
  readonly now: () => number;
  readonly refreshSoon: (group: string, stale: Stale) => void;
  /** We are not in the group any more. */
  readonly lost: (
    group: string,
    how: { readonly membership: 'left' | 'removed'; readonly by: string | null },
  ) => Promise<unknown>;
  /** The group ended for everybody. */
  readonly dissolved: (group: string) => Promise<unknown>;
  /** What waits for the group may be sent. */
  readonly wake: (group: string) => void;
  readonly membersChanged: (group: string) => void;
  /** The log got longer. */
  readonly logged: (group: string) => void;
}

const ADMISSIONS: ReadonlySet<string> = new Set([
  'member_added',
  'joined',
  'join_approved',
  'invite_code_used',
]);
const MUTES = ['member_banned', 'member_unbanned'];
/** Newest mutes that are looked at for one that overtook another. */
const MUTES_LOOKED_AT = 50;
const isMembership = (action: string): action is MembershipChange['action'] =>
  ADMISSIONS.has(action) || action === 'member_left' || action === 'member_removed';

/**
 * What events change (`protocol/05 §7.3`). Their extras are hints: what they touch is read anew from the gateway; only what
 * cannot be read (an own mute, who removed us) is taken from them.
 */
export class GroupEffects {
  constructor(private readonly parts: GroupEffectsParts) {}

  /** Carries out events that are new, in order. */
  async fresh(group: string, events: readonly FreshEvent[], live: boolean): Promise<void> {
    const changes = new Map<string, MembershipChange>();
    for (const { event, record } of events) {
      await this.one(group, event, record.entry.signature);
      const change = this.changeOf(group, event);
      if (change === null) continue;
      if (live) this.parts.keys.membershipChanged(change);
      else changes.set(change.action, joined(changes.get(change.action), change));
    }
    // Of what happened while we were away only how it ended matters to the keys.
    for (const change of changes.values()) this.parts.keys.membershipChanged(change);
    this.parts.logged(group);
  }

  /** A copy without a number, as those get it who are out (`protocol/05 §7.3`). */
  async unnumbered(group: string, event: GroupEvent): Promise<void> {
    await this.one(group, event, 'unchecked');
  }

  private async one(group: string, event: GroupEvent, signature: GroupText['signature']): Promise<void> {
    const isOurs = event.affected.includes(this.parts.aid);
    if (isAboutMembers(event)) this.parts.records.membersTold(group);
    switch (event.known) {
      case 'member_added':
      case 'joined':
      case 'join_approved':
      case 'invite_code_used':
        if (isOurs) await this.entered(group, event, signature);
        return this.parts.refreshSoon(group, { record: true, members: true, requests: true });
      case 'member_left':
      case 'member_removed':
        return isOurs
          ? this.lost(group, event)
          : this.parts.refreshSoon(group, { record: true, members: true });
      case 'role_changed':
        if (isOurs) await this.parts.records.change(group, roleFacts(event));
        return this.parts.refreshSoon(group, { record: true, members: true, requests: true });
      case 'owner_transferred':
        return this.parts.refreshSoon(group, { record: true, members: true, requests: true });
      case 'member_banned':
      case 'member_unbanned':
        return this.muted(group, event);
      case 'announcement_updated':
        await this.text(group, 'announcement', event, signature);
        return this.parts.refreshSoon(group, { settings: true });
      case 'rules_updated':
        await this.text(group, 'rules', event, signature);
        return this.parts.refreshSoon(group, { settings: true });
      case 'join_requirements_updated':
        return this.parts.refreshSoon(group, { record: true, settings: true });
      case 'upsert':
      case 'update':
        return this.parts.refreshSoon(group, { record: true, settings: true });
      case 'join_requested':
        return this.parts.refreshSoon(group, { requests: true });
      case 'join_rejected':
        return isOurs ? this.rejected(group, event) : this.parts.refreshSoon(group, { requests: true });
      case 'suspended':
      case 'resumed':
        return this.stopped(group, event.known === 'suspended');
      case 'dissolved':
        await this.parts.dissolved(group);
        return;
      case null:
        return this.parts.refreshSoon(group, EVERYTHING);
      default:
        return;
    }
  }

  /** We are in: by our own doing, by somebody we know, or put there by somebody unknown, which makes it a request. */
  private async entered(group: string, event: GroupEvent, signature: GroupText['signature']): Promise<void> {
    const { records, store, aid } = this.parts;
    const before = records.require(group);
    const isOwnAct = event.known === 'joined' || event.known === 'invite_code_used';
    const asked = before.membership === 'pending' || before.requestedAt !== null;
    const byUs =
      (isOwnAct && event.actor === aid && signature === 'verified') ||
      (event.known === 'join_approved' && asked);
    const addedBy = event.known === 'member_added' && event.actor !== aid ? event.actor : null;
    const conversation = await store.conversation(group);
    const isSettled = before.membership === 'member' && conversation?.standing === 'accepted';
    const standing = isSettled ? undefined : byUs || (await this.knows(addedBy)) ? 'accepted' : 'pending';
    await records.change(group, { ...ENTERED, addedBy, joinedAt: event.at ?? this.parts.now() }, standing);
  }

  /** Whether somebody is one we have an accepted conversation with. */
  private async knows(aid: string | null): Promise<boolean> {
    if (aid === null) return false;
    const conversation: Conversation | null = await this.parts.store.conversation(aid);
    return conversation?.standing === 'accepted' && conversation.kind === 'direct';
  }

  private async lost(group: string, event: GroupEvent): Promise<void> {
    const membership = event.known === 'member_removed' ? 'removed' : 'left';
    await this.parts.lost(group, { membership, by: membership === 'removed' ? event.actor : null });
  }

  private async rejected(group: string, event: GroupEvent): Promise<void> {
    const { membership } = this.parts.records.require(group);
    if (membership !== 'pending') return;
    await this.parts.records.change(group, {
      membership: 'none',
      requestedAt: null,
      requestExpiresAt: null,
      rejection: event.values['reason'] ?? '',
    });
  }

  private async muted(group: string, event: GroupEvent): Promise<void> {
    const { aid, records, store, membersChanged, wake } = this.parts;
    const isMuted = event.known === 'member_banned';
    const until = isMuted ? Number(event.values['until'] ?? MUTED_FOREVER) : null;
    const reason = isMuted ? (event.values['reason'] ?? '') : '';
    const overtaken = await this.mutesAfter(group, event);
    for (const who of event.affected) {
      if (overtaken.has(who)) continue;
      if (who === aid) {
        await records.change(group, { mutedUntil: until, muteReason: reason });
        if (!isMuted) wake(group);
      }
      await records.changeMembers(group, async () => {
        const member = await store.groupMember(group, who);
        if (member !== null)
          await store.saveMember(group, { ...member, mutedUntil: until, muteReason: reason });
      });
    }
    membersChanged(group);
  }

  /** Whom a later mute, or its end, is about: events that fill a hole come after those behind it. */
  private async mutesAfter(
    group: string,
    { numbered, seq }: GroupEvent,
  ): Promise<ReadonlySet<string | null>> {
    if (!numbered) return new Set();
    const query = { text: '', actions: MUTES, before: null, limit: MUTES_LOOKED_AT };
    const { entries } = await this.parts.store.groupLog(group, query);
    return new Set(entries.flatMap((entry) => (entry.seq > seq ? [entry.target] : [])));
  }

  private async text(
    group: string,
    name: 'announcement' | 'rules',
    event: GroupEvent,
    signature: GroupText['signature'],
  ): Promise<void> {
    const content = event.values['text'];
    const text: GroupText | null =
      content === undefined || content.trim() === ''
        ? null
        : { content, updatedBy: event.actor, updatedAt: event.at, signature };
    // Its words may be left out of the event: then they are read, and only what is known of the signature stays.
    if (text === null) return;
    const isSeen = event.actor === this.parts.aid;
    await this.parts.records.change(
      group,
      name === 'announcement'
        ? { announcement: text, announcementSeen: isSeen }
        : { rules: text, rulesSeen: isSeen },
    );
  }

  private async stopped(group: string, isSuspended: boolean): Promise<void> {
    const { records, refreshSoon, wake } = this.parts;
    await records.change(group, { status: isSuspended ? 'suspended' : 'active' });
    if (!isSuspended) wake(group);
    refreshSoon(group, { record: true });
  }

  private changeOf(group: string, event: GroupEvent): MembershipChange | null {
    if (event.known === null || !isMembership(event.known)) return null;
    const { known: action, affected: changed, oldEpoch } = event;
    return { group, action, changed, oldEpoch, eventSeq: event.numbered ? event.seq : null, own: false };
  }
}

/** Facts of somebody who has just come in. */
export const ENTERED: GroupFacts = {
  membership: 'member',
  status: 'active',
  removedBy: null,
  requestedAt: null,
  requestExpiresAt: null,
  rejection: null,
};

/** Whether it makes a list of members that was asked for before an old one. */
function isAboutMembers({ known }: GroupEvent): boolean {
  return known !== null && (isMembership(known) || known === 'role_changed' || known === 'owner_transferred');
}

function roleFacts(event: GroupEvent): GroupFacts {
  const role = wireRole(event.values['role']);
  return role === null ? {} : { role };
}

function joined(older: MembershipChange | undefined, newer: MembershipChange): MembershipChange {
  return older === undefined
    ? newer
    : { ...newer, changed: [...new Set([...older.changed, ...newer.changed])] };
}
