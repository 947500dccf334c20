import { accountName } from '../../stores/account-name';
import { useAccount } from '../../stores/accounts-store';
import { CopyButton } from '../../ui/copy-button';

/** Name and address of the identity whose conversations are listed. */
export function OwnIdentity(props: { readonly account: string }) {
  const account = useAccount(props.account);
  const name = account === undefined || accountName(account) === props.account ? null : accountName(account);
  return (
    <div className="own-identity">
      {name !== null && (
        <span className="own-identity__name ellipsis isolate" dir="auto">
          {name}
        </span>
      )}
      <span className="own-identity__line">
        <span className="own-identity__aid ellipsis selectable" data-testid="own-aid">
          {props.account}
        </span>
        <CopyButton text={props.account} />
      </span>
    </div>
  );
}
