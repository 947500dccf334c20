import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandResult } from '../../../../shared/bridge/contract';
import type { SdkIdentity } from '../../../../shared/model/backup';
import { invoke } from '../../../stores/bridge';
import { Button } from '../../../ui/button';
import { dateOf } from '../../../ui/time';
import { PassphraseField } from '../../settings/passphrase-field';
import { TaskError } from '../task-error';
import { useTask } from '../use-task';
import { ImportError, PutBack } from './held-here';
import { NetworkFor } from './network-for';
import { readyNetwork, useNetworkFor } from './use-network-for';

type Folder = NonNullable<CommandResult<'sdk.choose'>['found']>;

function importable(identity: SdkIdentity): boolean {
  return (identity.held === 'no' || identity.held === 'replaceable') && identity.problem === null;
}

function Row(props: {
  readonly identity: SdkIdentity;
  readonly chosen: boolean;
  readonly onChoose: () => void;
  readonly onDone: (account: string) => void;
}) {
  const { t, i18n } = useTranslation();
  const { identity } = props;
  const certificate =
    identity.certificate === 'valid' && identity.notAfter !== null
      ? t('keys.validUntil', { day: dateOf(i18n.language, identity.notAfter) })
      : t(`sdk.certificate_${identity.certificate}`);
  const facts = [
    identity.generation === 'unknown' ? '' : `SDK ${identity.generation}`,
    t(`sdk.protection_${identity.protection}`),
    certificate,
    identity.olderKeys > 0 ? t('sdk.olderKeys', { count: identity.olderKeys }) : '',
    identity.peers > 0 ? t('sdk.peers', { count: identity.peers }) : '',
  ].filter((fact) => fact !== '');
  return (
    <li>
      <label className="sdk-row" data-chosen={props.chosen} data-testid="sdk-identity">
        <input
          type="radio"
          name="sdk-identity"
          checked={props.chosen}
          disabled={!importable(identity)}
          onChange={props.onChoose}
        />
        <span className="sdk-row__words">
          <strong className="sdk-row__aid">
            <bdi>{identity.aid}</bdi>
          </strong>
          <span className="sdk-row__facts">{facts.join(' · ')}</span>
          {identity.held !== 'no' && <span className="sdk-row__facts">{t(`sdk.held_${identity.held}`)}</span>}
          {identity.problem !== null && (
            <span className="sdk-row__problem">{t(`sdk.problem_${identity.problem}`)}</span>
          )}
        </span>
      </label>
      {identity.held === 'removed' && <PutBack aid={identity.aid} onDone={props.onDone} />}
    </li>
  );
}

function Found(props: {
  readonly folder: Folder;
  readonly onOther: () => void;
  readonly onDone: (account: string) => void;
}) {
  const { t } = useTranslation();
  const { folder } = props;
  const [aid, setAid] = useState(() => folder.identities.find(importable)?.aid ?? '');
  const [password, setPassword] = useState('');
  const choice = useNetworkFor(aid);
  const { network } = choice;
  const task = useTask();
  const chosen = folder.identities.find((identity) => identity.aid === aid);
  const needsPassword = chosen?.protection === 'password';
  const ready = chosen !== undefined && network !== null && (!needsPassword || password !== '');
  const bring = (submit: SubmitEvent): void => {
    submit.preventDefault();
    if (!ready) return;
    task.run(
      async () =>
        invoke('sdk.import', { folder: folder.folder, aid, password, network: await readyNetwork(network) }),
      (account) => props.onDone(account.account),
    );
  };
  return (
    <form className="restore__form" onSubmit={bring}>
      <p className="panel__note">{t('sdk.found', { count: folder.identities.length, name: folder.name })}</p>
      <ul className="sdk-rows">
        {folder.identities.map((identity) => (
          <Row
            key={identity.aid}
            identity={identity}
            chosen={identity.aid === aid}
            onDone={props.onDone}
            onChoose={() => {
              setAid(identity.aid);
              setPassword('');
              task.clear();
            }}
          />
        ))}
      </ul>
      {chosen !== undefined && (
        <>
          {needsPassword && (
            <PassphraseField
              label={t('export.seedPassword')}
              value={password}
              maxLength={1024}
              onText={setPassword}
              data-testid="sdk-password"
            />
          )}
          <NetworkFor choice={choice} />
        </>
      )}
      <ImportError error={task.error} aid={aid} onDone={props.onDone} />
      <div className="dialog__actions">
        <Button onClick={props.onOther}>{t('sdk.otherFolder')}</Button>
        <Button tone="primary" type="submit" busy={task.busy} disabled={!ready} data-testid="sdk-import">
          {t('sdk.import')}
        </Button>
      </div>
    </form>
  );
}

/** From a data folder of the SDKs: what is in it, read only. */
export function FromSdk(props: { readonly onDone: (account: string) => void }) {
  const { t } = useTranslation();
  const [folder, setFolder] = useState<Folder | null>(null);
  const task = useTask();
  const choose = (): void =>
    task.run(
      () => invoke('sdk.choose', {}),
      ({ found }) => found !== null && setFolder(found),
    );
  if (folder !== null)
    return <Found key={folder.folder} folder={folder} onOther={choose} onDone={props.onDone} />;
  return (
    <>
      <p className="panel__text">{t('sdk.text')}</p>
      <TaskError error={task.error} />
      <div className="panel__actions">
        <Button tone="primary" busy={task.busy} onClick={choose} data-testid="choose-sdk">
          {t('sdk.choose')}
        </Button>
      </div>
    </>
  );
}
