import { Megaphone, Pencil, ScrollText } from 'lucide-react';
import { useEffect, useId, useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group, GroupText } from '../../../../shared/model/group';
import { invoke, reportError } from '../../../stores/bridge';
import { useGroupsStore } from '../../../stores/groups-store';
import { Button } from '../../../ui/button';
import { Panel } from '../../identity/centre/panel';
import { TaskError } from '../../identity/task-error';
import { useTask } from '../../identity/use-task';
import { changeGroup, offerUndo } from '../moderation/moderation-actions';
import { GatedButton } from './refusal';
import { SignedText } from './signed-text';
import { useRefusals } from './standing';

type What = 'announcement' | 'rules';

const longest: Readonly<Record<What, number>> = { announcement: 4000, rules: 8000 };
const pictures = { announcement: Megaphone, rules: ScrollText } as const;

async function write(account: string, group: string, what: What, content: string): Promise<void> {
  if (what === 'announcement') await changeGroup('group.setAnnouncement', { account, group, content });
  else await changeGroup('group.setRules', { account, group, content });
}

/** A text that others will read, with how much of the room is used. */
function Editor(props: {
  readonly account: string;
  readonly group: Group;
  readonly what: What;
  readonly onDone: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { account, group, what, onDone } = props;
  const before = group[what]?.content ?? '';
  const [text, setText] = useState(before);
  const task = useTask();
  const id = useId();
  const number = new Intl.NumberFormat(i18n.language);
  const limit = longest[what];
  const save = (content: string): void =>
    task.run(
      () => write(account, group.group, what, content),
      () => {
        onDone();
        offerUndo(t(`moderation.texts.${what}_saved`), () => write(account, group.group, what, before));
      },
    );
  const submit = (form: SubmitEvent): void => {
    form.preventDefault();
    if (text.length <= limit) save(text.trim());
  };
  return (
    <form className="text-editor" onSubmit={submit}>
      <label className="field__label" htmlFor={id}>
        {t(`moderation.texts.${what}_label`)}
      </label>
      <textarea
        id={id}
        className="text-area"
        rows={what === 'rules' ? 10 : 5}
        value={text}
        maxLength={limit}
        dir="auto"
        autoFocus
        aria-describedby={`${id}-hint`}
        onChange={(change) => setText(change.target.value)}
        data-testid={`${what}-text`}
      />
      <p className="text-editor__hint" id={`${id}-hint`}>
        <span>{t('moderation.texts.signedHint')}</span>
        <span className="tabular">
          {t('moderation.texts.room', { used: number.format(text.length), limit: number.format(limit) })}
        </span>
      </p>
      <TaskError error={task.error} />
      <div className="panel__actions">
        <Button
          type="submit"
          tone="primary"
          busy={task.busy}
          disabled={text.trim() === before}
          data-testid={`${what}-save`}
        >
          {t('moderation.texts.publish')}
        </Button>
        <Button onClick={onDone}>{t('common.cancel')}</Button>
        {before !== '' && (
          <Button tone="plain" onClick={() => save('')} data-testid={`${what}-remove`}>
            {t('moderation.texts.takeAway')}
          </Button>
        )}
      </div>
    </form>
  );
}

function Shown(props: { readonly account: string; readonly what: What; readonly text: GroupText | null }) {
  const { t } = useTranslation();
  const Icon = pictures[props.what];
  if (props.text !== null) return <SignedText account={props.account} text={props.text} />;
  return (
    <div className="group-nothing">
      <Icon size={22} strokeWidth={1.5} aria-hidden />
      <p>{t(`moderation.texts.${props.what}_none`)}</p>
    </div>
  );
}

function TextPanel(props: { readonly account: string; readonly group: Group; readonly what: What }) {
  const { t } = useTranslation();
  const { account, group, what } = props;
  const refusalOf = useRefusals(group);
  const [editing, setEditing] = useState(false);
  const seen = what === 'announcement' ? group.announcementSeen : group.rulesSeen;
  const unseen = group[what] !== null && !seen;
  const id = group.group;
  useEffect(() => {
    if (!unseen) return;
    invoke('group.seen', { account, group: id, what }).then(
      (changed) => useGroupsStore.getState().merge(account, changed),
      reportError,
    );
  }, [account, id, what, unseen]);
  return (
    <Panel
      title={t(`moderation.texts.${what}`)}
      text={t(`moderation.texts.${what}_about`)}
      testId={`text-${what}`}
    >
      {editing ? (
        <Editor account={account} group={group} what={what} onDone={() => setEditing(false)} />
      ) : (
        <>
          <Shown account={account} what={what} text={group[what]} />
          <GatedButton
            refusal={refusalOf('edit')}
            size="small"
            onPress={() => setEditing(true)}
            testId={`${what}-edit`}
          >
            <Pencil size={14} aria-hidden />
            {group[what] === null ? t(`moderation.texts.${what}_write`) : t('moderation.texts.edit')}
          </GatedButton>
        </>
      )}
    </Panel>
  );
}

/** Announcement and rules: to read, and for those who lead the group to write. Both are plain text. */
export function TextsSection(props: { readonly account: string; readonly group: Group }) {
  return (
    <>
      <TextPanel {...props} what="announcement" />
      <TextPanel {...props} what="rules" />
    </>
  );
}
