import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../main/runtime/logger';
import { systemRandom } from '../../main/runtime/runtime';
import { FakeTime } from '../../main/runtime/testing/fake-time';
import type { Group } from '../../shared/model/group';
import type { Message } from '../../shared/model/message';
import { sampleConversation, sampleGroup, sampleMessage } from '../../shared/model/testing/samples';
import { personas } from './personas';
import { createResponder } from './responder';
import { createVenues, isAnswer, VENUES } from './venues';

const TEAM = 'group.aun.test/g-team1';
const ME = 'me01.aun.test';
const ECHO = 'echo.aun.test';
const GUIDE = 'parley-guide.aun.test';
const WARDEN = 'warden.aun.test';

function group(parts: Partial<Group> = {}): Group {
  return sampleGroup({
    group: TEAM,
    name: 'The Team',
    visibility: 'public',
    owner: ME,
    memberCount: 4,
    ...parts,
  });
}

function spoken(id: number, text: string, parts: Partial<Message> = {}): Message {
  return sampleMessage({
    id,
    conversation: TEAM,
    sender: ME,
    content: { kind: 'text', text, format: 'plain', mentions: [] },
    ...parts,
  });
}

type Answers = Record<string, (params: Record<string, unknown>) => unknown>;

function setUp(answers: Answers = {}) {
  const time = new FakeTime();
  const done: { command: string; params: Record<string, unknown> }[] = [];
  const known: Answers = {
    'group.get': () => group(),
    'group.member': ({ aid }) => ({
      member: {
        aid,
        title: '',
        role: 'member',
        kind: 'ai',
        verifiedKind: 'agent',
        joinedAt: null,
        online: null,
        mutedUntil: null,
        muteReason: '',
        hasKeys: true,
        own: false,
      },
    }),
    ...answers,
  };
  const tools = {
    invoke: async (command: string, params: unknown): Promise<unknown> => {
      const given = params as Record<string, unknown>;
      done.push({ command, params: given });
      return known[command]?.(given) ?? {};
    },
    sendPayload: async () => ({}),
    runtime: { clock: time, scheduler: time, random: systemRandom, logger: silentLogger },
  };
  const responder = createResponder(tools, personas);
  return {
    tools,
    responder,
    said: () =>
      done
        .filter(({ command }) => command === 'message.send')
        .map(({ params }) => [params['account'], params['conversation'], params['text']]),
    sent: (command: string) => done.filter((each) => each.command === command).map(({ params }) => params),
    hear: (account: string, ...messages: Message[]) =>
      responder.hear({
        event: 'message.changed',
        data: { account, conversation: messages[0]?.conversation ?? TEAM, messages },
      }),
    settle: async () => {
      for (let round = 0; round < 400; round += 1) {
        for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
        time.advance(100);
      }
    },
  };
}

describe('an agent in a group', () => {
  it('answers everybody where everybody is heard, as an answer to the message', async () => {
    const { hear, settle, said, sent } = setUp();
    hear(ECHO, spoken(1, 'hello'));
    await settle();
    expect(said()).toEqual([[ECHO, TEAM, 'hello']]);
    expect(sent('message.send')[0]).toMatchObject({ replyTo: 1 });
    expect(sent('conversation.accept')).toEqual([]);
  });

  it('answers only who mentions it where only the mentioned hear, or while others are on duty', async () => {
    for (const where of [{ dispatchMode: 'mention' as const }, { duty: [GUIDE] }]) {
      const { hear, settle, said } = setUp({ 'group.get': () => group(where) });
      hear(ECHO, spoken(1, 'anybody?'), spoken(2, '@echo you', { mentionsMe: true }));
      await settle();
      expect(said()).toEqual([[ECHO, TEAM, '@echo you']]);
    }
  });

  it('never answers another agent, mentioned or not', async () => {
    const { hear, settle, said } = setUp();
    hear(ECHO, spoken(1, '@echo', { sender: WARDEN, mentionsMe: true }));
    await settle();
    expect(said()).toEqual([]);
  });

  it('lets itself be added', async () => {
    const { responder, settle, sent } = setUp();
    const conversation = { kind: 'group', conversation: TEAM, standing: 'pending' };
    const event = { event: 'conversation.changed', data: { account: ECHO, conversations: [conversation] } };
    responder.hear(event as unknown as Parameters<typeof responder.hear>[0]);
    await settle();
    expect(sent('conversation.accept')).toEqual([{ account: ECHO, conversation: TEAM }]);
  });
});

const direct = { conversation: ME };
const inTeam = {
  'conversation.list': () => ({
    conversations: [
      sampleConversation({
        conversation: TEAM,
        kind: 'group',
        title: 'The Team',
        peerKind: 'unknown',
        group: { membership: 'member', status: 'active', memberCount: 3, picture: null },
      }),
    ],
  }),
};

describe('the warden', () => {
  it('asks to join, answering the question it is asked', async () => {
    const { hear, settle, sent, said } = setUp({
      'group.join': ({ answer }) => ({ state: answer === '' ? 'question' : 'pending', group: null }),
    });
    hear(WARDEN, spoken(1, `申请加入 ${TEAM}`, direct));
    await settle();
    expect(sent('group.join').map(({ invitation, answer }) => [invitation, answer !== ''])).toEqual([
      [TEAM, false],
      [TEAM, true],
    ]);
    expect(said()).toEqual([[WARDEN, ME, '我提交了申请，现在由你决定。']]);
  });

  it('floods until it is muted, and a quarrel ends when only the mentioned hear', async () => {
    let looks = 0;
    const muted = setUp({
      ...inTeam,
      'group.get': () => group({ mutedUntil: (looks += 1) > 5 ? Number.MAX_SAFE_INTEGER : null }),
    });
    muted.hear(WARDEN, spoken(1, 'flood', direct));
    await muted.settle();
    const lines = muted.said().filter(([, where]) => where === TEAM);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.length).toBeLessThan(8);

    looks = 0;
    const calmed = setUp({
      ...inTeam,
      'group.get': () => group({ dispatchMode: (looks += 1) > 6 ? 'mention' : 'broadcast' }),
    });
    calmed.hear(WARDEN, spoken(1, 'argue with the guide', direct));
    await calmed.settle();
    const turns = calmed.said().filter(([, where]) => where === TEAM);
    expect(turns.map(([who]) => who)).toEqual(turns.map((_turn, at) => (at % 2 === 0 ? WARDEN : GUIDE)));
    expect(turns.length).toBeGreaterThan(2);
    expect(turns.length).toBeLessThan(8);
  });

  it('argues to the end and no further, where nobody stops it', async () => {
    const { hear, settle, said } = setUp(inTeam);
    hear(WARDEN, spoken(1, '和向导吵架', direct));
    await settle();
    expect(said().filter(([, where]) => where === TEAM)).toHaveLength(12);
    expect(said().at(-1)).toEqual([WARDEN, ME, '我们在“The Team”里吵完了。']);
  });

  it('says why something was refused, and that it is in no group', async () => {
    const { hear, settle, said } = setUp({
      'conversation.list': () => ({ conversations: [] }),
      'group.join': () => {
        throw new Error('group.join: group_closed nobody comes in');
      },
    });
    hear(WARDEN, spoken(1, 'join by code ic-1234', direct), spoken(2, 'leave', direct));
    await settle();
    expect(said().map(([, , text]) => text)).toEqual([
      'That did not work: group_closed',
      'I am in none of your groups yet. Say “ask to join <link>” first.',
    ]);
  });
});

describe('the groups of the demo network', () => {
  const made = {
    'group.create': ({ name }: Record<string, unknown>) => ({ group: group({ name: String(name) }) }),
  };

  it('are made, furnished and never made twice', async () => {
    const { tools, sent } = setUp(made);
    const venues = createVenues(tools, 'aun.test');
    await venues.open();
    expect(sent('group.create').map(({ name, joinMode, account }) => [name, joinMode, account])).toEqual([
      ['Parley Lounge', 'open', GUIDE],
      ['The Workshop', 'approval', GUIDE],
    ]);
    expect(new Set(sent('group.create').map(({ requestId }) => requestId)).size).toBe(2);
    expect(sent('group.setRole')).toEqual([{ account: GUIDE, group: TEAM, aid: WARDEN, role: 'admin' }]);
    for (const { announcement, description } of VENUES) {
      expect(announcement).toMatch(/\p{Script=Han}/u);
      expect(description).toMatch(/\p{Script=Han}/u);
    }
  });

  it('let in who answered and refuse who did not, until nobody waits', async () => {
    const waiting = [['A chair'], ['no', '造一把椅子'], []].map((answers) =>
      answers.map((answer, at) => ({
        aid: `p${at}.aun.test`,
        title: '',
        verifiedKind: 'human',
        message: '',
        answer,
        status: 'pending',
        createdAt: null,
        expiresAt: null,
        reviewedBy: null,
        reason: '',
      })),
    );
    const { tools, sent, settle } = setUp({
      ...made,
      'group.requests': () => ({ requests: waiting.shift() ?? [] }),
    });
    const venues = createVenues(tools, 'aun.test');
    await venues.open();
    venues.hear({ event: 'group.changed', data: { account: GUIDE, group: group({ requests: 1 }) } });
    await settle();
    const decided = sent('group.review').flatMap(({ decisions }) => decisions as { approve: boolean }[]);
    expect(decided.map(({ approve }) => approve)).toEqual([true, false, true]);
    expect(isAnswer('不')).toBe(false);
    venues.stop();
  });

  it('greet who came by themselves once they are there, and no agent', async () => {
    const { tools, said, settle } = setUp(made);
    const venues = createVenues(tools, 'aun.test');
    await venues.open();
    const line = (action: string, actor: string, target: string | null): Message =>
      spoken(1, '', {
        content: { kind: 'group_event', action, actor, target, values: {}, signature: 'verified' },
      });
    const messages = [line('joined', ME, null), line('joined', WARDEN, null), line('update', ME, null)];
    venues.hear({ event: 'message.changed', data: { account: GUIDE, conversation: TEAM, messages } });
    await settle();
    expect(said()).toEqual([[GUIDE, TEAM, '@me01 Welcome! 欢迎！']]);
  });
});
