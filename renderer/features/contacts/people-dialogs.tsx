import { lazy, Suspense, useEffect, useRef } from 'react';
import { useViewStore, type PeopleDialogName } from '../../stores/view-store';

// None of them is needed for the first screen.
const CertificateDialog = lazy(async () => ({
  default: (await import('./certificate-dialog')).CertificateDialog,
}));
const OpenLinkDialog = lazy(async () => ({ default: (await import('./open-link-dialog')).OpenLinkDialog }));
const PeopleDialog = lazy(async () => ({ default: (await import('./people-dialog')).PeopleDialog }));
const PersonDialog = lazy(async () => ({ default: (await import('./person-dialog')).PersonDialog }));
const ShareDialog = lazy(async () => ({ default: (await import('./share-dialog')).ShareDialog }));
const VerifyDialog = lazy(async () => ({ default: (await import('./verify-dialog')).VerifyDialog }));

interface Step {
  readonly name: PeopleDialogName;
  readonly about: string | null;
}

/**
 * The way through these dialogs: closing one that was opened from another leads back to that one, or to the page of the
 * group they were opened from. A link is answered
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
    const { groupPageBehind, showDialog } = useViewStore.getState();
    if (back !== undefined) {
      current.current = back;
      showDialog(back.name, back.about);
    } else if (groupPageBehind !== null) showDialog('group-page', groupPageBehind);
    else close();
  };
}

function Shown(props: {
  readonly name: PeopleDialogName;
  readonly about: string | null;
  readonly onBack: () => void;
  readonly onClose: () => void;
}) {
  const { name, about, onClose, onBack: back } = props;
  const account = useViewStore((state) => state.account);
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

/** The dialogs about other people; each is about somebody, as the identity that is shown sees them. */
export function PeopleDialogs(props: { readonly name: PeopleDialogName; readonly onClose: () => void }) {
  const about = useViewStore((state) => state.dialogAbout);
  const back = useTrail(props.name, about, props.onClose);
  return (
    <Suspense fallback={null}>
      <Shown {...props} about={about} onBack={back} />
    </Suspense>
  );
}
