import { lazy, Suspense } from 'react';
import type { GroupDialogName } from '../../stores/view-store';

const CreateGroupDialog = lazy(async () => ({
  default: (await import('./create/create-group-dialog')).CreateGroupDialog,
}));
const DiscoverDialog = lazy(async () => ({
  default: (await import('./discover/discover-dialog')).DiscoverDialog,
}));
const JoinGroupDialog = lazy(async () => ({
  default: (await import('./join/join-group-dialog')).JoinGroupDialog,
}));

/** Making, finding and joining groups. */
export function GroupDialogs(props: {
  readonly name: Exclude<GroupDialogName, 'group-page'>;
  readonly account: string;
  /** For joining: a link, an id or a code, or null to be asked for one. */
  readonly about: string | null;
  readonly onClose: () => void;
}) {
  const { name, account, about, onClose } = props;
  return (
    <Suspense fallback={null}>
      {name === 'create-group' && <CreateGroupDialog account={account} onClose={onClose} />}
      {name === 'discover-groups' && <DiscoverDialog account={account} onClose={onClose} />}
      {name === 'join-group' && (
        <JoinGroupDialog key={about ?? ''} account={account} about={about} onClose={onClose} />
      )}
    </Suspense>
  );
}
