import { Anchor, Award, FileKey2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { CertificateView as Model } from '../../shared/model/certificate';
import { dateOf } from './time';

/** The readable part of a subject: its common name, else all of it. */
export function commonName(subject: string): string {
  return /(?:^|[,+]\s*)CN=((?:\\.|[^,+\\])+)/i.exec(subject)?.[1]?.trim() ?? subject;
}

function Link(props: {
  readonly icon: typeof Anchor;
  readonly role: string;
  readonly subject: string;
  readonly notAfter: number;
  readonly anchor?: boolean;
}) {
  const { i18n } = useTranslation();
  const Icon = props.icon;
  return (
    <li className="certificate-chain__link" data-anchor={props.anchor === true}>
      <Icon size={16} aria-hidden />
      <span className="certificate-chain__names">
        <span className="certificate-chain__subject selectable" title={props.subject}>
          {commonName(props.subject)}
        </span>
        <span className="certificate-chain__role">
          {props.role} · {dateOf(i18n.language, props.notAfter, 0)}
        </span>
      </span>
    </li>
  );
}

/** The chain from the trusted root down to the certificate itself. */
export function CertificateChain(props: { readonly certificate: Model }) {
  const { t } = useTranslation();
  const { certificate } = props;
  return (
    <>
      <ol className="certificate-chain" data-testid="certificate-chain">
        {[...certificate.chain].reverse().map((authority) => (
          <Link
            key={authority.fingerprint}
            icon={authority.trustAnchor ? Anchor : Award}
            role={authority.trustAnchor ? t('certificate.anchor') : t('certificate.intermediate')}
            subject={authority.subject}
            notAfter={authority.notAfter}
            anchor={authority.trustAnchor}
          />
        ))}
        <Link
          icon={FileKey2}
          role={t('certificate.thisOne')}
          subject={certificate.subject}
          notAfter={certificate.notAfter}
        />
      </ol>
      {certificate.chain.length === 0 && (
        <p className="certificate-chain__missing">
          {t('certificate.chainMissing')} {t('certificate.issuedBy')}: {commonName(certificate.issuer)}
        </p>
      )}
    </>
  );
}
