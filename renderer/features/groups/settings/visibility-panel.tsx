import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button';
import { Choice } from '../../../ui/choice';
import { Panel } from '../../identity/centre/panel';
import { TaskError } from '../../identity/task-error';
import type { SettingsProps } from './settings-props';
import { useUpdate } from './use-change';

const kinds = ['private', 'public'] as const;

/** Who can find the group; going public is asked about once more. */
export function VisibilityPanel({ account, group, locked }: SettingsProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const { task, update } = useUpdate(account, group);
  const { visibility } = group;
  const change = (to: (typeof kinds)[number]): void =>
    update({ visibility: to }, { visibility }, t('moderation.settings.visibilitySaved'), () =>
      setAsking(false),
    );
  return (
    <Panel
      title={t('moderation.settings.visibility')}
      text={visibility === 'public' ? t('groupCreate.publicText') : t('groupCreate.privateText')}
      testId="visibility"
    >
      <Choice
        label={t('moderation.settings.visibility')}
        value={asking ? 'public' : visibility}
        options={kinds.map((value) => ({ value, label: t(`groupCreate.${value}`) }))}
        onChoose={(chosen) => {
          if (chosen === visibility) setAsking(false);
          else if (chosen === 'public') setAsking(true);
          else change('private');
        }}
      />
      {asking && (
        <div className="notice-bar" data-tone="warning" role="alert">
          <TriangleAlert size={16} aria-hidden />
          <div className="ask-inline">
            <p>{t('moderation.settings.publicWarning', { name: group.name })}</p>
            <div className="panel__actions">
              <Button
                size="small"
                tone="primary"
                busy={task.busy}
                disabled={locked}
                onClick={() => change('public')}
                data-testid="public-confirm"
              >
                {t('moderation.settings.publicDo')}
              </Button>
              <Button size="small" onClick={() => setAsking(false)}>
                {t('common.cancel')}
              </Button>
            </div>
          </div>
        </div>
      )}
      <TaskError error={task.error} />
    </Panel>
  );
}
