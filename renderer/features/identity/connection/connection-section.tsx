import { useTranslation } from 'react-i18next';
import type { Account } from '../../../../shared/model/account';
import type { ConnectionInspection } from '../../../../shared/model/connection';
import { CertificateView } from '../../../ui/certificate-view';
import { Spinner } from '../../../ui/spinner';
import { useNow } from '../../../ui/use-now';
import { Panel } from '../centre/panel';
import { TaskError } from '../task-error';
import { useLoaded } from '../use-loaded';
import { AdvancedPanel } from './advanced-panel';
import { ConnectionFacts } from './connection-facts';
import { ConnectionNow } from './connection-now';
import { ConnectionTimeline } from './connection-timeline';
import { EnvironmentPanel } from './environment-panel';
import { ReportPanel } from './report-panel';
import './inspector.css';

/** How often the facts are read again while they are looked at, in ms. */
const refresh = 10_000;

function Inspection(props: { readonly inspection: ConnectionInspection }) {
  const { t } = useTranslation();
  const { inspection } = props;
  const { gateways, authServer } = inspection;
  return (
    <>
      <ConnectionFacts inspection={inspection} />
      <Panel title={t('inspector.gateways')} text={t('inspector.gatewaysText')}>
        {gateways.length === 0 ? (
          <p className="panel__note">{t('inspector.noGateways')}</p>
        ) : (
          <ol className="gateways" data-testid="gateways">
            {gateways.map((gateway) => (
              <li key={gateway.url} className="gateway" data-in-use={gateway.inUse}>
                <span className="gateway__url selectable">{gateway.url}</span>
                <span className="gateway__facts">
                  {t(`inspector.${gateway.source}`)}
                  {gateway.inUse && ` · ${t('inspector.inUse')}`}
                </span>
              </li>
            ))}
          </ol>
        )}
      </Panel>
      <ConnectionTimeline history={inspection.history} />
      <Panel title={t('inspector.authServer')} text={t('inspector.authServerText')}>
        {authServer === null ? (
          <p className="panel__note">{t('inspector.noAuthServer')}</p>
        ) : (
          <details className="own-certificate">
            <summary className="own-certificate__summary">{authServer.subject}</summary>
            <CertificateView certificate={authServer} />
          </details>
        )}
      </Panel>
      <EnvironmentPanel environment={inspection.environment} />
    </>
  );
}

/** The connection of an identity from inside: what it does now, what it did, what it is made of, and its settings. */
export function ConnectionSection(props: { readonly account: Account }) {
  const { account } = props;
  const { state, since } = account.session;
  const turn = useNow(refresh);
  const inspection = useLoaded('session.inspect', { account: account.account }, `${state} ${since} ${turn}`);
  return (
    <>
      <ConnectionNow account={account} />
      {inspection.value !== null ? (
        <Inspection inspection={inspection.value} />
      ) : inspection.error === null ? (
        <Spinner />
      ) : (
        <TaskError error={inspection.error} />
      )}
      <AdvancedPanel account={account.account} />
      <ReportPanel account={account.account} />
    </>
  );
}
