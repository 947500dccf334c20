import { useTranslation } from 'react-i18next';
import { aunLink } from '../../../shared/aun/link';
import { useAccount } from '../../stores/accounts-store';
import { usePeopleStore, personKey } from '../../stores/people-store';
import { CopyTextButton } from '../../ui/copy-button';
import { Dialog } from '../../ui/dialog';
import { QrCode } from '../../ui/qr-code';
import './share.css';

/** The link that opens somebody, as text, QR code and words to send; also for the own address. */
export function ShareDialog(props: {
  readonly account: string;
  readonly aid: string;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { account, aid } = props;
  const own = useAccount(aid);
  const known = usePeopleStore((state) => state.contacts[personKey(account, aid)]);
  // An own name for somebody is nobody else's business, and an unproven one is none to pass on.
  const published = known?.profileStatus === 'verified' ? known.declaredName : '';
  const link = aunLink(aid);
  const words = (() => {
    if (own !== undefined) return t('share.words', { aid, link });
    if (published === '') return t('share.wordsAddress', { aid, link });
    return t('share.wordsOther', { name: published, aid, link });
  })();
  return (
    <Dialog
      title={own !== undefined ? t('share.titleOwn') : t('share.title', { name: known?.title ?? aid })}
      text={t('share.text')}
      onClose={props.onClose}
      testId="share-dialog"
    >
      <div className="share__code">
        <QrCode text={link} label={t('share.qr', { link })} size={192} />
      </div>
      <section className="share__section">
        <h3>{t('share.link')}</h3>
        <div className="share__line">
          <span className="share__text selectable" data-testid="share-link">
            {link}
          </span>
          <CopyTextButton text={link}>{t('share.copyLink')}</CopyTextButton>
        </div>
      </section>
      <section className="share__section">
        <h3>{t('share.message')}</h3>
        <div className="share__line">
          <p className="share__text selectable" dir="auto" data-testid="share-words">
            {words}
          </p>
          <CopyTextButton text={words}>{t('share.copyText')}</CopyTextButton>
        </div>
      </section>
      <p className="share__note">{t('share.unproven')}</p>
    </Dialog>
  );
}
