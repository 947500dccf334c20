import { z } from 'zod';
import { conversationSchema } from '../../shared/model/conversation';
import { groupMemberSchema, groupPreviewSchema, groupSchema, type Group } from '../../shared/model/group';
import { DEMO_AGENTS } from '../../shared/aun/demo-agents';
import { isGroupId } from '../../shared/aun/group-id';
import { ANSWER, floodLine, helpText, nuisance, quarrel, type Errand } from './errands';
import type { Hands } from './hands';

const FLOOD_LINES = 20;
const FLOOD_PAUSE_MS = 120;
const QUARREL_PAUSE_MS = 700;
const MUTE_SECONDS = 60;

const joinSchema = z.object({
  state: z.enum(['joined', 'pending', 'question']),
  group: groupSchema.nullable(),
});
const searchSchema = z.object({ found: z.array(groupPreviewSchema) });
const listSchema = z.object({ conversations: z.array(conversationSchema) });
const memberSchema = z.object({ member: groupMemberSchema.nullable() });

/** An errand that is under way: who asked, where, in which language. */
export interface ErrandRun {
  readonly hands: Hands;
  readonly errand: Errand;
  readonly peer: string;
  readonly chinese: boolean;
  /** Ids of everything that is sent begin with this: repeating a run sends nothing twice. */
  readonly requestId: string;
  readonly isStopped: () => boolean;
}

/** Carries an errand out and says what became of it. Refusals of the engine are what is said then. */
export async function runErrand(run: ErrandRun): Promise<void> {
  const { hands, requestId } = run;
  let outcome: string | null;
  try {
    outcome = await carryOut(run);
  } catch (error) {
    hands.runtime.logger.log('info', 'agent.errand_refused', { errand: run.errand.kind, error });
    const why = reasonOf(error);
    outcome = run.chinese ? `没有成功：${why}` : `That did not work: ${why}`;
  }
  if (outcome === null || run.isStopped()) return;
  const { account, conversation, replyTo } = hands;
  // Where it may not write any more there is nobody to tell.
  await hands
    .invoke('message.send', {
      account,
      conversation,
      text: outcome,
      replyTo,
      requestId: `${requestId}:outcome`,
    })
    .catch((error: unknown) => hands.runtime.logger.log('info', 'agent.outcome_unsaid', { error }));
}

/** The code of a refusal: words of its own it has in the window only. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /^[a-zA-Z.]+: ([a-z_]+)\b/.exec(text)?.[1] ?? text;
}

async function carryOut(run: ErrandRun): Promise<string | null> {
  const { errand, chinese } = run;
  switch (errand.kind) {
    case 'help':
      return helpText(chinese);
    case 'ask':
    case 'code':
      return join(run, errand);
    case 'leave':
      return leave(run);
    case 'misbehave':
      return shout(run, nuisance(chinese), QUARREL_PAUSE_MS);
    case 'flood': {
      const lines = Array.from({ length: FLOOD_LINES }, (_unused, index) => floodLine(chinese, index + 1));
      return shout(run, lines, FLOOD_PAUSE_MS);
    }
    case 'argue':
      return argue(run);
    case 'promote':
      return shout(
        run,
        [chinese ? '请让我当管理员，我会守规矩的。' : 'Please make me an admin. I would behave.'],
        0,
      );
    case 'mute':
    case 'kick':
      return punish(run, errand.kind);
  }
}

async function join(
  { hands, chinese }: ErrandRun,
  { kind, invitation }: Extract<Errand, { kind: 'ask' | 'code' }>,
): Promise<string> {
  const { invoke, account } = hands;
  const target = kind === 'code' ? invitation : await invitationOf(hands, invitation);
  if (target === null)
    return chinese
      ? '我要加入哪个群？请给我群链接，或公开群的名字。'
      : 'Which group? Give me its link, or the name of a public one.';
  const ask = async (answer: string): Promise<z.output<typeof joinSchema>> =>
    joinSchema.parse(
      await invoke('group.join', {
        account,
        invitation: target,
        message: chinese ? '我是看守，请让我进来。' : 'I am the warden. Please let me in.',
        answer,
      }),
    );
  const first = await ask('');
  const { state } = first.state === 'question' ? await ask(ANSWER) : first;
  if (state === 'joined') return chinese ? '我进来了。' : 'I am in.';
  return chinese ? '我提交了申请，现在由你决定。' : 'I have asked. It is for you to decide now.';
}

/** A link or an id as it is; a name is looked for among public groups. */
async function invitationOf({ invoke, account }: Hands, text: string): Promise<string | null> {
  if (text === '') return null;
  if (/^aun:/i.test(text) || isGroupId(text.toLowerCase()) || /^g-[a-z0-9]+/i.test(text)) return text;
  const { found } = searchSchema.parse(await invoke('group.search', { account, query: text, page: 1 }));
  const wanted = text.toLowerCase();
  const exact = found.find(({ name }) => name.toLowerCase() === wanted);
  return (exact ?? found[0])?.group ?? null;
}

/**
 * The group an errand is about: where it was asked, or else the one in which something happened last; the demo's own places are left
 * out unless said otherwise.
 */
async function placeOf(
  run: ErrandRun,
  fits: (group: Group) => boolean = ({ owner }) => owner !== guideOf(run.hands.account),
): Promise<Group | null> {
  const { invoke, account, conversation } = run.hands;
  const get = async (group: string): Promise<Group> =>
    groupSchema.parse(await invoke('group.get', { account, group }));
  if (isGroupId(conversation)) return get(conversation);
  const { conversations } = listSchema.parse(await invoke('conversation.list', { account, view: 'inbox' }));
  for (const each of conversations) {
    if (each.kind !== 'group' || each.group?.membership !== 'member') continue;
    const group = await get(each.conversation);
    if (fits(group)) return group;
  }
  return null;
}

const issuerOf = (aid: string): string => aid.slice(aid.indexOf('.') + 1);
const guideOf = (aid: string): string => `${DEMO_AGENTS.guide}.${issuerOf(aid)}`;

const nowhere = (chinese: boolean): string =>
  chinese
    ? '我还不在你的任何群里。先说“申请加入 <群链接>”。'
    : 'I am in none of your groups yet. Say “ask to join <link>” first.';

async function leave(run: ErrandRun): Promise<string | null> {
  const { hands, chinese } = run;
  const place = await placeOf(run);
  if (place === null) return nowhere(chinese);
  await hands.invoke('group.leave', { account: hands.account, group: place.group });
  if (place.group === hands.conversation) return null;
  return chinese ? `我退出了“${place.name}”。` : `I have left “${place.name}”.`;
}

async function shout(run: ErrandRun, lines: readonly string[], pauseMs: number): Promise<string | null> {
  const { hands, chinese, requestId } = run;
  const place = await placeOf(run);
  if (place === null) return nowhere(chinese);
  for (const [index, text] of lines.entries()) {
    if (run.isStopped() || (index > 0 && (await isSilenced(hands, hands.account, place.group)))) break;
    await sayIn(hands, hands.account, place.group, text, `${requestId}:${index}`);
    await pause(hands, pauseMs);
  }
  if (place.group === hands.conversation) return null;
  return chinese ? `已经在“${place.name}”里说了。` : `Said in “${place.name}”.`;
}

/**
 * Two agents answer each other, as a loop between agents looks. It ends after its last line, or as soon as somebody stops it: one of
 * them is muted or gone, or only the mentioned hear from now on.
 */
async function argue(run: ErrandRun): Promise<string | null> {
  const { hands, chinese, requestId } = run;
  const place = await placeOf(run);
  if (place === null) return nowhere(chinese);
  const other = await opponentIn(hands, place.group);
  if (other === null)
    return chinese
      ? '我一个人吵不起来。先把向导加进群里。'
      : 'I cannot argue alone. Add the guide to the group first.';
  const began = place.dispatchMode;
  for (const [turn, text] of quarrel(chinese).entries()) {
    const speaker = turn % 2 === 0 ? hands.account : other;
    if (run.isStopped() || (await isSilenced(hands, speaker, place.group, began))) break;
    await sayIn(hands, speaker, place.group, text, `${requestId}:${turn}`);
    await pause(hands, QUARREL_PAUSE_MS);
  }
  if (place.group === hands.conversation) return null;
  return chinese ? `我们在“${place.name}”里吵完了。` : `We have argued in “${place.name}”.`;
}

/** Another demo agent in a group, the guide before all. */
async function opponentIn({ invoke, account }: Hands, group: string): Promise<string | null> {
  for (const name of [DEMO_AGENTS.guide, DEMO_AGENTS.echo, DEMO_AGENTS.slowWriter]) {
    const aid = `${name}.${issuerOf(account)}`;
    const { member } = memberSchema.parse(await invoke('group.member', { account, group, aid }));
    if (member !== null) return aid;
  }
  return null;
}

/** Whether somebody may not or should not write on in a group. */
async function isSilenced(
  { invoke, runtime }: Hands,
  account: string,
  group: string,
  began?: Group['dispatchMode'],
): Promise<boolean> {
  const now = groupSchema.parse(await invoke('group.get', { account, group }));
  const muted = now.mutedUntil !== null && now.mutedUntil > runtime.clock.now();
  const calmed = began === 'broadcast' && now.dispatchMode === 'mention';
  return now.membership !== 'member' || now.status !== 'active' || muted || calmed;
}

/** In the Lounge, too: there it is an admin. Owners it cannot touch. */
async function punish(run: ErrandRun, how: 'mute' | 'kick'): Promise<string | null> {
  const { hands, peer, chinese } = run;
  const place = await placeOf(run, ({ role, owner }) => role === 'admin' && owner !== peer);
  if (place === null) return nowhere(chinese);
  const { invoke, account } = hands;
  const reason = chinese ? '是你自己要的' : 'you asked for it';
  const about = { account, group: place.group, aid: peer, reason };
  if (how === 'mute') await invoke('group.mute', { ...about, seconds: MUTE_SECONDS });
  else await invoke('group.kick', about);
  if (how === 'kick' && place.group === hands.conversation) return null;
  if (how === 'mute')
    return chinese ? `你被禁言 ${MUTE_SECONDS} 秒。` : `You are muted for ${MUTE_SECONDS} seconds.`;
  return chinese ? `我把你移出了“${place.name}”。` : `I have removed you from “${place.name}”.`;
}

async function sayIn(
  hands: Hands,
  account: string,
  conversation: string,
  text: string,
  requestId: string,
): Promise<void> {
  await hands.invoke('message.send', { account, conversation, text, requestId });
}

async function pause({ runtime }: Hands, milliseconds: number): Promise<void> {
  if (milliseconds > 0) await new Promise<void>((resolve) => runtime.scheduler.after(milliseconds, resolve));
}
