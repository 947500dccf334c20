import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { parsePeerAid } from '../../../shared/aun/aid';
import { parseGroupLink } from '../../../shared/aun/group-link';
import { useAccountsStore } from '../../stores/accounts-store';
import { useLinksStore } from '../../stores/links-store';
import { showAccount, showConversation } from '../../stores/navigation';
import { useContact } from '../../stores/people-store';
import { useViewStore } from '../../stores/view-store';
import { Avatar } from '../../ui/avatar';
import { hueOf } from '../../ui/avatar-text';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { EmptyState } from '../../ui/empty-state';
import { IdentityChoice } from './identity-choice';

const JoinGroupDialog = lazy(async () => ({
  default: (await import('../groups/join/join-group-dialog')).JoinGroupDialog,
}));

function Target(props: { readonly account: string; readonly aid: string }) {
  const contact = useContact(props.account, props.aid);
  const title = contact?.title ?? props.aid;
  return (
    <div className="link-target" data-testid="link-target">
      <Avatar name={title} hue={hueOf(props.aid)} kind={contact?.kind ?? 'unknown'} size={40} />
      <div className="link-target__names">
        <span className="link-target__title isolate" dir="auto">
          {title}
        </span>
        {title !== props.aid && <span className="link-target__aid">{props.aid}</span>}
      </div>
    </div>
  );
}

/** A link from outside: shows whom it names and asks under which identity to open it. Nothing opens by itself. */
export function OpenLinkDialog(props: {
  readonly account: string;
  readonly about: string;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { about, onClose } = props;
  const accounts = useAccountsStore((state) => state.accounts) ?? [];
  const waiting = useLinksStore((state) => state.waiting);
  const [chosen, setChosen] = useState(props.account);
  const aid = parsePeerAid(about);
  const more = Math.max(0, waiting.length - 1);
  // The next link is offered when this dialog has closed.
  const finish = (): void => {
    if (waiting[0] === about) useLinksStore.getState().settle();
    onClose();
  };
  if (parseGroupLink(about) !== null) {
    return (
      <Suspense fallback={null}>
        <JoinGroupDialog account={props.account} about={about} onClose={finish} chooseIdentity />
      </Suspense>
    );
  }
  if (aid === null) {
    return (
      <Dialog title={t('link.title')} onClose={finish} testId="open-link-dialog">
        <EmptyState title={t('link.invalidTitle')} text={t('errors.link_invalid')}>
          <Button onClick={finish}>{t('common.close')}</Button>
        </EmptyState>
      </Dialog>
    );
  }
  const open = (): void => {
    finish();
    showConversation(chosen, aid);
  };
  const person = (): void => {
    if (waiting[0] === about) useLinksStore.getState().settle();
    showAccount(chosen);
    useViewStore.getState().showDialog('person', aid);
  };
  return (
    <Dialog title={t('link.title')} text={t('link.text')} onClose={finish} testId="open-link-dialog">
      <Target key={chosen} account={chosen} aid={aid} />
      {accounts.length > 1 && (
        <IdentityChoice label={t('link.as')} accounts={accounts} chosen={chosen} onChoose={setChosen} />
      )}
      {aid === chosen && <p className="link-more">{t('link.own')}</p>}
      {more > 0 && <p className="link-more">{t('link.more', { count: more })}</p>}
      <div className="dialog__actions">
        <Button onClick={finish} data-testid="link-ignore">
          {t('link.ignore')}
        </Button>
        <Button onClick={person} data-testid="link-person">
          {t('link.person')}
        </Button>
        <Button tone="primary" onClick={open} data-testid="link-open">
          {t('link.open')}
        </Button>
      </div>
    </Dialog>
  );
}
