import { History } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Group } from '../../../shared/model/group';
import { GroupAvatar } from '../../ui/group-avatar';
import { dateOf } from '../../ui/time';

/** The beginning of what is kept of a group: what it is, and that nobody can read what was before one joined. */
export function GroupStart(props: {
  readonly group: Group | undefined;
  readonly conversation: string;
  readonly title: string;
}) {
  const { t, i18n } = useTranslation();
  const { group, conversation } = props;
  const name = props.title === '' ? conversation : props.title;
  const before = group?.historyBefore === true;
  return (
    <div className="conversation-start group-start" role="listitem" data-testid="group-start">
      <GroupAvatar group={conversation} name={name} picture={group?.picture ?? null} size={72} />
      <h2 className="conversation-start__title isolate" dir="auto">
        {name}
      </h2>
      {group !== undefined && group.description !== '' && (
        <p className="group-start__purpose isolate" dir="auto">
          {group.description}
        </p>
      )}
      {!before && <p>{t('groupTimeline.start', { name })}</p>}
      <p>{t('groupTimeline.startText')}</p>
      {before && (
        <div className="group-start__before" data-testid="history-before">
          <History size={16} aria-hidden />
          <div>
            <p className="group-start__before-title">{t('groupTimeline.before')}</p>
            <p>
              {group.joinedAt === null
                ? t('groupTimeline.beforeTextUndated')
                : t('groupTimeline.beforeText', { date: dateOf(i18n.language, group.joinedAt) })}
            </p>
          </div>
        </div>
      )}
    </div>
  );
}
