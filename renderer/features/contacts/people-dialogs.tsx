import type { PeopleDialogName } from '../../stores/view-store';

/** The dialogs about other people. */
export function PeopleDialogs(_props: { readonly name: PeopleDialogName; readonly onClose: () => void }) {
  return null;
}
