import { Check, ChevronDown } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/model/account';
import type { Conversation } from '../../../shared/model/conversation';
import { accountName } from '../../stores/account-name';
import { useAccountsStore } from '../../stores/accounts-store';
import { invoke } from '../../stores/bridge';
import { useConversationsStore } from '../../stores/conversations-store';
import { showAccount, showConversation } from '../../stores/navigation';
import { useViewStore } from '../../stores/view-store';
import { Avatar, type TintStyle } from '../../ui/avatar';
import { IdentityLabel } from '../identity/identity-label';
import { Tooltip } from '../../ui/tooltip';
import { useConversationTitle } from './conversation-title';

/**
 * The same person under another identity. Seen from the person's own side (both identities are ours) it is the same
 * conversation the other way round; notes to self lead to the other identity's notes.
 */
export function counterpart(account: string, conversation: Conversation, other: string): string {
  if (conversation.kind === 'self') return other;
  return conversation.conversation === other ? account : conversation.conversation;
}

/** The same group under another identity; one that is not in it is shown the way in. */
function showGroupAs(account: string, group: string): void {
  invoke('conversation.get', { account, conversation: group }).then(
    (row) => {
      useConversationsStore.getState().merge(account, [row]);
      showConversation(account, group);
    },
    () => {
      showAccount(account);
      useViewStore.getState().showDialog('join-group', group);
    },
  );
}

function Chip(props: { readonly account: Account }) {
  const name = accountName(props.account);
  return (
    <>
      <span className="composer__ring">
        <Avatar name={name} hue={props.account.hue} kind="human" size={22} />
      </span>
      <span className="composer__own-name ellipsis isolate" dir="auto" aria-hidden="true">
        {name}
      </span>
    </>
  );
}

function IdentityItem(props: { readonly account: Account }) {
  const { account } = props;
  const style: TintStyle = { '--hue': account.hue };
  const name = accountName(account);
  return (
    <DropdownMenu.RadioItem
      className="menu__item identity-item"
      value={account.account}
      style={style}
      textValue={name}
      data-account={account.account}
      data-testid="composer-identity-option"
    >
      <IdentityLabel account={account} />
      <DropdownMenu.ItemIndicator className="identity-item__check">
        <Check size={16} aria-hidden />
      </DropdownMenu.ItemIndicator>
    </DropdownMenu.RadioItem>
  );
}

/**
 * Names the identity that writes, right where the writing is. With several identities it opens the conversation with the
 * same person under another one; the draft stays in the conversation it was typed in.
 */
export function ComposerIdentity(props: { readonly account: Account; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const accounts = useAccountsStore((state) => state.accounts);
  const peer = useConversationTitle(conversation);
  const moved = useRef(false);
  if (accounts === null || accounts.length < 2) {
    const label = t('composer.writingAs', { name: account.account });
    return (
      <Tooltip text={label} side="top">
        <span
          className="composer__identity"
          tabIndex={0}
          role="img"
          aria-label={label}
          data-testid="composer-identity"
        >
          <Chip account={account} />
        </span>
      </Tooltip>
    );
  }
  const choose = (other: string): void => {
    moved.current = other !== account.account;
    if (moved.current && conversation.kind === 'group') showGroupAs(other, conversation.conversation);
    else if (moved.current) showConversation(other, counterpart(account.account, conversation, other));
  };
  return (
    <DropdownMenu.Root modal={false}>
      <Tooltip text={t('composer.writingAs', { name: account.account })} side="top">
        <DropdownMenu.Trigger
          className="composer__identity"
          aria-label={t('composer.chooseIdentity', { name: account.account })}
          data-testid="composer-identity"
        >
          <Chip account={account} />
          <ChevronDown className="composer__chevron" size={14} aria-hidden />
        </DropdownMenu.Trigger>
      </Tooltip>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu identity-menu"
          side="top"
          align="start"
          sideOffset={8}
          collisionPadding={8}
          onCloseAutoFocus={(closing) => {
            // The field of the conversation that opens takes the focus by itself.
            if (moved.current) closing.preventDefault();
          }}
        >
          <DropdownMenu.Label className="menu__label">
            {conversation.kind === 'self'
              ? t('composer.identitiesSelf')
              : t('composer.identities', { name: peer })}
          </DropdownMenu.Label>
          <DropdownMenu.RadioGroup value={account.account} onValueChange={choose}>
            {accounts.map((other) => (
              <IdentityItem key={other.account} account={other} />
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Label className="menu__hint">{t('composer.identitiesHint')}</DropdownMenu.Label>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
