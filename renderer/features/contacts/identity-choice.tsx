import { useId } from 'react';
import type { Account } from '../../../shared/model/account';
import { accountName } from '../../stores/account-name';
import { Avatar, type TintStyle } from '../../ui/avatar';
import './share.css';

/** One of the own identities: native radio buttons, each with its hue, name and address. */
export function IdentityChoice(props: {
  readonly label: string;
  readonly accounts: readonly Account[];
  readonly chosen: string;
  readonly onChoose: (account: string) => void;
}) {
  const group = useId();
  return (
    <fieldset className="identity-choice">
      <legend className="identity-choice__legend">{props.label}</legend>
      <div className="identity-choice__list">
        {props.accounts.map((account) => {
          const style: TintStyle = { '--hue': account.hue };
          const name = accountName(account);
          return (
            <label key={account.account} className="identity-choice__option" style={style}>
              <input
                type="radio"
                name={group}
                value={account.account}
                checked={account.account === props.chosen}
                onChange={() => props.onChoose(account.account)}
                data-testid="identity-choice"
              />
              <span className="identity-item__ring">
                <Avatar name={name} hue={account.hue} kind="human" size={28} />
              </span>
              <span className="identity-item__names">
                <span className="identity-item__name ellipsis isolate" dir="auto">
                  {name}
                </span>
                {name !== account.account && (
                  <span className="identity-item__aid ellipsis">{account.account}</span>
                )}
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
