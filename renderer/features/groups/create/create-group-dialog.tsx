import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandResult } from '../../../../shared/bridge/contract';
import type { Group } from '../../../../shared/model/group';
import { invoke, toCommandError, type CommandError } from '../../../stores/bridge';
import { useGroupsStore } from '../../../stores/groups-store';
import { showConversation } from '../../../stores/navigation';
import { Button } from '../../../ui/button';
import { Dialog } from '../../../ui/dialog';
import { TextField } from '../../../ui/text-field';
import { openGroupPage } from '../open-group-page';
import { CreateResult } from './create-result';
import { MemberPicker, type Chosen } from './member-picker';
import { Options } from './options';
import { PictureChoice } from './picture-choice';
import type { SmallPicture } from './shrink-picture';
import './create.css';

type Made = CommandResult<'group.create'>;
type JoinMode = Exclude<Group['joinMode'], 'unknown'>;

/** Longest name of a group, in characters. */
const longestName = 64;
const joinModes: readonly JoinMode[] = ['open', 'approval', 'invite_only', 'closed'];

/** Makes a group: its name and picture, what it is for, who finds it, how one gets in, and who is in it from the start. */
export function CreateGroupDialog(props: { readonly account: string; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { account, onClose } = props;
  const [name, setName] = useState('');
  const [picture, setPicture] = useState<SmallPicture | null>(null);
  const [description, setDescription] = useState('');
  const [visibility, setVisibility] = useState<Group['visibility']>('private');
  const [joinMode, setJoinMode] = useState<JoinMode>('approval');
  const [question, setQuestion] = useState('');
  const [members, setMembers] = useState<readonly Chosen[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  // Trying again after a failure must not make a second group.
  const requestId = useRef(crypto.randomUUID());
  const title = name.trim();
  const tooLong = [...title].length > longestName;

  const open = (group: string): void => {
    onClose();
    showConversation(account, group);
  };
  const create = (): void => {
    if (title === '' || tooLong || busy) return;
    setBusy(true);
    setError(null);
    invoke('group.create', {
      account,
      name: title,
      description: description.trim(),
      visibility,
      joinMode,
      question: joinMode === 'approval' ? question.trim() : '',
      picture: picture?.base64 ?? null,
      members: members.map(({ aid, says }) => ({ aid, kind: says })),
      requestId: requestId.current,
    }).then(
      (answer) => {
        useGroupsStore.getState().merge(account, answer.group);
        if (answer.failed.length === 0) open(answer.group.group);
        else setMade(answer);
      },
      (reason: unknown) => {
        setBusy(false);
        setError(toCommandError(reason));
      },
    );
  };

  if (made !== null)
    return (
      <CreateResult
        group={made.group}
        failed={made.failed}
        chosen={members}
        onOpen={() => open(made.group.group)}
        onInvite={() => {
          showConversation(account, made.group.group);
          openGroupPage(account, made.group.group, 'invites');
        }}
        onClose={onClose}
      />
    );
  return (
    <Dialog title={t('groupCreate.title')} wide onClose={onClose} testId="create-group-dialog">
      <form
        className="dialog__form create-group"
        onSubmit={(submit) => {
          submit.preventDefault();
          create();
        }}
      >
        <div className="create-group__head">
          <PictureChoice name={name} picture={picture} onChange={setPicture} />
          <div className="create-group__names">
            <TextField
              label={t('groupCreate.name')}
              placeholder={t('groupCreate.namePlaceholder')}
              value={name}
              autoFocus
              dir="auto"
              maxLength={200}
              onText={setName}
              tone={tooLong ? 'danger' : 'neutral'}
              hint={tooLong ? t('groupCreate.nameTooLong') : undefined}
              data-testid="group-name"
            />
            <TextField
              label={t('groupCreate.purpose')}
              placeholder={t('groupCreate.purposePlaceholder')}
              value={description}
              dir="auto"
              maxLength={1000}
              onText={setDescription}
              data-testid="group-purpose"
            />
          </div>
        </div>
        <section className="create-group__section" aria-label={t('groupCreate.members')}>
          <h3 className="options__legend">{t('groupCreate.members')}</h3>
          <MemberPicker account={account} chosen={members} onChange={setMembers} />
        </section>
        <Options
          label={t('groupCreate.visibility')}
          value={visibility}
          options={(['private', 'public'] as const).map((value) => ({
            value,
            label: t(`groupCreate.${value}`),
            text: t(`groupCreate.${value}Text`),
          }))}
          onChoose={setVisibility}
        />
        <Options
          label={t('groupCreate.joinMode')}
          value={joinMode}
          options={joinModes.map((value) => ({
            value,
            label: t(`groupCreate.${value}`),
            text: t(`groupCreate.${value}Text`),
          }))}
          onChoose={setJoinMode}
        />
        {joinMode === 'approval' && (
          <TextField
            label={t('groupCreate.question')}
            placeholder={t('groupCreate.questionPlaceholder')}
            value={question}
            dir="auto"
            maxLength={500}
            onText={setQuestion}
            data-testid="group-question"
          />
        )}
        {error !== null && (
          <p className="notice-bar" data-tone="danger" role="alert">
            {t(`errors.${error.code}`)}
          </p>
        )}
        <div className="dialog__actions create-group__actions">
          <span className="create-group__progress" role="status">
            {busy &&
              (members.length === 0
                ? t('groupCreate.creatingAlone')
                : t('groupCreate.creating', { count: members.length }))}
          </span>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            tone="primary"
            type="submit"
            busy={busy}
            disabled={title === '' || tooLong}
            data-testid="create-group"
          >
            {t('groupCreate.create')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
