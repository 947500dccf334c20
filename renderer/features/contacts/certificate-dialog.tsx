import { RefreshCw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CertificateView as Model } from '../../../shared/model/certificate';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';
import { useContact } from '../../stores/people-store';
import { Button } from '../../ui/button';
import { CertificateView } from '../../ui/certificate-view';
import { Dialog } from '../../ui/dialog';
import { EmptyState } from '../../ui/empty-state';
import { Spinner } from '../../ui/spinner';

interface Answer {
  readonly certificates: readonly Model[] | null;
  readonly error: CommandError | null;
  readonly attempt: number;
}

/** Somebody's certificate as the network gives it out now. An older answer stays until a new one is there. */
export function CertificateDialog(props: {
  readonly account: string;
  readonly aid: string;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { account, aid } = props;
  const name = useContact(account, aid)?.title ?? aid;
  const [attempt, setAttempt] = useState(1);
  const [answer, setAnswer] = useState<Answer>({ certificates: null, error: null, attempt: 0 });
  const asking = answer.attempt !== attempt;
  useEffect(() => {
    let current = true;
    invoke('certificate.peer', { account, aid }).then(
      ({ certificates }) => current && setAnswer({ certificates, error: null, attempt }),
      (reason: unknown) =>
        current &&
        setAnswer((known) => ({ certificates: known.certificates, error: toCommandError(reason), attempt })),
    );
    return () => {
      current = false;
    };
  }, [account, aid, attempt]);
  const { certificates, error } = answer;
  return (
    <Dialog
      title={t('certificate.title', { name })}
      text={t('certificate.text')}
      wide
      onClose={props.onClose}
      testId="certificate-dialog"
    >
      {certificates === null && asking && (
        <p className="person-loading" role="status">
          <Spinner />
          {t('certificate.loading')}
        </p>
      )}
      {error !== null && (
        <div className="notice-bar" data-tone="danger" role="alert">
          {t('certificate.loadFailed', { reason: t(`errors.${error.code}`) })}
        </div>
      )}
      {certificates?.length === 0 && <EmptyState title={t('certificate.none')} text={aid} />}
      {certificates?.map((certificate) => (
        <CertificateView key={certificate.fingerprint} certificate={certificate} />
      ))}
      <div className="dialog__actions">
        <Button busy={asking} onClick={() => setAttempt(attempt + 1)} data-testid="certificate-refresh">
          {!asking && <RefreshCw size={16} aria-hidden />}
          {t('certificate.refresh')}
        </Button>
      </div>
    </Dialog>
  );
}
