import {
  ExternalLink,
  File,
  FileQuestionMark,
  FileWarning,
  Folder,
  Link2,
  Save,
  Trash2,
  X,
} from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group } from '../../../../shared/model/group';
import type { GroupFile } from '../../../../shared/model/group-resource';
import { invoke } from '../../../stores/bridge';
import { useNoticesStore } from '../../../stores/notices-store';
import { Button } from '../../../ui/button';
import { openAddress } from '../../../ui/open-address';
import { dateOf } from '../../../ui/time';
import { label, sizeWords } from '../../chat/content/format';
import { TaskError } from '../../identity/task-error';
import { useTask } from '../../identity/use-task';
import { askGroup, runQuietly } from '../moderation/moderation-actions';
import { useRefusals } from '../page/standing';

interface RowProps {
  readonly account: string;
  readonly group: Group;
  readonly file: GroupFile;
  /** Something was taken away. */
  readonly onChanged: () => void;
}

function Icon({ file }: { readonly file: GroupFile }) {
  const look = { size: 20, 'aria-hidden': true } as const;
  if (file.dangerous && file.opens === 'save') return <FileWarning {...look} />;
  switch (file.kind) {
    case 'file':
      return <File {...look} />;
    case 'folder':
      return <Folder {...look} />;
    case 'link':
      return <Link2 {...look} />;
    case 'other':
      return <FileQuestionMark {...look} />;
  }
}

/** Size, real name, place, who and when: what there is of it. */
function useFacts(file: GroupFile): string {
  const { t, i18n } = useTranslation();
  // The name it is saved under must be seen: its ending says what it is.
  const seen = file.title === file.fileName || file.place.split('/').at(-1) === file.fileName;
  const named = file.opens === 'save' && !seen ? label(file.fileName, 120) : '';
  const parts = [
    named,
    file.opens === 'save' && file.size !== null ? sizeWords(i18n.language, file.size) : '',
    file.kind === 'folder' ? t('groupFiles.folder') : '',
    file.host ?? '',
    file.addedByTitle === '' ? '' : t('groupFiles.by', { name: label(file.addedByTitle, 80) }),
    file.addedAt === null ? '' : dateOf(i18n.language, file.addedAt),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function Marks({ file }: { readonly file: GroupFile }) {
  const { t } = useTranslation();
  const saved = file.opens === 'save';
  const marks = [
    saved && file.dangerous ? t('content.dangerous') : '',
    saved && file.sealed ? t('groupFiles.sealed') : '',
    file.kind === 'other' ? t('groupFiles.unknownKind', { kind: file.otherKind }) : '',
    file.kind === 'link' && file.opens === 'nothing' ? t('groupFiles.linkNowhere') : '',
    file.forEveryone ? t('groupFiles.forEveryone') : '',
  ].filter((mark) => mark !== '');
  return (
    <>
      {marks.map((mark) => (
        <span key={mark} className="shared-file__mark">
          {mark}
        </span>
      ))}
      {file.tags.length > 0 && (
        <span className="shared-file__tags">
          {file.tags.map((tag) => (
            <span key={tag} className="tag isolate">
              {tag}
            </span>
          ))}
        </span>
      )}
    </>
  );
}

/** A question inside the row, with the way out in front where the other one can harm. */
function Question(props: {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  readonly busy: boolean;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
  readonly testId: string;
}) {
  const { t } = useTranslation();
  return (
    <div className="shared-file__ask" role="group" aria-label={props.title} data-testid={props.testId}>
      <p>{props.text}</p>
      <div className="panel__actions">
        <Button size="small" onClick={props.onCancel} autoFocus>
          {t('common.cancel')}
        </Button>
        <Button
          size="small"
          className="button button--small button--danger"
          busy={props.busy}
          onClick={props.onConfirm}
          data-testid={`${props.testId}-confirm`}
        >
          {props.confirm}
        </Button>
      </div>
    </div>
  );
}

/** The one thing that can be done with a file: save it, stop that, or go where a link leads. Nothing opens by itself. */
function MainAction(props: {
  readonly account: string;
  readonly group: Group;
  readonly file: GroupFile;
  readonly busy: boolean;
  readonly onSave: () => void;
}) {
  const { t } = useTranslation();
  const { account, group, file, busy } = props;
  const name = label(file.title, 80);
  const { url, host } = file;
  if (file.opens === 'link' && url !== null)
    return (
      <Button
        size="small"
        onClick={(click) => openAddress(click, url)}
        aria-label={t('groupFiles.openNamed', { name, host: host ?? '' })}
        data-testid="shared-file-open"
      >
        <ExternalLink size={15} aria-hidden />
        {t('groupFiles.open', { host: host ?? '' })}
      </Button>
    );
  if (file.opens !== 'save') return null;
  const stop = (): void =>
    runQuietly(invoke('groupFile.cancel', { account, group: group.group, path: file.path }));
  return busy ? (
    <Button
      size="small"
      onClick={stop}
      aria-label={t('groupFiles.stopNamed', { name })}
      data-testid="shared-file-stop"
    >
      <X size={15} aria-hidden />
      {t('groupFiles.stop')}
    </Button>
  ) : (
    <Button
      size="small"
      onClick={props.onSave}
      aria-label={t('groupFiles.saveNamed', { name })}
      data-testid="shared-file-save"
    >
      <Save size={15} aria-hidden />
      {t('groupFiles.save')}
    </Button>
  );
}

/** One shared file: what it is, where from, and what can be done with it. Texts of others are plain text. */
export function SharedFileRow({ account, group, file, onChanged }: RowProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState<'save' | 'remove' | null>(null);
  const saving = useTask();
  const removing = useTask();
  const mayRemove = useRefusals(group)('remove_file') === null;
  const facts = useFacts(file);
  const name = label(file.title, 80);
  const about = { account, group: group.group, path: file.path };
  const save = (): void => {
    setAsking(null);
    saving.run(
      () => askGroup('groupFile.save', about),
      ({ saved }) => {
        if (saved) useNoticesStore.getState().showInfo(t('content.saved'));
      },
    );
  };
  const remove = (): void =>
    removing.run(
      () => askGroup('groupFile.remove', about),
      () => {
        useNoticesStore.getState().showInfo(t('groupFiles.removed', { name }));
        onChanged();
      },
    );
  return (
    <li className="shared-file" data-kind={file.kind} data-testid="shared-file">
      <span className="shared-file__icon" data-dangerous={file.dangerous && file.opens === 'save'}>
        <Icon file={file} />
      </span>
      <div className="shared-file__words">
        <strong className="shared-file__title isolate" dir="auto">
          {file.title}
        </strong>
        {file.place !== file.title && (
          <span className="shared-file__place isolate" dir="auto">
            {file.place}
          </span>
        )}
        <span className="shared-file__facts tabular">{facts}</span>
        <Marks file={file} />
      </div>
      <div className="shared-file__do">
        <MainAction
          account={account}
          group={group}
          file={file}
          busy={saving.busy}
          onSave={() => (file.dangerous ? setAsking('save') : save())}
        />
        {mayRemove && (
          <Button
            size="small"
            tone="plain"
            onClick={() => setAsking('remove')}
            aria-label={t('groupFiles.removeNamed', { name })}
            data-testid="shared-file-remove"
          >
            <Trash2 size={15} aria-hidden />
            {t('groupFiles.remove')}
          </Button>
        )}
      </div>
      {asking === 'save' && (
        <Question
          title={t('content.dangerousTitle')}
          text={t('content.dangerousText', {
            name: label(file.fileName, 120),
            sender: label(file.addedByTitle === '' ? group.name : file.addedByTitle, 80),
          })}
          confirm={t('content.saveAnyway')}
          busy={false}
          onConfirm={save}
          onCancel={() => setAsking(null)}
          testId="shared-file-danger"
        />
      )}
      {asking === 'remove' && (
        <Question
          title={t('groupFiles.removeNamed', { name })}
          text={t('groupFiles.removeText', { name })}
          confirm={t('groupFiles.removeDo')}
          busy={removing.busy}
          onConfirm={remove}
          onCancel={() => setAsking(null)}
          testId="shared-file-taking"
        />
      )}
      <div className="shared-file__problem">
        <TaskError error={saving.error ?? removing.error} />
      </div>
    </li>
  );
}
