import { CircleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { CommandError } from '../../stores/bridge';

/** Why something failed, in plain words, with the technical text one click away. A cancelled choice is no failure. */
export function TaskError(props: { readonly error: CommandError | null }) {
  const { t } = useTranslation();
  const { error } = props;
  if (error === null || error.code === 'cancelled') return null;
  return (
    <div className="notice-bar" data-tone="danger" role="alert" data-testid="task-error">
      <CircleAlert size={16} aria-hidden />
      <div className="task-error">
        <p>{t(`errors.${error.code}`)}</p>
        {error.message !== '' && (
          <details className="task-error__details">
            <summary>{t('common.technicalDetails')}</summary>
            <code className="selectable">{error.message}</code>
          </details>
        )}
      </div>
    </div>
  );
}
