import { useTranslation } from 'react-i18next';
import type { CertificateView as Certificate } from '../../../../shared/model/certificate';
import { CertificateView } from '../../../ui/certificate-view';
import { dateOf } from '../../../ui/time';

/** One certificate of an identity: one line, with everything about it one click away. */
export function OwnCertificate(props: { readonly certificate: Certificate }) {
  const { t, i18n } = useTranslation();
  const { certificate } = props;
  const kind = certificate.active
    ? t('keys.active')
    : certificate.currentKey
      ? t('keys.replaced')
      : t('keys.oldKey');
  return (
    <details className="own-certificate" data-active={certificate.active} data-testid="own-certificate">
      <summary className="own-certificate__summary">
        <span className="own-certificate__kind">{kind}</span>
        <span className="own-certificate__dates tabular">
          {t('keys.fromTo', {
            // With its year where the end is in another one.
            from: dateOf(i18n.language, certificate.notBefore, certificate.notAfter),
            to: dateOf(i18n.language, certificate.notAfter),
          })}
        </span>
      </summary>
      <CertificateView certificate={certificate} />
    </details>
  );
}
