import { useEffect } from 'react';
import { useViewStore } from '../../../stores/view-store';
import { PersonDialog } from '../../contacts/person-dialog';
import { ModerationDialog } from './moderation-dialog';
import { useModerationStore } from './moderation-store';
import { UndoToast } from './undo-toast';

/** What moderation shows over everything else: its question, a profile, and the way back. */
export function ModerationLayer() {
  const { asked, person, ask, showPerson } = useModerationStore();
  const dialog = useViewStore((state) => state.dialog);
  const account = useViewStore((state) => state.account);
  // Whoever goes elsewhere from here does not find a question about somebody else there.
  useEffect(
    () => () => {
      useModerationStore.setState({ asked: null, person: null });
    },
    [dialog, account],
  );
  const close = (): void => showPerson(null);
  const leave = (): void => {
    showPerson(null);
    useViewStore.getState().showDialog(null);
  };
  return (
    <>
      {person !== null && (
        <PersonDialog account={person.account} aid={person.aid} onClose={close} onLeave={leave} />
      )}
      {asked !== null && (
        <ModerationDialog
          key={`${asked.kind} ${asked.group} ${asked.aid}`}
          asked={asked}
          onClose={() => ask(null)}
        />
      )}
      {dialog !== 'group-page' && <UndoToast />}
    </>
  );
}
