import { useEffect, useRef } from 'react';
import { useViewStore, type PeopleDialogName } from '../../stores/view-store';
import { CertificateDialog } from './certificate-dialog';
import { OpenLinkDialog } from './open-link-dialog';
import { PeopleDialog } from './people-dialog';
import { PersonDialog } from './person-dialog';
import { ShareDialog } from './share-dialog';
import { VerifyDialog } from './verify-dialog';

interface Step {
  readonly name: PeopleDialogName;
  readonly about: string | null;
}

/**
 * The way through these dialogs: closing one that was opened from another leads back to that one. A link is answered
 * once and is never come back to.
 */
function useTrail(name: PeopleDialogName, about: string | null, close: () => void): () => void {
  const trail = useRef<Step[]>([]);
  const current = useRef<Step>({ name, about });
  useEffect(() => {
    const left = current.current;
    if (left.name === name && left.about === about) return;
    if (left.name !== 'open-link') trail.current.push(left);
    current.current = { name, about };
  }, [name, about]);
  return () => {
    const back = trail.current.pop();
    if (back === undefined) {
      close();
      return;
    }
    current.current = back;
    useViewStore.getState().showDialog(back.name, back.about);
  };
}

/** The dialogs about other people; each is about somebody, as the identity that is shown sees them. */
export function PeopleDialogs(props: { readonly name: PeopleDialogName; readonly onClose: () => void }) {
  const { name, onClose } = props;
  const account = useViewStore((state) => state.account);
  const about = useViewStore((state) => state.dialogAbout);
  const back = useTrail(name, about, onClose);
  if (account === null) return null;
  if (name === 'people') return <PeopleDialog account={account} onClose={back} />;
  if (name === 'share') return <ShareDialog account={account} aid={about ?? account} onClose={back} />;
  if (about === null) return null;
  const key = `${name} ${account} ${about}`;
  switch (name) {
    case 'person':
      return <PersonDialog key={key} account={account} aid={about} onClose={back} onLeave={onClose} />;
    case 'verify':
      return <VerifyDialog key={key} account={account} about={about} onClose={back} />;
    case 'certificate':
      return <CertificateDialog key={key} account={account} aid={about} onClose={back} />;
    case 'open-link':
      return <OpenLinkDialog key={key} account={account} about={about} onClose={onClose} />;
  }
}
