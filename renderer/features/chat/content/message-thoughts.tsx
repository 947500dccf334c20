import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandResult } from '../../../../shared/bridge/contract';
import type { Message } from '../../../../shared/model/message';
import { invoke, toCommandError, type CommandError } from '../../../stores/bridge';
import { Spinner } from '../../../ui/spinner';
import { clockTime } from '../../../ui/time';
import { label } from './format';
import { TextBody } from './text-body';

type Thought = CommandResult<'message.thoughts'>['thoughts'][number];

/** What the sender published of its thinking in the thread of a message: asked for now, kept nowhere. */
export function MessageThoughts(props: { readonly account: string; readonly message: Message }) {
  const { t, i18n } = useTranslation();
  const { account, message } = props;
  const [thoughts, setThoughts] = useState<readonly Thought[] | null>(null);
  const [error, setError] = useState<CommandError | null>(null);
  useEffect(() => {
    let current = true;
    invoke('message.thoughts', { account, id: message.id }).then(
      (answer) => current && setThoughts(answer.thoughts),
      (reason: unknown) => current && setError(toCommandError(reason)),
    );
    return () => {
      current = false;
    };
  }, [account, message.id]);
  return (
    <div className="thoughts" data-testid="thoughts">
      {error !== null && <p role="alert">{t(`errors.${error.code}`)}</p>}
      {error === null && thoughts === null && (
        <p className="thoughts__waiting" role="status">
          <Spinner />
          {t('content.thinkingLoading')}
        </p>
      )}
      {thoughts?.length === 0 && <p>{t('content.thinkingNone')}</p>}
      {thoughts !== null && thoughts.length > 0 && (
        <>
          <ol className="thoughts__list">
            {thoughts.map((thought) => (
              <li key={thought.id}>
                <p className="thoughts__head tabular">
                  {[label(thought.stage, 40), clockTime(i18n.language, thought.at)]
                    .filter((part) => part !== '')
                    .join(' · ')}
                </p>
                <TextBody text={thought.text} format={thought.format} mentions={[]} account={account} />
              </li>
            ))}
          </ol>
          <p className="thoughts__note">{t('content.thinkingNote')}</p>
        </>
      )}
    </div>
  );
}
