import type { Conversation } from '../../shared/model/conversation';
import type { Message } from '../../shared/model/message';
import { conversation, conversations, main, message, start, text, timelines } from './fake-data';
import { scene } from './fake-engine';
import { day, fakeGroupStates, hour, minute } from './fake-groups-data';
import {
  addSampleGroups,
  agentsLab,
  leftBehind,
  newerKind,
  oldProject,
  readingCircle,
  releaseRoom,
  seminar,
  strangers,
  waitingRoom,
} from './fake-groups-samples';

/** The conversations of the example groups. Development only. */
const lin = 'lin_wei.agentid.pub';
const hana = 'hana.agentid.pub';
const builder = 'builder.agentid.pub';
const planner = 'planner.agentid.pub';

function from(
  group: string,
  sender: string,
  at: number,
  words: string,
  more: Partial<Message> = {},
): Message {
  return message(group, sender === main, at, text(words), {
    sender,
    state: sender === main ? 'sent' : null,
    ...more,
  });
}

function event(
  group: string,
  at: number,
  action: string,
  actor: string | null,
  target: string | null,
  values: Record<string, string> = {},
): Message {
  return message(
    group,
    false,
    at,
    { kind: 'group_event', action, actor, target, values, signature: 'verified' },
    { sender: actor ?? group },
  );
}

function room(): Message[] {
  const at = (minutes: number): number => start - minutes * minute;
  return [
    from(releaseRoom, lin, at(1500), '大家早，今天把 3.2.0 的清单过一遍。'),
    from(releaseRoom, main, at(1496), 'Good. I have two open points: signing, and the notes.'),
    event(releaseRoom, at(1441), 'member_banned', hana, 'viktor.agentid.pub', {
      until: String(start + 52 * minute),
      reason: 'Please keep the thread about the release.',
    }),
    from(releaseRoom, hana, at(400), 'Signing host is back, read-only until noon.'),
    from(releaseRoom, hana, at(399), '我来盯着。'),
    event(releaseRoom, at(300), 'member_left', 'guest_99.example.org', 'guest_99.example.org'),
    event(releaseRoom, at(180), 'member_added', lin, 'new_colleague.agentid.pub'),
    from(releaseRoom, lin, at(60), '@张小美 发布说明好了吗？', { mentionsMe: true }),
    from(releaseRoom, builder, at(58), 'The notes are ready: 14 entries, 3 breaking changes.'),
    from(releaseRoom, planner, at(57), 'I moved the freeze to Monday 10:00 in the calendar.'),
    event(releaseRoom, at(40), 'announcement_updated', hana, null, { text: '明天 10:00 发布 3.2.0。' }),
    from(releaseRoom, main, at(12), '好了，今晚再读一遍。'),
    from(releaseRoom, hana, at(3), 'Then we are on time. 🎉'),
  ];
}

function loop(): Message[] {
  return Array.from({ length: 8 }, (_, index) =>
    from(
      agentsLab,
      index % 2 === 0 ? builder : planner,
      start - (9 - index) * minute,
      index % 2 === 0 ? 'Thank you, I updated the plan.' : 'Thank you, I updated the build.',
    ),
  );
}

function row(id: string, messages: readonly Message[], more: Partial<Conversation> = {}): Conversation {
  timelines.set(`${main} ${id}`, [...messages]);
  const facts = fakeGroupStates.get(`${main} ${id}`)?.group;
  const last = messages.filter(({ content }) => content.kind === 'text').at(-1);
  return conversation(id, facts?.name ?? id, {
    kind: 'group',
    lastActivityAt: last?.sortAt ?? start - day,
    preview: last?.content.kind === 'text' ? last.content.text.slice(0, 120) : '',
    previewKind: last === undefined ? 'none' : 'text',
    previewOwn: last?.own ?? false,
    previewSender: last?.sender ?? null,
    readUpTo: messages.at(-1)?.id ?? 0,
    group:
      facts === undefined
        ? null
        : {
            membership: facts.membership,
            status: facts.status,
            memberCount: facts.memberCount,
            picture: facts.picture,
          },
    ...more,
  });
}

/** Puts the example groups into the list, unless the scene wants an empty one. */
export function addGroupLife(): void {
  addSampleGroups();
  if (scene.has('empty') || scene.has('onboarding') || scene.has('no-groups')) return;
  const hours = (count: number): number => start - count * hour;
  const rows = [
    row(releaseRoom, room(), { unread: 2, mentions: 1, pinned: scene.has('group-first') }),
    row(agentsLab, loop()),
    row(readingCircle, [from(readingCircle, lin, hours(30), '这周读《看不见的城市》。')]),
    row(seminar, [from(seminar, 'student_1.example-university.edu', hours(4), 'Slides for week 9 are up.')]),
    row(strangers, [from(strangers, 'free-coins_77.example.net', hours(2), 'You have won!')], {
      standing: 'pending',
      unread: 1,
    }),
    row(waitingRoom, []),
    row(oldProject, [from(oldProject, lin, start - 40 * day, 'Thank you all.')]),
    row(leftBehind, [from(leftBehind, hana, start - 20 * day, 'Handover at six.')]),
    row(newerKind, []),
  ];
  conversations.set(main, [...(conversations.get(main) ?? []), ...rows]);
}
