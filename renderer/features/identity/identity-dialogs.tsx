import type { IdentityDialogName } from '../../stores/view-store';

/** The dialogs about the identities of this installation. */
export function IdentityDialogs(_props: { readonly name: IdentityDialogName; readonly onClose: () => void }) {
  return null;
}
