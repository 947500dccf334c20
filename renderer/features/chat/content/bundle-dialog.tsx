import { useTranslation } from 'react-i18next';
import type { Message } from '../../../../shared/model/message';
import { momentOf } from '../../../ui/time';
import { Dialog } from '../../../ui/dialog';
import { MessageText } from '../message-text';
import { label } from './format';

/** All of a bundle, as the sender put it together: names and words are claims and are said to be. */
export function BundleDialog(props: { readonly message: Message; readonly onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const { content } = props.message;
  if (content.kind !== 'bundle') return null;
  const title = label(content.title);
  return (
    <Dialog
      title={title === '' ? t('content.bundle') : title}
      text={t('content.bundleClaims')}
      wide
      onClose={props.onClose}
      testId="bundle-dialog"
    >
      {content.summary !== '' && (
        <p className="bundle__summary" dir="auto">
          {label(content.summary, 1000)}
        </p>
      )}
      <ol className="bundle__items">
        {content.items.map((item, index) => (
          <li key={index} className="bundle__item">
            <p className="bundle__head">
              <span className="bundle__sender isolate" dir="auto">
                {label(item.sender, 80)}
              </span>
              {item.at !== null && (
                <span className="bundle__time tabular">{momentOf(i18n.language, item.at)}</span>
              )}
            </p>
            <MessageText text={item.text} />
          </li>
        ))}
      </ol>
      {content.omitted > 0 && (
        <p className="message-note">{t('content.bundleOmitted', { count: content.omitted })}</p>
      )}
    </Dialog>
  );
}
