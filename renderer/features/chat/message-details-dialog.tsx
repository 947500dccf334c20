import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../shared/model/message';
import { CopyButton } from '../../ui/copy-button';
import { Dialog } from '../../ui/dialog';
import { exactTime } from '../../ui/time';
import { label, sizeWords } from './content/format';
import { readStateReason } from './state-reason';

function Fact(props: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{props.name}</dt>
      <dd className="selectable">{props.children}</dd>
    </>
  );
}

function Id(props: { readonly text: string }) {
  return (
    <span className="message-facts__id">
      <code>{props.text}</code>
      <CopyButton text={props.text} />
    </span>
  );
}

/** When a message came, what protected it, and by which names the network knows it. */
export function MessageDetailsDialog(props: { readonly message: Message; readonly onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const { message } = props;
  const { protection, state } = message;
  const generation = protection === 'e2ee-v2' ? 'E2EE V2' : 'E2EE V1';
  const protectedBy =
    protection === 'none'
      ? t('messageDetails.notEncrypted')
      : message.forwardSecret
        ? t('messageDetails.encrypted', { generation })
        : t('messageDetails.encryptedLongTerm', { generation });
  const reason =
    (state === 'failed' || state === 'queued') && message.stateReason !== null
      ? readStateReason(state, message.stateReason)
      : null;
  const why =
    reason === null
      ? ''
      : reason.kind === 'wait'
        ? t(`wait.${reason.reason}`, { name: message.conversation })
        : t(`errors.${reason.code}`);
  return (
    <Dialog title={t('messageDetails.title')} onClose={props.onClose} testId="message-details">
      <dl className="message-facts">
        <Fact name={t('messageDetails.sender')}>
          <bdi dir="ltr">{message.sender}</bdi>
        </Fact>
        <Fact name={t('messageDetails.time')}>
          {exactTime(i18n.language, message.sortAt)}
          {message.timeDoubtful && <p className="message-facts__note">{t('chat.timeDoubtful')}</p>}
        </Fact>
        {state !== null && (
          <Fact name={t('messageDetails.state')}>
            {t(`state.${state}`)}
            {why !== '' && <p className="message-facts__note">{why}</p>}
          </Fact>
        )}
        <Fact name={t('messageDetails.protection')}>{protectedBy}</Fact>
        <Fact name={t('messageDetails.messageId')}>
          <Id text={label(message.messageId)} />
        </Fact>
        {message.thread !== null && (
          <Fact name={t('messageDetails.thread')}>
            <Id text={label(message.thread)} />
          </Fact>
        )}
        {message.attachments.length > 0 && (
          <Fact name={t('messageDetails.files')}>
            <ul>
              {message.attachments.map((file) => (
                <li key={file.id}>
                  <bdi>{label(file.name, 120)}</bdi> · {label(file.type, 80)} ·{' '}
                  {sizeWords(i18n.language, file.size)}
                  {!file.encrypted && <p className="message-facts__note">{t('content.notEncrypted')}</p>}
                </li>
              ))}
            </ul>
          </Fact>
        )}
      </dl>
    </Dialog>
  );
}
