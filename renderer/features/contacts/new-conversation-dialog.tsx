import { Compass, Link2, UsersRound } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { splitAid } from '../../../shared/aun/aid';
import { parseGroupLink } from '../../../shared/aun/group-link';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';
import { useConversationsStore } from '../../stores/conversations-store';
import { showConversation } from '../../stores/navigation';
import { useViewStore } from '../../stores/view-store';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Spinner } from '../../ui/spinner';
import { TextField } from '../../ui/text-field';
import { readAddressInput } from './address-input';
import './people.css';
import { usePeerLookup } from './use-peer-lookup';

/** Starts a conversation with an address, looked up while it is typed. */
export function NewConversationDialog(props: { readonly account: string; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { account, onClose } = props;
  const [typed, setTyped] = useState('');
  const [left, setLeft] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const input = readAddressInput(typed, account);
  const invitation = parseGroupLink(typed) === null ? null : typed.trim();
  const { showDialog } = useViewStore.getState();
  const { aid, problem } = input;
  const self = aid === account;
  const valid = aid !== '' && problem === null;
  const lookup = usePeerLookup(account, valid && !self ? aid : null, attempt);
  const missing = lookup.state === 'found' && !lookup.peer.exists;

  const open = (): void => {
    if (invitation !== null) {
      showDialog('join-group', invitation);
      return;
    }
    if (!valid || missing || busy) return;
    setBusy(true);
    setError(null);
    invoke('conversation.open', { account, peer: aid }).then(
      (conversation) => {
        useConversationsStore.getState().merge(account, [conversation]);
        showConversation(account, conversation.conversation);
        onClose();
        if (input.code !== null && !self) useViewStore.getState().showDialog('verify', input.code);
      },
      (reason: unknown) => {
        setBusy(false);
        setError(toCommandError(reason));
      },
    );
  };

  // A word that is not finished is not a mistake yet.
  const unfinished = problem === 'too_short' && !left;
  const hint = (() => {
    if (invitation !== null) return t('groupJoin.linkFound');
    if (error !== null) return t(`errors.${error.code}`);
    if (problem === 'link_invalid') return t('errors.link_invalid');
    if (problem === 'code_invalid') return t('verify.pasteForeign');
    if (problem !== null) return unfinished ? '' : t(`aid.${problem}`);
    if (self) return t('compose.self');
    switch (lookup.state) {
      case 'idle':
        return '';
      case 'looking':
        return t('compose.looking', { aid });
      case 'failed':
        return t(`errors.${lookup.error.code}`);
      case 'found':
        if (!lookup.peer.exists) return t('compose.notFound', { aid });
        return lookup.peer.hasKeys ? t('compose.found', { aid }) : t('compose.foundNoKeys', { aid });
    }
  })();
  const source =
    invitation !== null || problem !== null || input.source === 'typed'
      ? ''
      : t(input.source === 'link' ? 'compose.fromLink' : 'compose.fromCode', { aid });
  const wrong = invitation === null && (error !== null || (problem !== null && !unfinished) || missing);
  const sure = lookup.state === 'found' && lookup.peer.exists && lookup.peer.hasKeys;

  return (
    <Dialog
      title={t('compose.title')}
      text={t('compose.text')}
      onClose={onClose}
      testId="new-conversation-dialog"
    >
      <form
        className="dialog__form"
        onSubmit={(submit) => {
          submit.preventDefault();
          open();
        }}
      >
        <TextField
          label={t('compose.address')}
          placeholder={t('compose.placeholder', { example: `echo.${splitAid(account).issuer}` })}
          value={typed}
          autoFocus
          onText={(text) => {
            setTyped(text);
            setLeft(false);
            setError(null);
          }}
          onBlur={() => setLeft(true)}
          hint={source === '' || hint === '' ? hint : `${source} ${hint}`}
          tone={wrong ? 'danger' : sure ? 'success' : 'neutral'}
          suffix={
            lookup.state === 'looking' ? (
              <span className="field__suffix">
                <Spinner />
              </span>
            ) : undefined
          }
          data-testid="peer-address"
        />
        <div className="dialog__actions">
          {lookup.state === 'failed' && (
            <Button onClick={() => setAttempt(attempt + 1)}>{t('common.retry')}</Button>
          )}
          <Button
            tone="primary"
            type="submit"
            busy={busy}
            disabled={invitation === null && (!valid || missing || lookup.state === 'looking')}
            data-testid="open-conversation"
          >
            {invitation !== null
              ? t('groupJoin.joinGroup')
              : lookup.state === 'failed'
                ? t('compose.openAnyway')
                : t('compose.open')}
          </Button>
        </div>
      </form>
      <div className="new-group-ways" role="group" aria-label={t('groups.spoken')}>
        <button
          type="button"
          className="pick-way"
          onClick={() => showDialog('create-group')}
          data-testid="way-create"
        >
          <UsersRound size={18} aria-hidden />
          {t('groups.create')}
        </button>
        <button
          type="button"
          className="pick-way"
          onClick={() => showDialog('discover-groups')}
          data-testid="way-discover"
        >
          <Compass size={18} aria-hidden />
          {t('groups.discover')}
        </button>
        <button
          type="button"
          className="pick-way"
          onClick={() => showDialog('join-group')}
          data-testid="way-join"
        >
          <Link2 size={18} aria-hidden />
          {t('groups.joinByLink')}
        </button>
      </div>
    </Dialog>
  );
}
