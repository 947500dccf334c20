import { ChevronLeft, ChevronRight, File, FileAudio, FileVideo, TriangleAlert, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useDraftFiles, useDraftFilesStore, type DraftFile } from '../../stores/draft-files-store';
import { IconButton } from '../../ui/icon-button';
import { sizeWords } from './content/format';

function Picture(props: { readonly file: DraftFile }) {
  const { attachment, preview, type } = props.file;
  const address = attachment?.thumbnail ?? preview;
  if (address !== null) return <img className="tray-file__picture" src={address} alt="" draggable={false} />;
  const Icon = type.startsWith('video/') ? FileVideo : type.startsWith('audio/') ? FileAudio : File;
  return (
    <span className="tray-file__picture tray-file__icon">
      <Icon size={22} strokeWidth={1.5} aria-hidden />
    </span>
  );
}

function Standing(props: { readonly file: DraftFile }) {
  const { t, i18n } = useTranslation();
  const { file } = props;
  if (file.error !== null)
    return (
      <span className="tray-file__error" role="alert">
        <span className="visually-hidden">{file.name}: </span>
        {t(`errors.${file.error.code}`)}
      </span>
    );
  if (file.attachment?.dangerous === true)
    return (
      <span className="tray-file__warning">
        <TriangleAlert size={12} aria-hidden />
        {t('write.dangerous')}
      </span>
    );
  if (file.attachment !== null) return <span className="tabular">{sizeWords(i18n.language, file.size)}</span>;
  const percent = Math.floor((file.done / Math.max(1, file.size)) * 100);
  return (
    <progress
      className="tray-file__progress"
      max={100}
      value={percent}
      aria-label={t('write.taking', { name: file.name, percent })}
    />
  );
}

function TrayFile(props: {
  readonly account: string;
  readonly conversation: string;
  readonly file: DraftFile;
  readonly first: boolean;
  readonly last: boolean;
}) {
  const { t, i18n } = useTranslation();
  const { account, conversation, file } = props;
  const { remove, move } = useDraftFilesStore.getState();
  const { name } = file;
  return (
    <li
      className="tray-file"
      data-state={file.error !== null ? 'refused' : file.attachment === null ? 'taking' : 'ready'}
      data-testid="draft-file"
      aria-label={t('write.file', { name, size: sizeWords(i18n.language, file.size) })}
    >
      <Picture file={file} />
      <div className="tray-file__words">
        <span className="ellipsis isolate" dir="auto" title={name}>
          {name}
        </span>
        <span className="tray-file__facts">
          <Standing file={file} />
        </span>
      </div>
      {!(props.first && props.last) && (
        <span className="tray-file__order">
          <IconButton
            label={t('write.earlier', { name })}
            size="small"
            disabled={props.first}
            onClick={() => move(account, conversation, file.key, -1)}
          >
            <ChevronLeft size={14} aria-hidden />
          </IconButton>
          <IconButton
            label={t('write.later', { name })}
            size="small"
            disabled={props.last}
            onClick={() => move(account, conversation, file.key, 1)}
          >
            <ChevronRight size={14} aria-hidden />
          </IconButton>
        </span>
      )}
      <IconButton
        label={t('write.remove', { name })}
        size="small"
        onClick={() => remove(account, conversation, file.key)}
        data-testid="remove-draft-file"
      >
        <X size={14} aria-hidden />
      </IconButton>
    </li>
  );
}

/** The files that leave with the next message, in their order. */
export function ComposerTray(props: { readonly account: string; readonly conversation: string }) {
  const { t } = useTranslation();
  const files = useDraftFiles(props.account, props.conversation);
  if (files.length === 0) return null;
  return (
    <ul className="composer__tray" aria-label={t('write.files')} data-testid="draft-files">
      {files.map((file, index) => (
        <TrayFile
          key={file.key}
          {...props}
          file={file}
          first={index === 0}
          last={index === files.length - 1}
        />
      ))}
    </ul>
  );
}
