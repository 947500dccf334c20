import { QrCode } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { accountName } from '../../stores/account-name';
import { useAccount } from '../../stores/accounts-store';
import { useViewStore } from '../../stores/view-store';
import { CopyButton } from '../../ui/copy-button';
import { IconButton } from '../../ui/icon-button';

/** Name and address of the identity whose conversations are listed. */
export function OwnIdentity(props: { readonly account: string }) {
  const { t } = useTranslation();
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
        <span className="own-identity__actions">
          <CopyButton text={props.account} />
          <IconButton
            label={t('share.titleOwn')}
            size="small"
            onClick={() => useViewStore.getState().showDialog('share', props.account)}
            data-testid="share-own"
          >
            <QrCode size={14} aria-hidden />
          </IconButton>
        </span>
      </span>
    </div>
  );
}
