import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandResult } from '../../../../shared/bridge/contract';
import { invoke } from '../../../stores/bridge';
import { useNoticesStore } from '../../../stores/notices-store';
import { Button } from '../../../ui/button';
import { Fingerprint } from '../../../ui/fingerprint';
import { dateOf } from '../../../ui/time';
import { Panel } from '../centre/panel';
import { TaskError } from '../task-error';
import { useLoaded } from '../use-loaded';
import { useTask } from '../use-task';

type Chosen = CommandResult<'network.chooseRoot'>;

function Root(props: {
  readonly subject: string;
  readonly fingerprint: string;
  readonly notAfter: number;
  readonly source?: string;
  readonly onRemove?: () => void;
}) {
  const { t, i18n } = useTranslation();
  return (
    <li className="root" data-testid="root">
      <div className="root__words">
        <strong className="root__subject selectable">
          <bdi>{props.subject}</bdi>
        </strong>
        <span className="root__facts">
          {props.source !== undefined && `${props.source} · `}
          {t('keys.validUntil', { day: dateOf(i18n.language, props.notAfter) })}
        </span>
        {/* Before it is trusted, the fingerprint is what matters. */}
        <details open={props.source === undefined}>
          <summary>{t('keys.fingerprint')}</summary>
          <Fingerprint value={props.fingerprint} />
        </details>
      </div>
      {props.onRemove !== undefined && (
        <Button size="small" onClick={props.onRemove}>
          {t('keys.removeRoot')}
        </Button>
      )}
    </li>
  );
}

/** The roots a network is trusted by. A further one is shown before it is trusted. */
export function RootsPanel(props: {
  readonly network: string;
  /** What people call the network. */
  readonly issuer: string;
}) {
  const { t } = useTranslation();
  const { network, issuer } = props;
  const roots = useLoaded('network.roots', { network });
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const task = useTask();
  const sources = {
    bundled: t('keys.bundled'),
    pinned: t('keys.pinned'),
    imported: t('keys.imported'),
    configured: t('keys.configured'),
  };
  const choose = (): void =>
    task.run(
      () => invoke('network.chooseRoot', { network }),
      (found) => setChosen(found.file === null ? null : found),
    );
  const trust = (file: string): void =>
    task.run(
      () => invoke('network.importRoot', { network, file }),
      () => {
        setChosen(null);
        useNoticesStore.getState().showInfo(t('keys.rootImported', { network: issuer }));
        roots.reload();
      },
    );
  const remove = (fingerprint: string): void =>
    task.run(
      () => invoke('network.removeRoot', { network, fingerprint }),
      () => roots.reload(),
    );
  return (
    <Panel title={t('keys.roots', { network: issuer })} text={t('keys.rootsText')} testId="roots">
      <TaskError error={roots.error} />
      <ul className="roots">
        {(roots.value?.roots ?? []).map((root) => (
          <Root
            key={root.fingerprint}
            {...root}
            source={sources[root.source]}
            {...(root.source === 'imported' ? { onRemove: () => remove(root.fingerprint) } : {})}
          />
        ))}
      </ul>
      {chosen?.file != null && (
        <div className="panel__form" data-testid="chosen-roots">
          <p>{t('keys.trustText', { network: issuer })}</p>
          <ul className="roots">
            {chosen.roots.map((root) => (
              <Root key={root.fingerprint} {...root} />
            ))}
          </ul>
          <div className="dialog__actions">
            <Button onClick={() => setChosen(null)}>{t('common.cancel')}</Button>
            <Button
              tone="primary"
              busy={task.busy}
              disabled={chosen.roots.length === 0}
              onClick={() => chosen.file !== null && trust(chosen.file)}
              data-testid="trust-root"
            >
              {t('keys.trust')}
            </Button>
          </div>
        </div>
      )}
      <TaskError error={task.error} />
      {chosen === null && (
        <div className="panel__actions">
          <Button busy={task.busy} onClick={choose} data-testid="choose-root">
            {t('keys.chooseRoot')}
          </Button>
        </div>
      )}
    </Panel>
  );
}
