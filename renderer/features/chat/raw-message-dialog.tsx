import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../shared/model/message';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';
import { CopyButton } from '../../ui/copy-button';
import { Dialog } from '../../ui/dialog';

/** Indents JSON; anything else is shown as it is. */
function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

/** What arrived from the network, for people who want to know. */
export function RawMessageDialog(props: {
  readonly account: string;
  readonly message: Message;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState<string | null>(null);
  const [error, setError] = useState<CommandError | null>(null);
  const { account, message } = props;
  useEffect(() => {
    let current = true;
    invoke('message.raw', { account, id: message.id }).then(
      ({ json }) => current && setText(pretty(json)),
      (reason: unknown) => current && setError(toCommandError(reason)),
    );
    return () => {
      current = false;
    };
  }, [account, message.id]);
  const { content } = message;
  return (
    <Dialog
      title={t('message.rawTitle')}
      text={t('message.rawText')}
      wide
      onClose={props.onClose}
      testId="raw-dialog"
    >
      {content.kind === 'undecryptable' && (
        <div className="notice-bar selectable">
          <span>
            {t(`unreadable.${content.reason}`)}
            {content.detail !== '' && ` (${content.detail})`}
          </span>
        </div>
      )}
      {error !== null && <p role="alert">{t(`errors.${error.code}`)}</p>}
      {text !== null && (
        <div className="raw-message">
          <div className="raw-message__copy">
            <CopyButton text={text} />
          </div>
          <pre className="raw-message__text selectable" tabIndex={0}>
            {text}
          </pre>
        </div>
      )}
    </Dialog>
  );
}
