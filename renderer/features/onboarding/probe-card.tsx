import { Laptop, Server, ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { NetworkProbe } from '../../../shared/model/network';
import { Button } from '../../ui/button';
import { Fingerprint } from '../../ui/fingerprint';

/** What was found at an address, to be compared before it is trusted. */
export function ProbeCard(props: {
  readonly probe: NetworkProbe;
  readonly busy: boolean;
  readonly onAccept: () => void;
}) {
  const { t } = useTranslation();
  const { probe } = props;
  return (
    <section className="probe" aria-labelledby="probe-title" data-testid="probe">
      <h2 className="probe__title" id="probe-title">
        {t('onboarding.probeTitle')}
      </h2>
      <dl className="probe__facts selectable">
        <dt>{t('onboarding.probeIssuer')}</dt>
        <dd data-testid="probe-issuer">{probe.issuer}</dd>
        <dt>{t('onboarding.probeGateway')}</dt>
        <dd>{probe.gatewayUrl}</dd>
        {probe.rootSubject !== null && (
          <>
            <dt>{t('onboarding.probeRoot')}</dt>
            <dd>{probe.rootSubject}</dd>
          </>
        )}
        {probe.rootFingerprint !== null && (
          <>
            <dt>{t('onboarding.probeFingerprint')}</dt>
            <dd>
              <Fingerprint value={probe.rootFingerprint} />
            </dd>
          </>
        )}
      </dl>
      <p className="probe__place">
        {probe.loopback ? <Laptop size={16} aria-hidden /> : <Server size={16} aria-hidden />}
        {probe.loopback ? t('onboarding.probeLoopback') : t('onboarding.probeRemote')}
      </p>
      {probe.publicRoot ? (
        <p className="probe__place">
          <ShieldCheck size={16} aria-hidden />
          {t('onboarding.probePublicRoot')}
        </p>
      ) : (
        <p className="probe__text">{t('onboarding.probeText')}</p>
      )}
      <Button
        tone="primary"
        size="large"
        busy={props.busy}
        onClick={props.onAccept}
        data-testid="network-accept"
      >
        {t('onboarding.probeAccept')}
      </Button>
    </section>
  );
}
