import {
  Archive,
  Ban,
  Clock3,
  Eye,
  LogOut,
  MicOff,
  Pause,
  TriangleAlert,
  UserMinus,
  type LucideIcon,
} from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import type { Group } from '../../../shared/model/group';
import { invoke } from '../../stores/bridge';
import { isGroupMuted } from '../../stores/groups-store';
import { useViewStore } from '../../stores/view-store';
import { Button } from '../../ui/button';
import '../requests/requests.css';
import { momentOf } from '../../ui/time';
import { label } from './content/format';
import { changeGroup } from './group-bars';
import { useTitle } from './use-sender';

/** Why nothing can be written in a group. */
export type QuietReason =
  'dissolved' | 'left' | 'removed' | 'pending' | 'none' | 'unsupported' | 'suspended' | 'observer' | 'muted';

/** A mute beyond this moment (Unix ms) has no end. */
const farFuture = 4_000_000_000_000;

/** Why nothing can be written now, or null when it can. The state of the group counts before our own. */
export function quietReason(group: Group, now: number): QuietReason | null {
  if (group.status === 'dissolved') return 'dissolved';
  if (group.membership !== 'member') return group.membership;
  if (group.keys.state === 'unsupported') return 'unsupported';
  if (group.status === 'suspended') return 'suspended';
  if (group.role === 'observer') return 'observer';
  return isGroupMuted(group.mutedUntil, now) ? 'muted' : null;
}

/** What is left of a time, rounded in its largest unit: "3 hours". */
export function restWords(t: TFunction, milliseconds: number): string {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  if (seconds < 60) return t('groupState.rest_seconds', { count: seconds });
  const minutes = Math.round(seconds / 60);
  if (minutes < 59) return t('groupState.rest_minutes', { count: minutes });
  const hours = Math.round(minutes / 60);
  if (hours < 48) return t('groupState.rest_hours', { count: hours });
  return t('groupState.rest_days', { count: Math.round(hours / 24) });
}

const icons: Readonly<Record<QuietReason, LucideIcon>> = {
  dissolved: Archive,
  left: LogOut,
  removed: UserMinus,
  pending: Clock3,
  none: Eye,
  unsupported: TriangleAlert,
  suspended: Pause,
  observer: Ban,
  muted: MicOff,
};

interface QuietProps {
  readonly account: string;
  readonly group: Group;
  readonly reason: QuietReason;
  readonly now: number;
}

function MutedWords({ group, now }: QuietProps) {
  const { t, i18n } = useTranslation();
  const until = group.mutedUntil ?? 0;
  return (
    <>
      <p className="tabular">
        {until > farFuture
          ? t('groupState.mutedForever')
          : t('groupState.mutedUntil', {
              time: momentOf(i18n.language, until, now),
              rest: restWords(t, until - now),
            })}
      </p>
      {group.muteReason !== '' && (
        <p className="isolate" dir="auto">
          {t('groupState.mutedReason', { reason: label(group.muteReason, 300) })}
        </p>
      )}
    </>
  );
}

function useTitleOf(props: QuietProps): string {
  const { t } = useTranslation();
  const { group, reason, account } = props;
  const remover = useTitle(account, reason === 'removed' ? group.removedBy : null);
  if (reason === 'removed' && remover !== '') return t('groupState.removedByTitle', { name: remover });
  return t(`groupState.${reason}Title`);
}

function Words(props: QuietProps): ReactNode {
  const { t, i18n } = useTranslation();
  const { group, reason, now } = props;
  if (reason === 'muted') return <MutedWords {...props} />;
  const { requestExpiresAt } = group;
  return (
    <>
      <p>{t(`groupState.${reason}Text`)}</p>
      {reason === 'pending' && requestExpiresAt !== null && (
        <p className="tabular">
          {t('groupState.pendingExpires', { time: momentOf(i18n.language, requestExpiresAt, now) })}
        </p>
      )}
    </>
  );
}

/** In place of the field of a group in which one can't write: why, until when, and what can be done. */
export function GroupQuiet(props: QuietProps) {
  const { t } = useTranslation();
  const { account, group, reason } = props;
  const title = useTitleOf(props);
  const [busy, setBusy] = useState(false);
  const Icon = icons[reason];
  const resume = (): void => {
    setBusy(true);
    void changeGroup(account, invoke('group.resume', { account, group: group.group })).finally(() =>
      setBusy(false),
    );
  };
  return (
    <section
      className="request-bar group-quiet"
      aria-labelledby="group-quiet-title"
      data-reason={reason}
      data-testid="group-quiet"
    >
      <Icon size={20} strokeWidth={1.7} aria-hidden />
      <div className="request-bar__words">
        <h2 id="group-quiet-title" className="request-bar__title isolate" dir="auto" role="status">
          {title}
        </h2>
        <Words {...props} />
      </div>
      <div className="request-bar__actions">
        {reason === 'suspended' && group.role === 'owner' && (
          <Button tone="primary" busy={busy} onClick={resume} data-testid="group-resume">
            {t('groupState.resume')}
          </Button>
        )}
        {(reason === 'left' || reason === 'none') && group.link !== '' && (
          <Button
            onClick={() => useViewStore.getState().showDialog('join-group', group.link)}
            data-testid="group-rejoin"
          >
            {reason === 'left' ? t('groupState.rejoin') : t('groupState.look')}
          </Button>
        )}
      </div>
    </section>
  );
}
