import type { Account } from '../../../shared/model/account';
import { accountName } from '../../stores/account-name';
import { Avatar } from '../../ui/avatar';

/** One of the own identities where one is chosen: ringed avatar, name, and the address where that is not the name. */
export function IdentityLabel(props: { readonly account: Account }) {
  const { account, hue } = props.account;
  const name = accountName(props.account);
  return (
    <>
      <span className="identity-item__ring">
        <Avatar name={name} hue={hue} kind="human" size={28} />
      </span>
      <span className="identity-item__names">
        <span className="identity-item__name ellipsis isolate" dir="auto">
          {name}
        </span>
        {name !== account && <span className="identity-item__aid ellipsis">{account}</span>}
      </span>
    </>
  );
}
