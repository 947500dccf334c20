import {
  Download,
  File,
  FileArchive,
  FileCode2,
  FileHeadphone,
  FileImage,
  FilePlay,
  FileSpreadsheet,
  FileText,
  FileWarning,
  LockKeyholeOpen,
  Save,
  X,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Attachment } from '../../../../shared/model/attachment';
import type { Message } from '../../../../shared/model/message';
import { dateOf } from '../../../ui/time';
import { useNow } from '../../../ui/use-now';
import { label, sizeWords, splitName } from './format';
import { ProgressRing } from './progress-ring';
import { useAttachment } from './use-attachment';

/** A picture of what a file seems to be. */
function FileIcon({ attachment: { type, dangerous } }: { readonly attachment: Attachment }) {
  const look = { size: 22, 'aria-hidden': true } as const;
  if (dangerous) return <FileWarning {...look} />;
  if (type.startsWith('image/')) return <FileImage {...look} />;
  if (type.startsWith('audio/')) return <FileHeadphone {...look} />;
  if (type.startsWith('video/')) return <FilePlay {...look} />;
  if (/zip|compressed|tar|rar|7z|gzip/.test(type)) return <FileArchive {...look} />;
  if (/sheet|excel|csv/.test(type)) return <FileSpreadsheet {...look} />;
  if (/json|xml|javascript|typescript|x-sh|yaml/.test(type)) return <FileCode2 {...look} />;
  if (type.startsWith('text/') || /pdf|word|document|rtf/.test(type)) return <FileText {...look} />;
  return <File {...look} />;
}

/** The storage server can read this: said where it is, never hidden. */
export function NotEncryptedMark() {
  const { t } = useTranslation();
  return (
    <span className="not-encrypted">
      <LockKeyholeOpen size={12} aria-hidden />
      {t('content.notEncrypted')}
    </span>
  );
}

function FileName(props: { readonly name: string }) {
  const { stem, ending } = splitName(label(props.name, 160));
  return (
    <span className="file-row__name" title={label(props.name, 500)}>
      <bdi className="ellipsis">{stem}</bdi>
      <bdi>{ending}</bdi>
    </span>
  );
}

function useFileWords(attachment: Attachment, fraction: number | null, expiresAt: number | null): string {
  const { t, i18n } = useTranslation();
  const now = useNow(60_000);
  const percent = Math.round((fraction ?? 0) * 100);
  const size = sizeWords(i18n.language, attachment.size);
  const word = {
    remote: '',
    here: '',
    loading: t('content.downloading', { percent }),
    uploading: t('content.uploading', { percent }),
    waiting: t('content.uploadWaiting'),
    gone: t('content.gone'),
    failed: attachment.problem === null ? t('content.downloadFailed') : t(`errors.${attachment.problem}`),
  }[attachment.state];
  const until =
    expiresAt === null || attachment.state === 'here'
      ? ''
      : expiresAt <= now
        ? t('content.expiredAt', { date: dateOf(i18n.language, expiresAt) })
        : t('content.expiresAt', { date: dateOf(i18n.language, expiresAt) });
  return [size, word, until].filter((part) => part !== '').join(' · ');
}

function FileAction(props: {
  readonly attachment: Attachment;
  readonly actions: ReturnType<typeof useAttachment>;
}) {
  const { t, i18n } = useTranslation();
  const { attachment, actions } = props;
  const name = label(attachment.name, 80);
  const { fraction, busy } = actions;
  const percent = Math.round((fraction ?? 0) * 100);
  switch (attachment.state) {
    case 'here':
      return (
        <button
          type="button"
          className="file-row__action"
          disabled={busy}
          onClick={actions.save}
          title={t('content.saveAs')}
          aria-label={`${t('content.saveAs')} ${name}`}
          data-testid="attachment-save"
        >
          <Save size={18} aria-hidden />
        </button>
      );
    case 'loading':
      return (
        <button
          type="button"
          className="file-row__action"
          onClick={actions.cancel}
          aria-label={t('content.stopDownload', { name })}
        >
          <ProgressRing fraction={fraction} label={t('content.downloading', { percent })} />
          <X size={14} aria-hidden />
        </button>
      );
    case 'waiting':
    case 'uploading':
      return (
        <span className="file-row__action">
          <ProgressRing
            fraction={attachment.state === 'waiting' ? 0 : fraction}
            label={t('content.uploading', { percent })}
          />
        </span>
      );
    case 'remote':
    case 'failed':
      return (
        <button
          type="button"
          className="file-row__action"
          disabled={busy}
          onClick={() => void actions.download()}
          title={attachment.state === 'failed' ? t('content.retryDownload') : t('content.download')}
          aria-label={t('content.downloadNamed', { name, size: sizeWords(i18n.language, attachment.size) })}
          data-testid="attachment-download"
        >
          <Download size={18} aria-hidden />
        </button>
      );
    case 'gone':
      return null;
  }
}

function FileRow(props: {
  readonly account: string;
  readonly message: Message;
  readonly attachment: Attachment;
  readonly expiresAt: number | null;
}) {
  const { t } = useTranslation();
  const { attachment, expiresAt } = props;
  const actions = useAttachment(props.account, props.message, attachment);
  const words = useFileWords(attachment, actions.fraction, expiresAt);
  return (
    <li className="file-row" data-state={attachment.state} data-testid="file-row">
      <span className="file-row__icon" data-dangerous={attachment.dangerous}>
        <FileIcon attachment={attachment} />
      </span>
      <span className="file-row__facts">
        <FileName name={attachment.name} />
        <span className="file-row__words tabular">{words}</span>
        {attachment.dangerous && <span className="file-row__danger">{t('content.dangerous')}</span>}
        {!attachment.encrypted && <NotEncryptedMark />}
      </span>
      <FileAction attachment={attachment} actions={actions} />
    </li>
  );
}

/** Files: what each is, how large, where it is, and the one thing to do with it. Nothing opens by itself. */
export function FileRows(props: {
  readonly account: string;
  readonly message: Message;
  readonly attachments: readonly Attachment[];
  readonly expiresAt: number | null;
}) {
  return (
    <ul className="file-rows">
      {props.attachments.map((attachment) => (
        <FileRow
          key={attachment.id}
          account={props.account}
          message={props.message}
          attachment={attachment}
          expiresAt={props.expiresAt}
        />
      ))}
    </ul>
  );
}
