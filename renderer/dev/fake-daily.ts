import type { Conversation } from '../../shared/model/conversation';
import { accountOf, putAccount } from './fake-accounts';
import { conversation, conversations, main, message, start, text, timelines } from './fake-data';
import { emit, scene } from './fake-engine';
import { addDraft } from './fake-store';

const minute = 60_000;
const hour = 60 * minute;

function stranger(
  aid: string,
  title: string,
  words: readonly string[],
  more: Partial<Conversation>,
): Conversation {
  const lines = words.map((line, index) =>
    message(aid, false, start - (words.length - index) * 9 * minute, text(line)),
  );
  timelines.set(`${main} ${aid}`, lines);
  return conversation(aid, title, {
    preview: words.at(-1) ?? '',
    previewKind: 'text',
    lastActivityAt: lines.at(-1)?.sortAt ?? start,
    unread: words.length,
    ...more,
  });
}

/** What daily life makes of a list: strangers, what was put away, what was pinned, muted and marked. */
export function addDailyLife(): void {
  if (scene.has('empty') || scene.has('onboarding')) return;
  const changes: Readonly<Record<string, Partial<Conversation>>> = {
    'builder.agentid.pub': { pinned: true },
    'planner.agentid.pub': { mutedUntil: start + 5 * hour, unread: 12, mentions: 1 },
    'translator.agentid.pub': { previewKind: 'file', preview: 'Contract, English version, 12 pages' },
    'nadia.agentid.pub': { previewKind: 'image', preview: '' },
    'viktor.agentid.pub': { markedUnread: true },
    'contact_1.agentid.pub': { previewKind: 'voice', preview: '' },
    'contact_2.agentid.pub': { previewKind: 'poll', preview: 'Lunch on Friday?' },
    'contact_3.agentid.pub': { previewKind: 'location', preview: '人民公园' },
    'hana.agentid.pub': { draftAttachments: 2 },
  };
  const rows = (conversations.get(main) ?? []).map((row): Conversation => {
    const name = /^contact_(\d+)/.exec(row.conversation)?.[1];
    const archived = name !== undefined && Number(name) > 290 ? { archived: true } : {};
    return { ...row, ...archived, ...changes[row.conversation] };
  });
  rows.push(
    stranger(
      'survey-bot.example-university.edu',
      'Survey assistant',
      [
        '您好，我们在做一项关于消息习惯的调查。',
        'It takes three minutes: https://survey.example-university.edu/2026',
      ],
      { standing: 'pending', peerKind: 'agent', profileStatus: 'verified' },
    ),
    stranger('zhou_min.agentid.pub', 'zhou_min.agentid.pub', ['小美你好，我是周敏，上周在会上聊过。'], {
      standing: 'pending',
    }),
    stranger('pushy_seller.agentid.pub', 'Best Deals', ['Buy now!'], {
      standing: 'blocked',
      unread: 0,
      peerKind: 'unknown',
    }),
  );
  conversations.set(main, rows);
  for (const [name, type, size] of [
    ['回滚步骤 rollback.md', 'text/markdown', 8_412],
    ['setup-3.2.0.exe', 'application/x-msdownload', 88_213_004],
  ] as const) {
    if (scene.has('files')) addDraft(main, 'hana.agentid.pub', { name, type, size });
  }
  const counted = rows.filter(
    (row) => row.standing === 'accepted' && (row.mutedUntil === null || row.mutedUntil < start),
  );
  putAccount({
    ...accountOf(main),
    unread: counted.reduce((sum, row) => sum + Math.max(row.unread, row.markedUnread ? 1 : 0), 0),
    mentions: rows.reduce((sum, row) => sum + row.mentions, 0),
    requests: rows.filter((row) => row.standing === 'pending').length,
  });
  if (scene.has('typing')) {
    setTimeout(
      () =>
        emit({
          event: 'typing.changed',
          data: {
            account: main,
            conversation: 'lin_wei.agentid.pub',
            who: 'lin_wei.agentid.pub',
            until: Date.now() + 25_000,
          },
        }),
      400,
    );
  }
}
