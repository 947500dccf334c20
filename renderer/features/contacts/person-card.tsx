import { Bot, FileBadge2, Pencil, Share2, ShieldCheck, User } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useState } from 'react';
import type { Contact } from '../../../shared/model/people';
import { useContact } from '../../stores/people-store';
import { useViewStore } from '../../stores/view-store';
import { Avatar, type TintStyle } from '../../ui/avatar';
import { hueOf } from '../../ui/avatar-text';
import { Button } from '../../ui/button';
import { CopyButton } from '../../ui/copy-button';
import { IconButton } from '../../ui/icon-button';
import { dateOf } from '../../ui/time';
import { AliasForm } from './alias-form';
import { PersonProfile } from './person-profile';
import './person.css';

/** Human or agent, in words; what is not verified says so. */
function KindBadge(props: { readonly kind: Contact['kind'] }) {
  const { t } = useTranslation();
  const { kind } = props;
  const Icon = kind === 'agent' ? Bot : User;
  return (
    <span className="kind-badge" data-kind={kind} data-testid="kind-badge">
      {kind !== 'unknown' && <Icon size={13} aria-hidden />}
      {t(`kind.${kind}`)}
    </span>
  );
}

/** Their own name for themselves where another one is shown; a claim unless a verified profile makes it. */
function DeclaredName(props: { readonly contact: Contact | undefined; readonly name: string }) {
  const { t } = useTranslation();
  const { contact, name } = props;
  const declared = contact?.declaredName ?? '';
  if (declared === '' || declared === name || contact?.profileStatus === 'invalid') return null;
  return (
    <p className="person-card__declared isolate" dir="auto" data-testid="declared-name">
      {contact?.profileStatus === 'verified' ? declared : t('person.declaredName', { name: declared })}
    </p>
  );
}

function TrustLine(props: { readonly contact: Contact }) {
  const { t, i18n } = useTranslation();
  const { trust, verifiedAt, aid } = props.contact;
  const verified = trust === 'verified' && verifiedAt !== null;
  return (
    <div className="person-trust" data-trust={trust} data-testid="person-trust">
      <span>
        {verified && <ShieldCheck size={15} aria-hidden />}
        {verified ? t('person.verifiedOn', { date: dateOf(i18n.language, verifiedAt) }) : t(`trust.${trust}`)}
      </span>
      <Button
        size="small"
        onClick={() => useViewStore.getState().showDialog('verify', aid)}
        data-testid="person-verify"
      >
        {verified ? t('person.verifyAgain') : t('person.verify')}
      </Button>
    </div>
  );
}

function NameLine(props: {
  readonly account: string;
  readonly aid: string;
  readonly name: string;
  readonly alias: string;
}) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  const { account, aid, name, alias } = props;
  if (editing)
    return <AliasForm account={account} aid={aid} alias={alias} onDone={() => setEditing(false)} />;
  return (
    <div className="person-card__name-line" data-address={name === aid}>
      <h3 className="person-card__name isolate selectable" dir="auto" data-testid="person-name">
        {name}
      </h3>
      <IconButton
        label={alias === '' ? t('person.editAlias') : t('person.changeAlias')}
        size="small"
        onClick={() => setEditing(true)}
        data-testid="edit-alias"
      >
        <Pencil size={14} aria-hidden />
      </IconButton>
      {name === aid && <CopyButton text={aid} label={t('person.copyAddress')} />}
    </div>
  );
}

/**
 * Who somebody is, as far as it is known: name, address, kind, trust, profile. The shape of the card says the same as
 * the picture: notched for a verified agent, dashed while nothing is verified.
 */
export function PersonCard(props: {
  readonly account: string;
  readonly aid: string;
  readonly fallback?: string;
}) {
  const { t } = useTranslation();
  const { account, aid } = props;
  const self = aid === account;
  const contact = useContact(account, aid);
  const name = contact?.title ?? props.fallback ?? aid;
  const kind = contact?.kind ?? 'unknown';
  const style: TintStyle = { '--hue': hueOf(aid) };
  const { showDialog } = useViewStore.getState();
  return (
    <article className="person-card" data-kind={kind} style={style} data-testid="person-card">
      <div className="person-card__band" aria-hidden="true" />
      <div className="person-card__who">
        <Avatar name={name} hue={hueOf(aid)} kind={kind} size={72} />
        <NameLine account={account} aid={aid} name={name} alias={contact?.alias ?? ''} />
        <DeclaredName contact={contact} name={name} />
        {name !== aid && (
          <div className="person-card__aid">
            <span className="selectable">{aid}</span>
            <CopyButton text={aid} label={t('person.copyAddress')} />
          </div>
        )}
        <KindBadge kind={kind} />
      </div>
      <div className="person-card__body">
        {contact !== undefined && !self && <TrustLine contact={contact} />}
        <PersonProfile account={account} aid={aid} />
        <div className="person-card__actions">
          <Button
            size="small"
            onClick={() => showDialog('certificate', aid)}
            data-testid="person-certificate"
          >
            <FileBadge2 size={15} aria-hidden />
            {t('person.certificate')}
          </Button>
          <Button size="small" onClick={() => showDialog('share', aid)} data-testid="person-share">
            <Share2 size={15} aria-hidden />
            {t('person.share')}
          </Button>
        </div>
      </div>
    </article>
  );
}
