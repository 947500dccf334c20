import { useTranslation } from 'react-i18next';
import type { CommandParams } from '../../../../shared/bridge/contract';
import type { Group } from '../../../../shared/model/group';
import { useTask, type Task } from '../../identity/use-task';
import { changeGroup, offerUndo } from '../moderation/moderation-actions';

type Update = Omit<CommandParams<'group.update'>, 'account' | 'group'>;

/**
 * Changes settings of a group and offers the way back to what they were. `before` is null where it cannot be sent again (a
 * picture that is too big).
 */
export function useUpdate(account: string, group: Group) {
  const { t } = useTranslation();
  const task: Task = useTask();
  const update = (
    change: Update,
    before: Update | null,
    words: string,
    done: () => void = () => undefined,
  ): void =>
    task.run(
      () => changeGroup('group.update', { ...change, account, group: group.group }),
      () => {
        done();
        if (before !== null)
          offerUndo(
            words,
            () => changeGroup('group.update', { ...before, account, group: group.group }),
            t('moderation.undo.putBack'),
          );
      },
    );
  return { task, update };
}
