import { Fragment, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../../shared/model/account';
import { accountName } from '../../../stores/account-name';
import { identitySections, useViewStore, type IdentitySection } from '../../../stores/view-store';
import { Avatar, type TintStyle } from '../../../ui/avatar';
import { CopyButton } from '../../../ui/copy-button';
import { Dialog } from '../../../ui/dialog';
import { BackupSection } from '../backup/backup-section';
import { ConnectionSection } from '../connection/connection-section';
import { DangerSection } from '../danger/danger-section';
import { KeysSection } from '../keys/keys-section';
import { ProfileSection } from '../profile/profile-section';
import { SecuritySection } from '../security/security-section';
import { SectionNav } from './section-nav';
import './centre.css';

function sectionOf(about: string | null): IdentitySection {
  return identitySections.find((section) => section === about) ?? 'profile';
}

function Content(props: { readonly account: Account; readonly section: IdentitySection }) {
  const { account, section } = props;
  switch (section) {
    case 'profile':
      return <ProfileSection account={account} />;
    case 'security':
      return <SecuritySection />;
    case 'keys':
      return <KeysSection account={account} />;
    case 'backup':
      return <BackupSection account={account} />;
    case 'connection':
      return <ConnectionSection account={account} />;
    case 'danger':
      return <DangerSection account={account} />;
  }
}

/** An address that breaks after its dots before it breaks anywhere else. */
function Address(props: { readonly aid: string }) {
  return props.aid.split('.').map((part, index) => (
    <Fragment key={index}>
      {index > 0 && (
        <>
          .<wbr />
        </>
      )}
      {part}
    </Fragment>
  ));
}

/** Everything about one identity in one place: sections at the left, the chosen one beside them. */
export function IdentityCentre(props: { readonly account: Account; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { account } = props;
  const about = useViewStore((state) => state.dialogAbout);
  const [begun] = useState(() => sectionOf(about));
  const section = about === null ? begun : sectionOf(about);
  const name = accountName(account);
  const style: TintStyle = { '--hue': account.hue };
  return (
    <Dialog title={t('identity.title')} onClose={props.onClose} testId="identity-dialog">
      <div className="centre" style={style}>
        <div className="centre__side">
          <div className="centre__who">
            <span className="centre__ring">
              <Avatar name={name} hue={account.hue} kind="human" size={40} />
            </span>
            <div className="centre__names">
              {name !== account.account && (
                <strong className="centre__name isolate" dir="auto">
                  {name}
                </strong>
              )}
              <span className="centre__aid">
                <span className="selectable">
                  <Address aid={account.account} />
                </span>
                <CopyButton text={account.account} />
              </span>
            </div>
          </div>
          <SectionNav
            account={account}
            section={section}
            onSection={(chosen) => useViewStore.getState().showDialog('identity', chosen)}
          />
        </div>
        <div
          className="centre__content"
          id="identity-panel"
          role="tabpanel"
          aria-labelledby={`identity-tab-${section}`}
          tabIndex={-1}
          key={section}
          data-testid={`identity-${section}`}
        >
          <Content account={account} section={section} />
        </div>
      </div>
    </Dialog>
  );
}
