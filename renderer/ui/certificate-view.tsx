import { Ban, CircleAlert, CircleCheck, CircleHelp, ShieldAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { CertificateStatus, CertificateView as Model } from '../../shared/model/certificate';
import { CopyButton, CopyTextButton } from './copy-button';
import { Fingerprint } from './fingerprint';
import { CertificateChain } from './certificate-chain';
import { dateOf } from './time';
import { useNow } from './use-now';
import './certificate-view.css';

const day = 86_400_000;

const looks = {
  valid: { icon: CircleCheck, tone: 'success' },
  valid_unchecked: { icon: CircleHelp, tone: 'warning' },
  expiring: { icon: CircleAlert, tone: 'warning' },
  expired: { icon: CircleAlert, tone: 'danger' },
  not_yet_valid: { icon: CircleAlert, tone: 'danger' },
  revoked: { icon: Ban, tone: 'danger' },
  untrusted: { icon: ShieldAlert, tone: 'danger' },
  wrong_name: { icon: ShieldAlert, tone: 'danger' },
  unknown: { icon: CircleHelp, tone: 'warning' },
} as const satisfies Record<CertificateStatus, unknown>;

/** Share of a validity that has passed, 0 to 1; a certificate without a length counts as over. */
export function passedShare(notBefore: number, notAfter: number, now: number): number {
  const length = notAfter - notBefore;
  return length > 0 ? Math.min(1, Math.max(0, (now - notBefore) / length)) : 1;
}

function Validity(props: { readonly certificate: Model }) {
  const { t, i18n } = useTranslation();
  const { notBefore, notAfter } = props.certificate;
  const now = useNow(60_000);
  const left = Math.ceil((notAfter - now) / day);
  const words =
    now < notBefore
      ? t('certificate.startsIn', { count: Math.max(1, Math.ceil((notBefore - now) / day)) })
      : now > notAfter
        ? t('certificate.daysOver', { count: Math.floor((now - notAfter) / day) })
        : t('certificate.daysLeft', { count: left });
  const range = t('certificate.validFromTo', {
    from: dateOf(i18n.language, notBefore, 0),
    to: dateOf(i18n.language, notAfter, 0),
  });
  const over = now < notBefore || now > notAfter || looks[props.certificate.status].tone === 'danger';
  const tone = over ? 'danger' : left < 30 ? 'warning' : 'neutral';
  return (
    <div className="certificate-validity">
      <svg
        className="certificate-validity__bar"
        data-tone={tone}
        viewBox="0 0 100 4"
        preserveAspectRatio="none"
        aria-hidden
      >
        <path className="certificate-validity__rest" d="M0 0h100v4H0z" />
        <path d={`M0 0h${(passedShare(notBefore, notAfter, now) * 100).toFixed(2)}v4H0z`} />
      </svg>
      <span className="certificate-validity__words">
        <span>{range}</span>
        <span data-tone={tone}>{words}</span>
      </span>
    </div>
  );
}

/** Status with a glyph and a sentence, so that the colour is never alone. */
function Status(props: { readonly certificate: Model }) {
  const { t } = useTranslation();
  const { status, statusDetail, warnings, active } = props.certificate;
  const { icon: Icon, tone } = looks[status];
  return (
    <div className="certificate-status" data-tone={tone} data-testid="certificate-status">
      <Icon size={20} aria-hidden />
      <div>
        <p className="certificate-status__title">
          {t(`certificateStatus.${status}`)}
          {!active && <span className="certificate-status__tag">{t('certificate.kept')}</span>}
        </p>
        <p>{t(`certificateStatusText.${status}`)}</p>
        {warnings
          .filter((warning) => warning !== 'revocation_unknown' || status !== 'valid_unchecked')
          .map((warning) => (
            <p key={warning}>{t(`certificateWarning.${warning}`)}</p>
          ))}
        {statusDetail !== '' && (
          <details className="fold">
            <summary>{t('common.technicalDetails')}</summary>
            <p className="selectable certificate-view__mono">{statusDetail}</p>
          </details>
        )}
      </div>
    </div>
  );
}

/** A certificate, own or of somebody else: what it is worth, who vouches for it, until when, and its numbers. */
export function CertificateView(props: { readonly certificate: Model }) {
  const { t } = useTranslation();
  const { certificate } = props;
  return (
    <article className="certificate-view" data-testid="certificate-view">
      <Status certificate={certificate} />
      <section>
        <h4>{t('certificate.validity')}</h4>
        <Validity certificate={certificate} />
      </section>
      <section>
        <h4>{t('certificate.chain')}</h4>
        <CertificateChain certificate={certificate} />
      </section>
      <section>
        <h4>{t('certificate.fingerprint')}</h4>
        <div className="certificate-view__copy">
          <Fingerprint value={certificate.fingerprint} />
          <CopyButton text={certificate.fingerprint} />
        </div>
      </section>
      <section>
        <h4>{t('certificate.keyFingerprint')}</h4>
        <div className="certificate-view__copy">
          <Fingerprint value={certificate.keyFingerprint} />
          <CopyButton text={certificate.keyFingerprint} />
        </div>
      </section>
      <dl className="certificate-view__facts">
        <dt>{t('certificate.revocation')}</dt>
        <dd>{t(`revocation.${certificate.revocation}`)}</dd>
        <dt>{t('certificate.serial')}</dt>
        <dd className="selectable certificate-view__mono">{certificate.serial}</dd>
        <dt>{t('certificate.curve')}</dt>
        <dd>{certificate.curve}</dd>
      </dl>
      <details className="fold">
        <summary>{t('certificate.pem')}</summary>
        <pre className="certificate-view__pem selectable" tabIndex={0}>
          {certificate.pem}
        </pre>
        <CopyTextButton text={certificate.pem}>{t('certificate.copyPem')}</CopyTextButton>
      </details>
    </article>
  );
}
