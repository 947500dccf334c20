import { useViewStore, type PeopleDialogName } from '../../stores/view-store';
import { CertificateDialog } from './certificate-dialog';
import { OpenLinkDialog } from './open-link-dialog';
import { PeopleDialog } from './people-dialog';
import { PersonDialog } from './person-dialog';
import { ShareDialog } from './share-dialog';
import { VerifyDialog } from './verify-dialog';

/** The dialogs about other people; each is about somebody, as the identity that is shown sees them. */
export function PeopleDialogs(props: { readonly name: PeopleDialogName; readonly onClose: () => void }) {
  const { name, onClose } = props;
  const account = useViewStore((state) => state.account);
  const about = useViewStore((state) => state.dialogAbout);
  if (account === null) return null;
  if (name === 'people') return <PeopleDialog account={account} onClose={onClose} />;
  if (name === 'share') return <ShareDialog account={account} aid={about ?? account} onClose={onClose} />;
  if (about === null) return null;
  const key = `${account} ${about}`;
  switch (name) {
    case 'person':
      return <PersonDialog key={key} account={account} aid={about} onClose={onClose} />;
    case 'verify':
      return <VerifyDialog key={key} account={account} about={about} onClose={onClose} />;
    case 'certificate':
      return <CertificateDialog key={key} account={account} aid={about} onClose={onClose} />;
    case 'open-link':
      return <OpenLinkDialog key={key} account={account} about={about} onClose={onClose} />;
  }
}
