import { useTranslation } from 'react-i18next';
import type { CommandResult } from '../../../../shared/bridge/contract';
import type { Group } from '../../../../shared/model/group';
import { Avatar } from '../../../ui/avatar';
import { hueOf } from '../../../ui/avatar-text';
import { Button } from '../../../ui/button';
import { Dialog } from '../../../ui/dialog';
import type { Chosen } from './member-picker';

/** The group is there; who could not be added, and why. */
export function CreateResult(props: {
  readonly group: Group;
  readonly failed: CommandResult<'group.create'>['failed'];
  readonly chosen: readonly Chosen[];
  readonly onOpen: () => void;
  readonly onInvite: () => void;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { group, failed, chosen } = props;
  return (
    <Dialog
      title={t('groupCreate.doneTitle', { name: group.name })}
      text={t('groupCreate.failedTitle', { count: failed.length })}
      onClose={props.onClose}
      testId="create-result"
    >
      <ul className="not-added">
        {failed.map(({ aid, code }) => {
          const person = chosen.find((each) => each.aid === aid);
          return (
            <li key={aid} className="not-added__row" data-testid="not-added">
              <Avatar
                name={person?.title ?? aid}
                hue={hueOf(aid)}
                kind={person?.kind ?? 'unknown'}
                size={32}
              />
              <div className="not-added__words">
                <span className="not-added__name isolate" dir="auto">
                  {person?.title ?? aid}
                </span>
                {person !== undefined && person.title !== aid && (
                  <span className="not-added__aid">{aid}</span>
                )}
                <span className="not-added__why">{t(`errors.${code}`)}</span>
              </div>
            </li>
          );
        })}
      </ul>
      <p className="field__hint">{t('groupCreate.failedHint')}</p>
      <div className="dialog__actions">
        <Button onClick={props.onInvite}>{t('groupCreate.invite')}</Button>
        <Button tone="primary" autoFocus onClick={props.onOpen} data-testid="open-made-group">
          {t('groupCreate.openGroup')}
        </Button>
      </div>
    </Dialog>
  );
}
