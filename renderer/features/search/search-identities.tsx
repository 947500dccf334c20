import { Check, ChevronDown, CircleUserRound } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { accountName } from '../../stores/account-name';
import { useAccountsStore } from '../../stores/accounts-store';
import { identitiesInScope, useSearchStore } from '../../stores/search-store';
import type { TintStyle } from '../../ui/avatar';
import { IdentityLabel } from '../identity/identity-label';

function Option(props: {
  readonly checked: boolean;
  readonly words: string;
  readonly hue?: number;
  readonly onChoose: () => void;
  readonly children: ReactNode;
}) {
  const style: TintStyle | undefined = props.hue === undefined ? undefined : { '--hue': props.hue };
  return (
    <DropdownMenu.CheckboxItem
      className="menu__item identity-item"
      checked={props.checked}
      textValue={props.words}
      style={style}
      // Several can be chosen one after the other.
      onSelect={(selected) => selected.preventDefault()}
      onCheckedChange={props.onChoose}
      data-testid="search-identity"
    >
      {props.children}
      <DropdownMenu.ItemIndicator className="identity-item__check">
        <Check size={16} aria-hidden />
      </DropdownMenu.ItemIndicator>
    </DropdownMenu.CheckboxItem>
  );
}

/** Whose conversations are searched: those of all identities, or of the chosen ones. With one identity there is nothing to choose. */
export function SearchIdentities(props: { readonly onClosed: () => void }) {
  const { t } = useTranslation();
  const accounts = useAccountsStore((state) => state.accounts) ?? [];
  const chosen = useSearchStore((state) => state.identities);
  const { chooseIdentities } = useSearchStore.getState();
  if (accounts.length < 2) return null;
  const inScope = identitiesInScope(
    accounts.map(({ account }) => account),
    chosen,
  );
  const all = inScope.length === accounts.length;
  const only = inScope.length === 1 ? accounts.find(({ account }) => account === inScope[0]) : undefined;
  const words = all
    ? t('finder.allIdentities')
    : only === undefined
      ? t('finder.someIdentities', { count: inScope.length })
      : accountName(only);
  const toggle = (account: string): void => {
    const before = all ? [] : inScope;
    const next = before.includes(account) ? before.filter((each) => each !== account) : [...before, account];
    chooseIdentities(next.length === 0 || next.length === accounts.length ? null : next);
  };
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        className={all ? 'filter-chip filter-chip--offer' : 'filter-chip'}
        aria-label={t('finder.chooseIdentities', { name: words })}
        data-testid="search-identities"
      >
        <CircleUserRound size={13} aria-hidden />
        <span className="ellipsis isolate" dir="auto">
          {words}
        </span>
        <ChevronDown size={12} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu identity-menu"
          align="start"
          sideOffset={6}
          collisionPadding={8}
          onCloseAutoFocus={(closing) => {
            closing.preventDefault();
            props.onClosed();
          }}
        >
          <DropdownMenu.Label className="menu__label">{t('finder.identities')}</DropdownMenu.Label>
          <Option checked={all} words={t('finder.allIdentities')} onChoose={() => chooseIdentities(null)}>
            <span className="menu__words">{t('finder.allIdentities')}</span>
          </Option>
          <DropdownMenu.Separator className="menu__separator" />
          {accounts.map((account) => (
            <Option
              key={account.account}
              checked={!all && inScope.includes(account.account)}
              words={accountName(account)}
              hue={account.hue}
              onChoose={() => toggle(account.account)}
            >
              <IdentityLabel account={account} />
            </Option>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
