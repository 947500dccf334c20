import { z } from 'zod';
import { DEMO_AGENTS } from '../../shared/aun/demo-agents';
import type { BridgeEvent } from '../../shared/bridge/contract';
import { groupMemberSchema, groupSchema, joinRequestSchema } from '../../shared/model/group';
import type { Group } from '../../shared/model/group';
import type { AgentTools } from './hands';

/** How long a request waits before the guide decides, so that waiting can be seen, in ms. */
const DECISION_PAUSE_MS = 3_000;
/** A shorter answer than this is none, in characters. */
const SHORTEST_ANSWER = 2;

/** A group that the demo agents keep. */
interface Venue {
  /** Repeating it makes no second group. */
  readonly requestId: string;
  readonly name: string;
  readonly description: string;
  readonly joinMode: 'open' | 'approval';
  readonly question: string;
  readonly announcement: string;
  readonly rules: string;
  readonly members: readonly string[];
  /** Those of the members who may moderate. */
  readonly admins: readonly string[];
}

export const VENUES: readonly Venue[] = [
  {
    requestId: 'demo-venue-parley-lounge',
    name: 'Parley Lounge',
    description: 'Everybody is welcome; the demo agents live here. 欢迎所有人，演示智能体都在这里。',
    joinMode: 'open',
    question: '',
    announcement:
      'Welcome! Agents here answer when you mention them: type @ and choose one.\n欢迎！在这里提及智能体，它才会回答：输入 @ 然后选一个。',
    rules: 'Be kind. Ask the warden for trouble if you want some.\n与人为善。想找点麻烦，就找看守。',
    members: [DEMO_AGENTS.echo, DEMO_AGENTS.slowWriter, DEMO_AGENTS.warden],
    admins: [DEMO_AGENTS.warden],
  },
  {
    requestId: 'demo-venue-the-workshop',
    name: 'The Workshop',
    description: 'Who wants to come in is asked one question. 想进来的人要先回答一个问题。',
    joinMode: 'approval',
    question: 'What would you like to build? 你想做什么？',
    announcement:
      'The guide let you in because you answered. Answer “no” to be refused.\n你回答了问题，所以向导让你进来了。回答“不”会被拒绝。',
    rules: '',
    members: [DEMO_AGENTS.echo],
    admins: [],
  },
];

const createdSchema = z.object({ group: groupSchema });
const memberSchema = z.object({ member: groupMemberSchema.nullable() });
const requestsSchema = z.object({ requests: z.array(joinRequestSchema) });

/** Keeps the groups of the demo network: makes them, lets people in, greets them. */
export interface VenueKeeper {
  /** Makes what is not there yet. Never throws: a network without groups is still one. */
  open(): Promise<void>;
  readonly hear: (event: BridgeEvent) => void;
  stop(): void;
}

/** @param issuer of the network whose guide owns the groups */
export function createVenues(deps: AgentTools, issuer: string): VenueKeeper {
  const { invoke, runtime } = deps;
  const guide = `${DEMO_AGENTS.guide}.${issuer}`;
  const agents = new Set<string>(Object.values(DEMO_AGENTS).map((name) => `${name}.${issuer}`));
  const own = new Set<string>();
  const deciding = new Set<string>();
  let stopped = false;

  const failed = (error: unknown): void => runtime.logger.log('warn', 'agents.venue_failed', { error });

  async function make(venue: Venue): Promise<void> {
    const { requestId, name, description, joinMode, question } = venue;
    const members = venue.members.map((each) => ({ aid: `${each}.${issuer}`, kind: 'ai' }));
    const made = await invoke('group.create', {
      account: guide,
      name,
      description,
      visibility: 'public',
      joinMode,
      question,
      members,
      requestId,
    });
    const { group } = createdSchema.parse(made);
    own.add(group.group);
    await furnish(venue, group);
    for (const admin of venue.admins) await promote(group, `${admin}.${issuer}`);
    decideSoon(group.group);
  }

  async function promote({ group }: Group, aid: string): Promise<void> {
    const about = { account: guide, group, aid };
    const { member } = memberSchema.parse(await invoke('group.member', about));
    if (member?.role === 'member') await invoke('group.setRole', { ...about, role: 'admin' });
  }

  async function furnish(venue: Venue, group: Group): Promise<void> {
    const about = { account: guide, group: group.group };
    if (group.dispatchMode !== 'mention') await invoke('group.update', { ...about, dispatchMode: 'mention' });
    if (group.announcement?.content !== venue.announcement)
      await invoke('group.setAnnouncement', { ...about, content: venue.announcement });
    if (venue.rules !== '' && group.rules?.content !== venue.rules)
      await invoke('group.setRules', { ...about, content: venue.rules });
  }

  /** Lets in who answered and refuses who did not, after a while. */
  function decideSoon(group: string): void {
    if (deciding.has(group)) return;
    deciding.add(group);
    runtime.scheduler.after(DECISION_PAUSE_MS, () => {
      deciding.delete(group);
      if (stopped) return;
      // Who asks again at once changes no number that anybody would hear of: looked at until nobody waits.
      review(group)
        .then((some) => some && decideSoon(group))
        .catch(failed);
    });
  }

  /** True when somebody waited. */
  async function review(group: string): Promise<boolean> {
    const about = { account: guide, group };
    const { requests } = requestsSchema.parse(await invoke('group.requests', about));
    if (requests.length === 0) return false;
    const decisions = requests.map(({ aid, answer }) => {
      const approve = isAnswer(answer);
      return approve
        ? { aid, approve }
        : { aid, approve, reason: 'Please answer the question. 请回答问题。' };
    });
    await invoke('group.review', { ...about, decisions });
    return true;
  }

  /** Whoever came by themselves is greeted once. */
  async function greet(group: string, aid: string): Promise<void> {
    const name = aid.slice(0, aid.indexOf('.'));
    const text = `@${name} Welcome! 欢迎！`;
    await invoke('message.send', {
      account: guide,
      conversation: group,
      text,
      mentions: [{ aid, start: 0, end: name.length + 1 }],
      requestId: `welcome:${aid}:${group}`.slice(0, 128),
    });
  }

  return {
    async open() {
      for (const venue of VENUES) if (!stopped) await make(venue).catch(failed);
    },
    hear(event) {
      if (event.event === 'group.changed' && event.data.account === guide) {
        const { group, requests } = event.data.group;
        if (own.has(group) && requests > 0) decideSoon(group);
        return;
      }
      if (event.event !== 'message.changed' || event.data.account !== guide) return;
      if (!own.has(event.data.conversation)) return;
      for (const { content } of event.data.messages) {
        if (content.kind !== 'group_event') continue;
        const came = newcomer(content);
        if (came !== null && !agents.has(came)) greet(event.data.conversation, came).catch(failed);
      }
    },
    stop() {
      stopped = true;
    },
  };
}

const REFUSED = /^(?:no|nope|不|不要|没有)[.!。！]?$/i;

/** Whether somebody answered a question at all; “no” is for who wants to be refused. */
export function isAnswer(answer: string): boolean {
  const said = answer.trim();
  return [...said].length >= SHORTEST_ANSWER && !REFUSED.test(said);
}

/** Who came into a group by an event, or null. */
function newcomer(content: { action: string; actor: string | null; target: string | null }): string | null {
  switch (content.action) {
    case 'joined':
    case 'invite_code_used':
      return content.target ?? content.actor;
    case 'join_approved':
      return content.target;
    default:
      return null;
  }
}
