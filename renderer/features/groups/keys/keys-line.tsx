import {
  ChevronRight,
  KeyRound,
  LockKeyhole,
  LockKeyholeOpen,
  RefreshCw,
  ShieldQuestion,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Group } from '../../../../shared/model/group';
import './keys.css';

const icons = {
  secured: LockKeyhole,
  securing: RefreshCw,
  waiting: KeyRound,
  unsupported: ShieldQuestion,
  none: LockKeyholeOpen,
} as const;

/** How much attention the keys of a group deserve. */
function keysTone({ keys }: Group): 'success' | 'warning' | 'neutral' {
  if (keys.state === 'none') return 'neutral';
  if (keys.state !== 'secured' || keys.refreshPending || keys.withoutKeys.length > 0) return 'warning';
  return 'success';
}

/** Where the keys stand, in one line; a click explains. */
export function KeysLine(props: { readonly group: Group; readonly onMore: () => void }) {
  const { t } = useTranslation();
  const { group } = props;
  const { state, refreshPending, withoutKeys } = group.keys;
  const Icon = icons[state];
  return (
    <button
      type="button"
      className="keys-line"
      data-tone={keysTone(group)}
      onClick={props.onMore}
      data-testid="keys-line"
    >
      <Icon size={18} strokeWidth={1.75} aria-hidden />
      <span className="keys-line__words">
        <strong>{t(`moderation.keys.state_${state}`)}</strong>
        {refreshPending && <span>{t('moderation.keys.refreshPending')}</span>}
        {withoutKeys.length > 0 && <span>{t('moderation.keys.keyless', { count: withoutKeys.length })}</span>}
      </span>
      <ChevronRight size={16} aria-hidden />
    </button>
  );
}
