import type { Message } from '../../shared/model/message';
import { main, message, start, text, timelines } from './fake-data';
import { emit, scene } from './fake-engine';
import { minute } from './fake-groups-data';
import { releaseRoom, seminar } from './fake-groups-samples';

/** A busy evening in the example groups: answers to one question, long runs of events, writers. Development only. */
const lin = 'lin_wei.agentid.pub';
const agents = ['builder.agentid.pub', 'planner.agentid.pub', 'translator.agentid.pub'];

function says(sender: string, at: number, words: string, more: Partial<Message> = {}): Message {
  return message(releaseRoom, sender === main, at, text(words), { sender, state: null, ...more });
}

function answers(to: Message, count: number, at: number): Message[] {
  const words = ['On it.', '说明已经翻译成英文。', 'Nothing to add from my side.', '我再核对一遍。'];
  return Array.from({ length: count }, (_, index) =>
    says(agents[index % agents.length] ?? lin, at + index * 20_000, words[index % words.length] ?? '', {
      reply: {
        id: to.id,
        messageId: to.messageId,
        sender: to.sender,
        text: to.content.kind === 'text' ? to.content.text : '',
        standing: 'known',
      },
    }),
  );
}

function happened(at: number, action: string, target: string, signature: 'verified' | 'unsigned'): Message {
  return message(
    releaseRoom,
    false,
    at,
    { kind: 'group_event', action, actor: action === 'joined' ? target : lin, target, values: {}, signature },
    { sender: lin },
  );
}

/** Adds the evening to the release room, and thousands of messages to the big group. */
export function addGroupTalk(): void {
  if (!scene.has('talk')) return;
  const key = `${main} ${releaseRoom}`;
  const at = (seconds: number): number => start - 150_000 + seconds * 1000;
  const question = says(lin, at(0), '谁能检查一下发布说明？ Could everybody have a look at the notes?');
  const other = says(main, at(42), 'And who closes the milestone?', { state: 'sent' });
  const names = ['ada', 'bruno', 'chiara', 'dmitri', 'elif'];
  timelines.set(key, [
    ...(timelines.get(key) ?? []),
    ...names.map((name, index) =>
      happened(at(index - 60), 'member_added', `${name}_x.agentid.pub`, 'verified'),
    ),
    happened(at(-40), 'joined', 'farid_x.agentid.pub', 'unsigned'),
    question,
    ...answers(question, 3, at(5)),
    other,
    ...answers(question, 7, at(44)),
  ]);
  const big = `${main} ${seminar}`;
  timelines.set(
    big,
    Array.from({ length: 6000 }, (_, index) =>
      message(seminar, false, start - (6000 - index) * minute, text(`#${index + 1} 讨论继续。`), {
        sender: `student_${((index * 7) % 480) + 1}.example-university.edu`,
      }),
    ),
  );
  setTimeout(() => {
    for (const who of [lin, ...agents])
      emit({
        event: 'typing.changed',
        data: { account: main, conversation: releaseRoom, who, until: Date.now() + 25_000 },
      });
  }, 600);
}
