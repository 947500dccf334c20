import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { parseGroupInvitation } from '../../../../shared/aun/group-link';
import { useAccountsStore } from '../../../stores/accounts-store';
import { showAccount } from '../../../stores/navigation';
import { Button } from '../../../ui/button';
import { Dialog } from '../../../ui/dialog';
import { TextField } from '../../../ui/text-field';
import { IdentityChoice } from '../../contacts/identity-choice';
import { JoinPreview } from './join-preview';

/** Asks for a link, a code or an id; or begins with one that is known. Nothing is joined before it was looked at. */
export function JoinGroupDialog(props: {
  readonly account: string;
  readonly about: string | null;
  readonly onClose: () => void;
  /** A link from outside asks under which identity one joins. */
  readonly chooseIdentity?: boolean;
}) {
  const { t } = useTranslation();
  const { about, onClose } = props;
  const accounts = useAccountsStore((state) => state.accounts) ?? [];
  const [account, setAccount] = useState(props.account);
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState(false);
  const [invitation, setInvitation] = useState(about);
  const look = (): void => {
    if (parseGroupInvitation(typed) === null) setWrong(true);
    else setInvitation(typed.trim());
  };
  if (invitation !== null)
    return (
      <Dialog title={t('groupJoin.previewTitle')} onClose={onClose} testId="join-dialog">
        {props.chooseIdentity === true && accounts.length > 1 && (
          <IdentityChoice
            label={t('groupJoin.as')}
            accounts={accounts}
            chosen={account}
            onChoose={(chosen) => {
              setAccount(chosen);
              showAccount(chosen);
            }}
          />
        )}
        <JoinPreview
          key={`${account} ${invitation}`}
          account={account}
          invitation={invitation}
          onBack={about === null ? () => setInvitation(null) : null}
          onClose={onClose}
        />
      </Dialog>
    );
  return (
    <Dialog title={t('groupJoin.title')} text={t('groupJoin.text')} onClose={onClose} testId="join-dialog">
      <form
        className="dialog__form"
        onSubmit={(submit) => {
          submit.preventDefault();
          look();
        }}
      >
        <TextField
          label={t('groupJoin.field')}
          placeholder={t('groupJoin.placeholder')}
          value={typed}
          autoFocus
          maxLength={800}
          onText={(text) => {
            setTyped(text);
            setWrong(false);
          }}
          tone={wrong ? 'danger' : 'neutral'}
          hint={wrong ? t('groupJoin.invalid') : undefined}
          data-testid="join-field"
        />
        <div className="dialog__actions">
          <Button tone="primary" type="submit" disabled={typed.trim() === ''} data-testid="join-look">
            {t('groupJoin.look')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
