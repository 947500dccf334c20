import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { agentMdBytes, AgentMdLimit } from '../../../../shared/aun/agent-md';
import type { Account } from '../../../../shared/model/account';
import { useNoticesStore } from '../../../stores/notices-store';
import { Button } from '../../../ui/button';
import { Choice } from '../../../ui/choice';
import { Spinner } from '../../../ui/spinner';
import { dateOf } from '../../../ui/time';
import { Panel } from '../centre/panel';
import { TaskError } from '../task-error';
import { ProfileConflict } from './profile-conflict';
import { editedText, editProblems } from './profile-draft';
import { ProfileForm } from './profile-form';
import { useProblemWords } from './profile-problems';
import { ProfileRaw } from './profile-raw';
import { useOwnProfile, type ProfileEditing } from './use-own-profile';

/** Where the document stands: published when, edited and not published, or never published. */
function Standing(props: { readonly editing: ProfileEditing }) {
  const { t, i18n } = useTranslation();
  const { own, changed, kept } = props.editing;
  if (own === null) return null;
  const signedAt = own.published?.signedAt ?? null;
  const published =
    own.published === null || own.published.status === 'none'
      ? t('ownProfile.notPublished')
      : signedAt === null
        ? t('ownProfile.published')
        : t('ownProfile.publishedOn', { day: dateOf(i18n.language, signedAt) });
  const draft = changed ? (kept ? t('ownProfile.draftKept') : t('ownProfile.draftKeeping')) : '';
  return (
    <p className="panel__note" role="status" data-testid="profile-standing">
      {draft === '' ? published : t('common.sentences', { first: published, second: draft })}
    </p>
  );
}

function Bytes(props: { readonly bytes: number }) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <span
      className="profile-bytes tabular"
      data-over={props.bytes > AgentMdLimit.bytes}
      data-testid="profile-bytes"
    >
      {t('ownProfile.bytes', {
        bytes: number.format(props.bytes),
        limit: number.format(AgentMdLimit.bytes),
      })}
    </span>
  );
}

/** The public profile: as a form or as Markdown, kept while it is typed, signed when it is published. */
export function ProfileEditor(props: { readonly account: Account }) {
  const { t } = useTranslation();
  const { account } = props;
  const editing = useOwnProfile(account);
  const [asked, setAsked] = useState(false);
  const { edit } = editing;
  const problemWords = useProblemWords();
  if (edit === null) {
    return (
      <Panel title={t('ownProfile.title')}>
        {editing.error === null ? <Spinner /> : <TaskError error={editing.error} />}
      </Panel>
    );
  }
  const problems = editProblems(edit, account.account);
  const errors = problems.filter(({ severity }) => severity === 'error');
  // What is only missing is not blamed before somebody wants to publish.
  const shown = asked ? problems : problems.filter(({ code }) => code !== 'missing');
  const done = (): void => {
    setAsked(false);
    useNoticesStore.getState().showInfo(t('ownProfile.done'));
  };
  const publish = (): void => {
    setAsked(true);
    if (errors.length === 0) editing.publish(done);
  };
  return (
    <Panel title={t('ownProfile.title')} text={t('ownProfile.text')} testId="own-profile">
      <Standing editing={editing} />
      {editing.conflict && editing.own?.published != null && (
        <ProfileConflict
          published={editing.own.published}
          busy={editing.busy}
          blocked={errors.length > 0}
          onOverwrite={() => editing.overwrite(done)}
          onTakeTheirs={editing.discard}
        />
      )}
      <Choice
        label={t('ownProfile.mode')}
        value={edit.mode}
        options={[
          { value: 'form', label: t('ownProfile.form') },
          { value: 'raw', label: t('ownProfile.raw') },
        ]}
        onChoose={editing.changeMode}
      />
      {edit.mode === 'form' ? (
        <ProfileForm edit={edit} problems={shown} onEdit={editing.change} />
      ) : (
        <ProfileRaw
          text={edit.text}
          problems={shown}
          onText={(text) => editing.change({ mode: 'raw', text })}
        />
      )}
      <div className="profile-publish">
        <p className="panel__note">{t('ownProfile.public', { aid: account.account })}</p>
        {asked && errors.length > 0 && (
          <p className="profile-publish__problem" role="alert" data-testid="profile-problem">
            {errors.map(problemWords).join(' ')}
          </p>
        )}
        <TaskError error={editing.error} />
        <div className="panel__actions">
          <Button
            tone="primary"
            busy={editing.busy}
            disabled={editing.conflict}
            onClick={publish}
            data-testid="profile-publish"
          >
            {t('ownProfile.publish')}
          </Button>
          {editing.changed && (
            <Button onClick={editing.discard} data-testid="profile-discard">
              {t('ownProfile.discard')}
            </Button>
          )}
          <Bytes bytes={agentMdBytes(editedText(edit))} />
        </div>
      </div>
    </Panel>
  );
}
