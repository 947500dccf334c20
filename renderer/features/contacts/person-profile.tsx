import {
  BadgeCheck,
  CircleAlert,
  CircleHelp,
  CircleSlash,
  FileQuestion,
  RefreshCw,
  ShieldAlert,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { parseAgentMd, type AgentMd } from '../../../shared/aun/agent-md';
import { parsePeerAid } from '../../../shared/aun/aid';
import type { ProfileStatus } from '../../../shared/model/conversation';
import type { Profile } from '../../../shared/model/people';
import { usePeopleStore, useProfile } from '../../stores/people-store';
import { useViewStore } from '../../stores/view-store';
import { Button } from '../../ui/button';
import { IconButton } from '../../ui/icon-button';
import { Spinner } from '../../ui/spinner';
import { agoOf, dateOf } from '../../ui/time';
import { LazyMarkdown } from '../../ui/markdown/lazy-markdown';
import { useNow } from '../../ui/use-now';

const looks = {
  none: { icon: FileQuestion, tone: 'neutral' },
  verified: { icon: BadgeCheck, tone: 'success' },
  older_key: { icon: BadgeCheck, tone: 'neutral' },
  expired_key: { icon: CircleAlert, tone: 'warning' },
  unsigned: { icon: CircleHelp, tone: 'neutral' },
  invalid: { icon: CircleSlash, tone: 'danger' },
  unchecked: { icon: CircleHelp, tone: 'neutral' },
} as const satisfies Record<ProfileStatus, unknown>;

/** What the profile is worth: a glyph, a short sentence, and what it means. Never hidden. */
function Status(props: { readonly account: string; readonly profile: Profile; readonly loading: boolean }) {
  const { t } = useTranslation();
  const { account, loading } = props;
  const { status, reason, aid, warning } = props.profile;
  const { icon: Icon, tone } = looks[status];
  return (
    <>
      <div className="profile-status" data-tone={tone} data-testid="profile-status" data-status={status}>
        <Icon size={16} aria-hidden />
        <div>
          <p className="profile-status__title">{t(`profileStatus.${status}`)}</p>
          <p>{t(`profileStatusText.${status}`, { aid })}</p>
          {reason !== '' && (
            <details className="fold">
              <summary>{t('person.why')}</summary>
              <p className="selectable profile-status__reason">{reason}</p>
            </details>
          )}
        </div>
      </div>
      {warning !== null && (
        <div className="profile-status" data-tone="warning" data-testid="profile-warning">
          <ShieldAlert size={16} aria-hidden />
          <div>
            <p>{t(`profileWarning.${warning}`)}</p>
            {warning === 'older_than_known' && (
              <>
                <p>{t('person.olderText')}</p>
                <Button
                  size="small"
                  busy={loading}
                  onClick={() => void usePeopleStore.getState().acceptOlderProfile(account, aid)}
                  data-testid="profile-accept-older"
                >
                  {t('person.acceptOlder')}
                </Button>
              </>
            )}
          </div>
        </div>
      )}
    </>
  );
}

function Chips(props: { readonly title: string; readonly items: readonly string[] }) {
  if (props.items.length === 0) return null;
  return (
    <div className="profile-chips">
      <h4>{props.title}</h4>
      <ul>
        {[...new Set(props.items)].map((item) => (
          <li key={item} className="profile-chip" dir="auto">
            {item}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Skills(props: { readonly document: AgentMd }) {
  const { t } = useTranslation();
  const { skills } = props.document;
  if (skills.length === 0) return null;
  return (
    <div className="profile-chips">
      <h4>{t('person.skills')}</h4>
      <ul className="profile-skills">
        {skills.map((skill, index) => (
          <li key={index}>
            <span className="profile-skills__name" dir="auto">
              {skill.name}
            </span>
            {skill.description !== '' && <span dir="auto">{skill.description}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The owner an agent names. A claim of the agent alone, and worded as one. */
function Owner(props: { readonly provider: string }) {
  const { t } = useTranslation();
  const { provider } = props;
  const owner = parsePeerAid(provider);
  if (provider === '') return null;
  const words = t('person.owner', { owner: provider });
  if (owner === null) return <p dir="auto">{words}</p>;
  return (
    <button
      type="button"
      className="text-button profile-owner"
      aria-label={`${words}. ${t('person.ownerOpen', { owner })}`}
      onClick={() => useViewStore.getState().showDialog('person', owner)}
      data-testid="profile-owner"
    >
      {words}
    </button>
  );
}

function Facts(props: { readonly document: AgentMd }) {
  const { t, i18n } = useTranslation();
  const { version, updatedAt, type, inputModes, outputModes } = props.document.fields;
  const updated = updatedAt === '' ? Number.NaN : Date.parse(updatedAt);
  const parts = [
    version === '' ? '' : t('person.version', { version }),
    Number.isNaN(updated) ? '' : t('person.updated', { date: dateOf(i18n.language, updated) }),
    type === '' ? '' : t('person.declaredType', { type }),
  ].filter((part) => part !== '');
  return (
    <>
      {inputModes.length > 0 && (
        <p>
          {t('person.input')}: {inputModes.join(', ')}
        </p>
      )}
      {outputModes.length > 0 && (
        <p>
          {t('person.output')}: {outputModes.join(', ')}
        </p>
      )}
      {parts.length > 0 && <p className="profile-facts">{parts.join(' · ')}</p>}
    </>
  );
}

/** The skills above were read out of the body: saying them twice in full view helps nobody. */
function skillsFromBody(document: AgentMd): boolean {
  const declared =
    document.fields.skills.length > 0 || document.fields.other.some((field) => field.key === 'skills');
  return document.skills.length > 0 && !declared;
}

function Contents(props: { readonly text: string }) {
  const { t } = useTranslation();
  const document = parseAgentMd(props.text);
  const { fields, body } = document;
  return (
    <div className="profile-contents" data-testid="profile-contents">
      {fields.description !== '' && (
        <p className="profile-description" dir="auto">
          {fields.description}
        </p>
      )}
      <Owner provider={fields.provider} />
      <Chips title={t('person.tags')} items={fields.tags} />
      <Skills document={document} />
      {body.trim() !== '' && (
        <details className="fold" open={!skillsFromBody(document)}>
          <summary>{t('person.body')}</summary>
          <div className="profile-body">
            <LazyMarkdown text={body} />
          </div>
        </details>
      )}
      <Facts document={document} />
      <p className="profile-declared">{t('person.selfDeclared')}</p>
    </div>
  );
}

function Freshness(props: {
  readonly account: string;
  readonly aid: string;
  readonly fetchedAt: number | null;
  readonly loading: boolean;
}) {
  const { t, i18n } = useTranslation();
  const now = useNow(60_000);
  const { account, aid, fetchedAt, loading } = props;
  return (
    <div className="profile-fresh">
      <span>
        {fetchedAt === null
          ? t('person.neverFetched')
          : t('person.fetched', { time: agoOf(i18n.language, fetchedAt, now) })}
      </span>
      {loading ? (
        <Spinner />
      ) : (
        <IconButton
          label={t('person.refresh')}
          size="small"
          onClick={() => void usePeopleStore.getState().loadProfile(account, aid, true)}
          data-testid="profile-refresh"
        >
          <RefreshCw size={14} aria-hidden />
        </IconButton>
      )}
    </div>
  );
}

/** Somebody's profile: first what it is worth, then what it says. */
export function PersonProfile(props: { readonly account: string; readonly aid: string }) {
  const { t } = useTranslation();
  const { account, aid } = props;
  const { profile, loading, error } = useProfile(account, aid);
  return (
    <section className="profile" aria-label={t('person.profile')} aria-busy={loading}>
      {profile === null && loading && (
        <p className="person-loading" role="status">
          <Spinner />
          {t('person.loading')}
        </p>
      )}
      {error !== null && (
        <p className="profile-status" data-tone="neutral" role="alert">
          {t('person.loadFailed', { reason: t(`errors.${error.code}`) })}
        </p>
      )}
      {profile !== null && (
        <>
          <Status account={account} profile={profile} loading={loading} />
          {profile.status !== 'invalid' && profile.text !== '' && <Contents text={profile.text} />}
        </>
      )}
      {(profile !== null || error !== null) && (
        <Freshness account={account} aid={aid} fetchedAt={profile?.fetchedAt ?? null} loading={loading} />
      )}
    </section>
  );
}
