import { CircleCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { RestoreResult } from '../../../../shared/model/backup';
import { Button } from '../../../ui/button';

/** What came back, in numbers; whether the identity can still be used or only read. */
export function RestoreDone(props: {
  readonly result: RestoreResult;
  /** It was here before, with an older key. */
  readonly replaced: boolean;
  readonly onDone: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { result, replaced } = props;
  const note = replaced ? t('restore.replaced') : t('restore.newDevice');
  const number = new Intl.NumberFormat(i18n.language);
  const facts = [
    t('restore.messages', { count: result.messages, number: number.format(result.messages) }),
    t('restore.conversations', { count: result.conversations, number: number.format(result.conversations) }),
    t('restore.people', { count: result.contacts, number: number.format(result.contacts) }),
    t('restore.files', { count: result.files, number: number.format(result.files) }),
  ];
  return (
    <div className="restore__done" role="status" data-testid="restore-done">
      <CircleCheck size={32} strokeWidth={1.5} aria-hidden />
      <h3 className="restore__title">{t('restore.done', { aid: result.account })}</h3>
      <p className="panel__text">{facts.join(' · ')}</p>
      <p className="panel__note">{result.archived ? t('restore.archived') : note}</p>
      <Button tone="primary" onClick={props.onDone} data-testid="restore-finish">
        {t('restore.show')}
      </Button>
    </div>
  );
}
