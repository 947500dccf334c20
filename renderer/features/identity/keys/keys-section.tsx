import { useTranslation } from 'react-i18next';
import { splitAid } from '../../../../shared/aun/aid';
import type { Account } from '../../../../shared/model/account';
import { invoke } from '../../../stores/bridge';
import { useNoticesStore } from '../../../stores/notices-store';
import { Button } from '../../../ui/button';
import { Fingerprint } from '../../../ui/fingerprint';
import { Spinner } from '../../../ui/spinner';
import { dateOf } from '../../../ui/time';
import { Fact, Facts, Panel } from '../centre/panel';
import { TaskError } from '../task-error';
import { useLoaded } from '../use-loaded';
import { useTask } from '../use-task';
import { OwnCertificate } from './own-certificate';
import { RekeyPanel } from './rekey-panel';
import { RootsPanel } from './roots-panel';
import './keys.css';

function Certificates(props: { readonly account: string }) {
  const { t, i18n } = useTranslation();
  const { account } = props;
  const own = useLoaded('certificate.own', { account });
  const task = useTask();
  const day = (at: number): string => dateOf(i18n.language, at);
  const renew = (): void =>
    task.run(
      () => invoke('certificate.renew', { account }),
      () => {
        useNoticesStore.getState().showInfo(t('keys.renewed'));
        own.reload();
      },
    );
  if (own.value === null) {
    return (
      <Panel title={t('keys.certificates')}>
        {own.error === null ? <Spinner /> : <TaskError error={own.error} />}
      </Panel>
    );
  }
  const { certificates, renewal } = own.value;
  const active = certificates.find((certificate) => certificate.active);
  return (
    <>
      <Panel title={t('keys.certificates')} text={t('keys.certificatesText')} testId="own-certificates">
        <p className="renewal" role="status">
          {renewal.problem !== ''
            ? t('keys.renewalFailed')
            : renewal.dueAt === null
              ? t('keys.renewalUnknown')
              : t('keys.renewalDue', { day: day(renewal.dueAt) })}
        </p>
        {renewal.problem !== '' && (
          <details className="task-error__details">
            <summary>{t('common.technicalDetails')}</summary>
            <code className="selectable">{renewal.problem}</code>
          </details>
        )}
        <div className="own-certificates">
          {certificates.map((certificate) => (
            <OwnCertificate key={certificate.fingerprint} certificate={certificate} />
          ))}
        </div>
        <TaskError error={task.error} />
        <div className="panel__actions">
          <Button busy={task.busy} onClick={renew} data-testid="renew-certificate">
            {t('keys.renewNow')}
          </Button>
        </div>
      </Panel>
      {active !== undefined && (
        <Panel title={t('keys.key')} text={t('keys.keyText')}>
          <Fingerprint value={active.keyFingerprint} />
        </Panel>
      )}
    </>
  );
}

function Device(props: { readonly account: string }) {
  const { t } = useTranslation();
  const advanced = useLoaded('account.advanced.get', { account: props.account });
  if (advanced.value === null) return null;
  const { deviceName, deviceId } = advanced.value;
  return (
    <Panel title={t('keys.device')} text={t('keys.deviceText')}>
      <Facts>
        <Fact name={t('keys.deviceName')}>{deviceName}</Fact>
        <Fact name={t('keys.deviceId')}>{deviceId ?? t('keys.notYet')}</Fact>
      </Facts>
    </Panel>
  );
}

/** Own certificates and their renewal, the key, this device, the roots that are trusted. */
export function KeysSection(props: { readonly account: Account }) {
  const { account, network, certificateFingerprint } = props.account;
  return (
    <>
      {/* A new certificate makes the list old. */}
      <Certificates key={certificateFingerprint} account={account} />
      <Device account={account} />
      <RootsPanel network={network} issuer={splitAid(account).issuer} />
      <RekeyPanel account={account} />
    </>
  );
}
