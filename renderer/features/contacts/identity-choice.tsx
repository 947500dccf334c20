import { useId } from 'react';
import type { Account } from '../../../shared/model/account';
import type { TintStyle } from '../../ui/avatar';
import { IdentityLabel } from '../identity/identity-label';
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
              <IdentityLabel account={account} />
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
