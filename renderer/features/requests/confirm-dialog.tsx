import { useTranslation } from 'react-i18next';
import { useConversation } from '../../stores/conversations-store';
import type { ConfirmDialogName } from '../../stores/view-store';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import {
  blockConversation,
  clearConversation,
  deleteConversation,
  leaveGroup,
} from '../chat/conversation-actions';
import { useConversationTitle } from '../chat/conversation-title';

/** Asks before something is done that is hard or impossible to take back. */
export function ConfirmDialog(props: {
  readonly name: ConfirmDialogName;
  readonly account: string;
  readonly conversation: string;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { account, conversation: aid, onClose } = props;
  const row = useConversation(account, aid);
  const name = useConversationTitle(row ?? { kind: 'direct', title: aid, conversation: aid });
  const deleteText = (() => {
    if (row?.group?.membership === 'member' && row.group.status !== 'dissolved')
      return t('groups.deleteText');
    return row?.standing === 'pending' ? t('confirm.requestDeleteText', { aid }) : t('confirm.deleteText');
  })();
  const words = {
    block: {
      title: t('confirm.blockTitle', { name }),
      text: t('confirm.blockText', { aid }),
      action: t('confirm.blockDo'),
      run: blockConversation,
    },
    'leave-group': {
      title: t('groups.leaveTitle', { name }),
      text: t('groups.leaveText'),
      action: t('groups.leaveDo'),
      run: (where: string, group: string): void => void leaveGroup(where, group),
    },
    'clear-history': {
      title: t('confirm.clearTitle', { name }),
      text: t('confirm.clearText'),
      action: t('confirm.clearDo'),
      run: clearConversation,
    },
    'delete-conversation': {
      title: t('confirm.deleteTitle', { name }),
      text: deleteText,
      action: t('confirm.deleteDo'),
      run: deleteConversation,
    },
  }[props.name];
  return (
    <Dialog title={words.title} text={words.text} onClose={onClose} testId="confirm-dialog">
      <div className="dialog__actions">
        <Button onClick={onClose} autoFocus>
          {t('common.cancel')}
        </Button>
        <Button
          className="button button--normal button--danger"
          onClick={() => {
            onClose();
            words.run(account, aid);
          }}
          data-testid="confirm"
        >
          {words.action}
        </Button>
      </div>
    </Dialog>
  );
}
