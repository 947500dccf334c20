import { useTranslation } from 'react-i18next';
import type { CommandError } from '../../stores/bridge';
import { Button } from '../../ui/button';

/** When the identity could not be made: what happened, what is safe, three ways on. */
export function FailedStep(props: {
  readonly aid: string;
  readonly error: CommandError;
  readonly onRetry: () => void;
  readonly onOtherName: () => void;
  readonly onOtherNetwork: () => void;
}) {
  const { t } = useTranslation();
  return (
    <section className="onboarding__form" data-testid="create-failed">
      <h1 className="onboarding__title">{t('onboarding.failedTitle', { aid: props.aid })}</h1>
      <p className="notice-bar" data-tone="danger" role="alert">
        {t(`errors.${props.error.code}`)}
      </p>
      <p className="onboarding__text">{t('onboarding.failedSafe')}</p>
      <div className="chips">
        <Button tone="primary" size="large" onClick={props.onRetry} data-testid="create-retry">
          {t('common.retry')}
        </Button>
        <Button size="large" onClick={props.onOtherName}>
          {t('onboarding.otherName')}
        </Button>
        <Button size="large" onClick={props.onOtherNetwork}>
          {t('onboarding.otherNetwork')}
        </Button>
      </div>
      {props.error.message !== '' && (
        <details className="onboarding__details">
          <summary>{t('common.technicalDetails')}</summary>
          <code className="selectable">{props.error.message}</code>
        </details>
      )}
    </section>
  );
}
