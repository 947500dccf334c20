import { KeyRound, ScrollText } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/model/account';
import type { Conversation } from '../../../shared/model/conversation';
import type { Group, GroupText } from '../../../shared/model/group';
import { invoke } from '../../stores/bridge';
import { useDraft } from '../../stores/composer-store';
import { useGroup } from '../../stores/groups-store';
import { Button } from '../../ui/button';
import { momentOf } from '../../ui/time';
import { Composer } from './composer';
import { mentionsIn } from './composer-mentions';
import { changeGroup, TextDoubt } from './group-bars';
import { GroupDispatch } from './group-dispatch';
import { GroupQuiet, quietReason } from './group-quiet';
import { useMentionable } from './use-mentionable';
import { useTitle } from './use-sender';
import { useNow } from '../../ui/use-now';
import './group-composer.css';

interface GroupProps {
  readonly account: string;
  readonly group: Group;
}

/** The rules, for somebody who has not read them: before the first message, and gone with it. */
function Rules({ account, group, rules }: GroupProps & { readonly rules: GroupText }) {
  const { t, i18n } = useTranslation();
  const author = useTitle(account, rules.updatedBy);
  const [busy, setBusy] = useState(false);
  const agree = (): void => {
    setBusy(true);
    void markRulesSeen(account, group.group).finally(() => setBusy(false));
  };
  return (
    <section className="group-rules" aria-label={t('groupRules.title')} data-testid="group-rules">
      <ScrollText size={17} aria-hidden />
      <div className="group-rules__words">
        <h2 className="group-rules__title">{t('groupRules.title')}</h2>
        <p className="group-rules__text isolate selectable" dir="auto" tabIndex={0}>
          {rules.content}
        </p>
        <p className="group-rules__facts">
          {author !== '' && rules.updatedAt !== null && (
            <span>
              {t('groupRules.by', { name: author, time: momentOf(i18n.language, rules.updatedAt) })}
            </span>
          )}
          <TextDoubt text={rules} />
        </p>
      </div>
      <Button size="small" tone="primary" busy={busy} onClick={agree} data-testid="rules-agree">
        {t('groupRules.agree')}
      </Button>
    </section>
  );
}

function markRulesSeen(account: string, group: string): Promise<void> {
  return changeGroup(account, invoke('group.seen', { account, group, what: 'rules' }));
}

/** While the key is on its way: one can write, and what is written waits. */
function Securing({ account, group }: GroupProps) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const waiting = group.keys.state === 'waiting';
  const repair = (): void => {
    setBusy(true);
    void changeGroup(account, invoke('group.repairKeys', { account, group: group.group })).finally(() =>
      setBusy(false),
    );
  };
  return (
    <div className="group-securing" role="status" data-testid="group-securing">
      <KeyRound size={14} aria-hidden />
      <span>{waiting ? t('groupState.waiting') : t('groupState.securing')}</span>
      {waiting && (
        <button type="button" className="text-button" disabled={busy} onClick={repair}>
          {t('groupState.tryNow')}
        </button>
      )}
    </div>
  );
}

/** Whether no agent will take up what is typed, because it names none. */
function useNobodyNamed(account: string, group: Group, people: ReturnType<typeof useMentionable>): boolean {
  const { text } = useDraft(account, group.group);
  const mode = group.dispatchMode;
  const agents = group.agentCount;
  return useMemo(() => {
    if (mode !== 'mention' || agents === 0 || text.trim().length < 3) return false;
    const kinds = new Map(people.map(({ aid, kind }) => [aid, kind]));
    return !mentionsIn(text, people).some(({ aid }) => aid === null || kinds.get(aid) === 'agent');
  }, [mode, agents, text, people]);
}

function Writing(props: {
  readonly account: Account;
  readonly conversation: Conversation;
  readonly group: Group;
}) {
  const { t } = useTranslation();
  const { account, conversation, group } = props;
  const accountId = account.account;
  const people = useMentionable(accountId, group);
  const unnamed = useNobodyNamed(accountId, group, people);
  const { rules, rulesSeen, keys } = group;
  const unread = rules !== null && !rulesSeen && rules.content !== '';
  return (
    <>
      {unread && <Rules account={accountId} group={group} rules={rules} />}
      {(keys.state === 'securing' || keys.state === 'waiting') && (
        <Securing account={accountId} group={group} />
      )}
      <GroupDispatch account={accountId} group={group} />
      <Composer
        account={account}
        conversation={conversation}
        people={people}
        note={unnamed ? t('groupDispatch.nobodyNamed') : null}
        onSent={() => {
          if (unread) void markRulesSeen(accountId, group.group);
        }}
      />
    </>
  );
}

/** Where one writes in a group, or why one can't. */
export function GroupComposer(props: { readonly account: Account; readonly conversation: Conversation }) {
  const { account, conversation } = props;
  const group = useGroup(account.account, conversation.conversation);
  // A mute ends by itself, without a word from the network.
  const now = useNow(group?.mutedUntil == null ? 3_600_000 : 1000);
  if (group === undefined) return <div className="group-composer-waiting" />;
  const reason = quietReason(group, now);
  if (reason !== null)
    return <GroupQuiet account={account.account} group={group} reason={reason} now={now} />;
  return <Writing account={account} conversation={conversation} group={group} />;
}
