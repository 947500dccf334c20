import {
  groupRefusal,
  type GroupOperation,
  type GroupRefusal,
  type GroupTarget,
} from '../../../../shared/aun/group-permissions';
import type { Group } from '../../../../shared/model/group';
import { groupStandingOf } from '../../../stores/groups-store';
import { useNow } from '../../../ui/use-now';

/** Decides for a group what the user may do, with the reason when they may not; a mute ends by itself while it is shown. */
export function useRefusals(
  group: Group,
): (operation: GroupOperation, target?: GroupTarget | null) => GroupRefusal | null {
  const now = useNow(10_000);
  const standing = groupStandingOf(group, now);
  return (operation, target = null) => groupRefusal(operation, standing, target);
}

/** Whether we are owner or admin of a group and still in it. */
export function leadsGroup(group: Group): boolean {
  return group.membership === 'member' && (group.role === 'owner' || group.role === 'admin');
}
