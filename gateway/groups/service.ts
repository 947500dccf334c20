import { groupName } from '../../shared/aun/group-id';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { GroupLimits } from '../config';
import type { GatewayClock } from '../runtime';
import type { SessionRegistry } from '../sessions/registry';
import type { Session } from '../sessions/session';
import type { MemberRow } from '../store/group-members';
import type { BanRow } from '../store/group-joining';
import type { GroupRow } from '../store/groups';
import type { GatewayStore } from '../store/store';
import type { AfterReply } from './after-reply';
import { groupError } from './errors';
import type { GroupEvent, Sight, Viewer } from './events';
import { eventBody, parseEvent, renderEvent, sightOf } from './events';
import type { IdForm } from './ids';
import { formFor, groupIdIn, groupIds } from './ids';
import type { GroupExtras } from './objects';
import { groupObject } from './objects';
import type { GroupKeyKeeper } from './ports';

/** Settings that are text, with what they are when nobody has set them. */
const DEFAULT_DISPATCH = 'broadcast';

/** What the service is made of. */
export interface GroupServiceParts {
  readonly store: GatewayStore;
  readonly clock: GatewayClock;
  readonly sessions: SessionRegistry;
  readonly afterReply: AfterReply;
  readonly keys: GroupKeyKeeper;
  readonly limits: GroupLimits;
}

/** Groups as every group method needs them: found, checked, rendered, and their events written and sent. */
export class GroupService {
  readonly #store: GatewayStore;
  readonly #clock: GatewayClock;
  readonly #sessions: SessionRegistry;
  readonly #afterReply: AfterReply;
  readonly keys: GroupKeyKeeper;
  /** May be changed while running. */
  limits: GroupLimits;

  constructor(parts: GroupServiceParts) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#sessions = parts.sessions;
    this.#afterReply = parts.afterReply;
    this.keys = parts.keys;
    this.limits = parts.limits;
  }

  /**
   * Finds a group by any accepted spelling and lets go of what has expired in it.
   * @throws RpcError −33001 when there is none.
   */
  find(idText: string, session: Pick<Session, 'issuer'>): GroupRow {
    const group = this.lookUp(idText, session);
    if (group === null) throw groupError('group_not_found');
    return this.current(group);
  }

  /** Like {@link find}, `null` when there is none. */
  lookUp(idText: string, session: Pick<Session, 'issuer'>): GroupRow | null {
    const name = groupName(idText, session.issuer);
    if (name === null) return null;
    return (
      this.#store.groups.find(name.base, name.domain) ??
      this.#store.groups.byAid(`${name.base}.${name.domain}`)
    );
  }

  /** The group as it is now. @throws RpcError −33001 */
  reload(group: Pick<GroupRow, 'id'>): GroupRow {
    const fresh = this.#store.groups.get(group.id);
    if (fresh === null) throw groupError('group_not_found');
    return fresh;
  }

  /** The group as it is now, without the bans and requests whose time is over (`protocol/05 §12` item 8). */
  current({ id }: Pick<GroupRow, 'id'>): GroupRow {
    const group = this.reload({ id });
    if (group.status === 'dissolved') return group;
    const now = this.#clock.now();
    const expired = this.#store.groupJoining.expiredBans(group.id, now);
    const requests = this.#store.groupJoining.expireRequests(group.id, now);
    if (expired.length === 0 && requests === 0) return group;
    this.transaction(() => {
      for (const subject of expired) {
        this.#store.groupJoining.removeBan(group.id, subject);
        this.appendEvent(group, {
          action: 'member_unbanned',
          actor: `group.${group.domain}`,
          fields: { member_aid: subject, subject, expires_at: 0 },
        });
      }
    });
    return this.reload(group);
  }

  /** How a session spells this group. */
  form(group: GroupRow, session: Pick<Session, 'generation'>): IdForm {
    return formFor(group, session.generation);
  }

  /** The id a session expects (`protocol/05 §1.4`). */
  idFor(group: GroupRow, session: Pick<Session, 'generation'>): string {
    return groupIdIn(group, this.form(group, session));
  }

  /** `group_id`, with `group_aid` where the session expects it. */
  idsFor(group: GroupRow, session: Pick<Session, 'generation'>): { group_id: string; group_aid?: string } {
    return groupIds(group, this.form(group, session));
  }

  /** @throws RpcError −33003 after the end of the group. */
  requireAlive(group: GroupRow): void {
    if (group.status === 'dissolved') throw groupError('group_dissolved');
  }

  /** @throws RpcError −33003, or −33002 while the group is suspended. */
  requireActive(group: GroupRow): void {
    this.requireAlive(group);
    if (group.status === 'suspended') throw groupError('group_suspended');
  }

  member(group: GroupRow, aid: string): MemberRow | null {
    return this.#store.groupMembers.get(group.id, aid);
  }

  /** @throws RpcError −33005 */
  requireMember(group: GroupRow, aid: string): MemberRow {
    const member = this.member(group, aid);
    if (member === null) throw groupError('not_member');
    return member;
  }

  /** @throws RpcError −33005, or −32004 when the role is too low. */
  requireRole(group: GroupRow, aid: string, role: 'admin' | 'owner'): MemberRow {
    const member = this.requireMember(group, aid);
    if (member.role === 'owner' || member.role === role) return member;
    throw groupError(role === 'owner' ? 'need_owner' : 'need_admin');
  }

  /** @throws RpcError −32004 with `data.expires_at` for somebody who may not write or come in. */
  requireNotBanned(group: GroupRow, aid: string): void {
    const ban = this.ban(group, aid);
    if (ban !== null) throw groupError('banned', { expires_at: ban.expiresAt });
  }

  /** The ban of somebody while it lasts. */
  ban(group: GroupRow, aid: string): BanRow | null {
    const ban = this.#store.groupJoining.ban(group.id, aid);
    return ban === null || (ban.expiresAt > 0 && ban.expiresAt <= this.#clock.now()) ? null : ban;
  }

  /** Everybody: owner, admins, members, each by AID. */
  members(group: GroupRow): readonly MemberRow[] {
    return this.#store.groupMembers.all(group.id);
  }

  /** A setting as text, or what it is by default. */
  text(group: GroupRow, key: string, otherwise = ''): string {
    const value = this.#store.groupSettings.get(group.id, key)?.value;
    return typeof value === 'string' ? value : otherwise;
  }

  /** How people get in (`protocol/05 §4.1`). */
  joinMode(group: GroupRow): string {
    return this.text(group, 'join.mode', group.visibility === 'public' ? 'open' : 'approval');
  }

  dispatchMode(group: GroupRow): string {
    return this.text(group, 'dispatch_mode', DEFAULT_DISPATCH);
  }

  extras(group: GroupRow): GroupExtras {
    return {
      joinMode: this.joinMode(group),
      dispatchMode: this.dispatchMode(group),
      epoch: this.keys.committedEpoch(group.id),
    };
  }

  /** The Group object of `protocol/05 §2.1` as it is now, for a member. */
  object(group: GroupRow, session: Session): JsonObject {
    const fresh = this.reload(group);
    const role = this.member(fresh, session.aid)?.role ?? null;
    return groupObject(fresh, this.extras(fresh), this.form(fresh, session), role);
  }

  /** All or nothing, the events posted inside included. */
  transaction<Result>(work: () => Result): Result {
    const before = this.#afterReply.size;
    try {
      return this.#store.transaction(work);
    } catch (error) {
      this.#afterReply.drop(before);
      throw error;
    }
  }

  /** Does something once the call has been answered. */
  afterReply(work: () => void): void {
    this.#afterReply.post(work);
  }

  /**
   * Writes an event into the log of a group and sends it after the reply to everybody who is a member then. Call it inside
   * {@link transaction}, after the change. Returns its number.
   */
  appendEvent(group: GroupRow, event: GroupEvent): number {
    const now = this.#clock.now();
    const seq = this.#store.groups.nextEventSeq(group.id);
    const text = eventBody(event, seq, now);
    this.#store.groups.addEvent(group.id, seq, text, now);
    const body = parseEvent(text);
    const fresh = this.reload(group);
    const members = this.members(group);
    this.afterReply(() => {
      const copies = (event.copies ?? []).map((aid): Viewer => ({ aid, role: null }));
      this.#push(fresh, body, members, event, event.last !== true);
      this.#push(fresh, body, copies, event, false);
    });
    return seq;
  }

  /** A log row as a member gets it. */
  renderLog(group: GroupRow, text: string, viewer: Viewer, session: Session): JsonObject {
    const body = parseEvent(text);
    return renderEvent(body, group, this.form(group, session), sightOf(body, viewer));
  }

  /** Sends an event that is not part of the log to every long connection of these people, after the reply. */
  notify(group: GroupRow, aids: readonly string[], name: string, params: JsonObject): void {
    this.afterReply(() => {
      for (const session of aids.flatMap((aid) => this.#sessions.longOf(aid))) {
        session.channel.pushEvent(name, JSON.stringify({ ...params, ...this.idsFor(group, session) }));
      }
    });
  }

  #push(
    group: GroupRow,
    body: JsonObject,
    viewers: readonly Viewer[],
    event: GroupEvent,
    numbered: boolean,
  ): void {
    const texts = new Map<string, string>();
    const textFor = (form: IdForm, sight: Sight): string => {
      const key = `${form}${sight}`;
      const known = texts.get(key);
      if (known !== undefined) return known;
      const text = JSON.stringify(renderEvent(body, group, form, sight, numbered));
      texts.set(key, text);
      return text;
    };
    for (const viewer of viewers) {
      const sessions = this.#sessions.longOf(viewer.aid).filter((each) => each.id !== event.except);
      for (const session of sessions) {
        const text = textFor(this.form(group, session), sightOf(body, viewer));
        session.channel.pushEvent('group.changed', text);
      }
    }
  }
}
