import { AtSign, Ear, UserStar } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { groupRefusal } from '../../../shared/aun/group-permissions';
import type { Group } from '../../../shared/model/group';
import { groupStandingOf } from '../../stores/groups-store';
import { openGroupPage } from '../groups/open-group-page';
import { namesTogether } from './group-event-words';
import { useTitles } from './use-sender';

const icons = { broadcast: Ear, mention: AtSign, duty: UserStar } as const;

/** Over the field, before anything is typed: who will hear it. A click explains it. */
export function GroupDispatch(props: { readonly account: string; readonly group: Group }) {
  const { t, i18n } = useTranslation();
  const { account, group } = props;
  const nameOf = useTitles(account, group.duty.slice(0, 4));
  // Without agents there is nobody for whom it makes a difference.
  if (group.agentCount === 0) return null;
  const mode = group.duty.length > 0 ? 'duty' : group.dispatchMode;
  const names = namesTogether(t, i18n.language, group.duty.map(nameOf));
  const Icon = icons[mode];
  const mayChange = groupRefusal('edit', groupStandingOf(group)) === null;
  return (
    <div className="group-dispatch">
      <Popover.Root>
        <Popover.Trigger className="group-dispatch__line" data-mode={mode} data-testid="group-dispatch">
          <Icon size={13} aria-hidden />
          <span className="ellipsis">{t(`groupDispatch.${mode}`, { names })}</span>
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content
            className="group-dispatch__why"
            side="top"
            align="start"
            sideOffset={6}
            collisionPadding={8}
            aria-label={t(`groupDispatch.${mode}Title`)}
          >
            <p className="group-dispatch__title">{t(`groupDispatch.${mode}Title`)}</p>
            <p>{t(`groupDispatch.${mode}Text`, { names })}</p>
            {mayChange ? (
              <button
                type="button"
                className="text-button"
                onClick={() => openGroupPage(account, group.group, 'settings')}
              >
                {t('groupDispatch.changeHere')}
              </button>
            ) : (
              <p className="group-dispatch__note">{t('groupDispatch.change')}</p>
            )}
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
    </div>
  );
}
