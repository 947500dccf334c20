import { Laptop, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { CommandResult } from '../../../../shared/bridge/contract';
import type { Group } from '../../../../shared/model/group';
import { Button } from '../../../ui/button';
import { Spinner } from '../../../ui/spinner';
import { agoOf } from '../../../ui/time';
import { useNow } from '../../../ui/use-now';
import { Panel } from '../../identity/centre/panel';
import { TaskError } from '../../identity/task-error';
import { useLoaded } from '../../identity/use-loaded';
import { useTask } from '../../identity/use-task';
import { askGroup } from '../moderation/moderation-actions';

type Device = CommandResult<'group.devices'>['devices'][number];

function DeviceRow(props: {
  readonly account: string;
  readonly group: string;
  readonly device: Device;
  readonly onForgotten: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { account, group, device } = props;
  const now = useNow(60_000);
  const task = useTask();
  const name = device.name === '' ? device.device : device.name;
  const seen =
    device.lastPullAt === null
      ? t('moderation.devices.never')
      : t('moderation.devices.seen', { ago: agoOf(i18n.language, device.lastPullAt, now) });
  return (
    <li className="device" data-testid="group-device">
      <Laptop size={18} strokeWidth={1.75} aria-hidden />
      <span className="device__words">
        <span className="isolate" dir="auto">
          {name}
        </span>
        <span className="device__facts tabular">
          {[seen, device.slot].filter((fact) => fact !== '').join(' · ')}
        </span>
        <TaskError error={task.error} />
      </span>
      {device.own ? (
        <span className="tag">{t('moderation.devices.this')}</span>
      ) : (
        <Button
          size="small"
          busy={task.busy}
          aria-label={t('moderation.devices.forgetNamed', { name })}
          onClick={() =>
            task.run(
              () =>
                askGroup('group.forgetDevice', { account, group, device: device.device, slot: device.slot }),
              props.onForgotten,
            )
          }
          data-testid="forget-device"
        >
          {!task.busy && <Trash2 size={15} aria-hidden />}
          {t('moderation.devices.forget')}
        </Button>
      )}
    </li>
  );
}

/** Own devices for which the network keeps a place in the group; forgetting one only loses its place. */
export function DevicesPanel(props: { readonly account: string; readonly group: Group }) {
  const { t } = useTranslation();
  const { account, group } = props;
  const { value, error, reload } = useLoaded('group.devices', { account, group: group.group });
  return (
    <Panel title={t('moderation.devices.title')} text={t('moderation.devices.about')} testId="group-devices">
      <TaskError error={error} />
      {value === null && error === null && <Spinner />}
      {value !== null && value.devices.length === 0 && (
        <p className="panel__note">{t('moderation.devices.none')}</p>
      )}
      {value !== null && value.devices.length > 0 && (
        <ul className="devices">
          {value.devices.map((device) => (
            <DeviceRow
              key={`${device.device} ${device.slot}`}
              account={account}
              group={group.group}
              device={device}
              onForgotten={reload}
            />
          ))}
        </ul>
      )}
    </Panel>
  );
}
