import { ImagePlus, Trash2 } from 'lucide-react';
import { useId, useRef, useState, type ChangeEvent, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button';
import { GroupAvatar } from '../../../ui/group-avatar';
import { TextField } from '../../../ui/text-field';
import { Panel } from '../../identity/centre/panel';
import { TaskError } from '../../identity/task-error';

import { shrinkPicture } from '../create/shrink-picture';
import type { SettingsProps } from './settings-props';
import { useUpdate } from './use-change';

const longestPurpose = 1000;
/** Longest picture that can be given back, in characters of base64 (the contract's limit). */
const longestPicture = 350_000;

/** What puts the picture back that is there now; null where it is too big to be sent again. */
function formerPicture(picture: string | null): { readonly picture: string | null } | null {
  if (picture === null) return { picture: null };
  const data = /^data:image\/(?:png|jpeg|webp);base64,(.+)$/.exec(picture)?.[1];
  return data === undefined || data.length > longestPicture ? null : { picture: data };
}

function PictureRow({ account, group, locked }: SettingsProps) {
  const { t } = useTranslation();
  const file = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState(false);
  const { task, update } = useUpdate(account, group);
  const former = formerPicture(group.picture);
  const choose = (change: ChangeEvent<HTMLInputElement>): void => {
    const [chosen] = change.target.files ?? [];
    change.target.value = '';
    if (chosen === undefined) return;
    void shrinkPicture(chosen).then((small) => {
      setWrong(small === null);
      if (small !== null) update({ picture: small.base64 }, former, t('moderation.settings.pictureSaved'));
    });
  };
  return (
    <div className="picture-row">
      <GroupAvatar group={group.group} name={group.name} picture={group.picture} size={72} />
      <div className="picture-row__do">
        <div className="panel__actions">
          <Button
            size="small"
            busy={task.busy}
            disabled={locked}
            onClick={() => file.current?.click()}
            data-testid="picture-choose"
          >
            {!task.busy && <ImagePlus size={15} aria-hidden />}
            {group.picture === null ? t('groupCreate.choosePicture') : t('groupCreate.changePicture')}
          </Button>
          {group.picture !== null && (
            <Button
              size="small"
              tone="plain"
              disabled={locked || task.busy}
              onClick={() => update({ picture: null }, former, t('moderation.settings.pictureRemoved'))}
              data-testid="picture-remove"
            >
              <Trash2 size={15} aria-hidden />
              {t('groupCreate.removePicture')}
            </Button>
          )}
        </div>
        {wrong && (
          <p className="row-error" role="alert">
            {t('groupCreate.pictureFailed')}
          </p>
        )}
        <TaskError error={task.error} />
      </div>
      <input
        ref={file}
        type="file"
        accept="image/png,image/jpeg,image/webp"
        className="visually-hidden"
        tabIndex={-1}
        aria-hidden="true"
        onChange={choose}
        data-testid="picture-file"
      />
    </div>
  );
}

/** What the group is called, what it is for, and its picture. */
export function IdentityPanel(props: SettingsProps) {
  const { t } = useTranslation();
  const { account, group, locked } = props;
  const [name, setName] = useState(group.name);
  const [purpose, setPurpose] = useState(group.description);
  const { task, update } = useUpdate(account, group);
  const id = useId();
  const changed = name.trim() !== group.name || purpose.trim() !== group.description;
  const submit = (form: SubmitEvent): void => {
    form.preventDefault();
    if (name.trim() === '' || !changed) return;
    update(
      { name: name.trim(), description: purpose.trim() },
      { name: group.name, description: group.description },
      t('moderation.settings.saved'),
    );
  };
  return (
    <Panel title={t('moderation.settings.identity')}>
      <PictureRow {...props} />
      <form className="panel__fields" onSubmit={submit}>
        <TextField
          label={t('moderation.settings.name')}
          value={name}
          maxLength={64}
          disabled={locked}
          spellCheck
          onText={setName}
          tone={name.trim() === '' ? 'danger' : 'neutral'}
          hint={name.trim() === '' ? t('moderation.settings.nameEmpty') : ''}
          data-testid="settings-name"
        />
        <div className="field">
          <label className="field__label" htmlFor={id}>
            {t('moderation.settings.purpose')}
          </label>
          <textarea
            id={id}
            className="text-area"
            rows={3}
            dir="auto"
            value={purpose}
            maxLength={longestPurpose}
            onChange={(change) => setPurpose(change.target.value)}
            data-testid="settings-purpose"
          />
        </div>
        <TaskError error={task.error} />
        <div className="panel__actions">
          <Button
            type="submit"
            tone="primary"
            busy={task.busy}
            disabled={locked || !changed || name.trim() === ''}
            data-testid="settings-save"
          >
            {t('moderation.settings.save')}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
