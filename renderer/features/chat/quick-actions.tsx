import { Copy, Ellipsis, Forward, Reply } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ReactNode } from 'react';
import type { Message } from '../../../shared/model/message';
import { abilitiesOf, useMessageActions } from './message-actions';

function Quick(props: {
  readonly label: string;
  readonly testId: string;
  readonly onPress: (button: HTMLElement) => void;
  readonly children: ReactNode;
}) {
  return (
    <button
      type="button"
      className="quick-actions__button"
      tabIndex={-1}
      title={props.label}
      aria-label={props.label}
      onClick={(click) => props.onPress(click.currentTarget)}
      data-testid={props.testId}
    >
      {props.children}
    </button>
  );
}

/** Beside a message under the pointer. The keyboard reaches the same through the menu and through letters. */
export function QuickActions(props: { readonly account: string; readonly message: Message }) {
  const { t } = useTranslation();
  const { account, message } = props;
  const actions = useMessageActions(account);
  const can = abilitiesOf(message, 0);
  return (
    <div className="quick-actions" data-testid="quick-actions">
      {can.reply && (
        <Quick label={t('messageMenu.reply')} testId="quick-reply" onPress={() => actions.reply(message)}>
          <Reply size={15} aria-hidden />
        </Quick>
      )}
      {can.copy && (
        <Quick label={t('messageMenu.copy')} testId="quick-copy" onPress={() => actions.copy(message)}>
          <Copy size={15} aria-hidden />
        </Quick>
      )}
      {can.forward && (
        <Quick
          label={t('messageMenu.forward')}
          testId="quick-forward"
          onPress={() => actions.forward(message)}
        >
          <Forward size={15} aria-hidden />
        </Quick>
      )}
      <Quick
        label={t('messageMenu.more')}
        testId="quick-more"
        onPress={(button) => {
          const { left, bottom } = button.getBoundingClientRect();
          actions.more(message, left, bottom, null);
        }}
      >
        <Ellipsis size={16} aria-hidden />
      </Quick>
    </div>
  );
}
