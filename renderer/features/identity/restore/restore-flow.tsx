import { ArrowLeft, FileArchive, FolderSearch, History, MonitorSmartphone, Smartphone } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useAccountsStore } from '../../../stores/accounts-store';
import { invoke, toCommandError } from '../../../stores/bridge';
import { showAccount } from '../../../stores/navigation';
import { useNoticesStore } from '../../../stores/notices-store';
import { Button } from '../../../ui/button';
import { useLoaded } from '../use-loaded';
import { FromFile } from './from-file';
import { FromPhone } from './from-phone';
import { FromRemoved } from './from-removed';
import { FromSdk } from './from-sdk';
import { FromTransfer } from './from-transfer';
import '../centre/centre.css';
import './restore.css';

const sources = ['file', 'transfer', 'phone', 'sdk', 'removed'] as const;
type Source = (typeof sources)[number];

const icons: Readonly<Record<Source, ReactNode>> = {
  file: <FileArchive size={22} strokeWidth={1.75} aria-hidden />,
  transfer: <MonitorSmartphone size={22} strokeWidth={1.75} aria-hidden />,
  phone: <Smartphone size={22} strokeWidth={1.75} aria-hidden />,
  sdk: <FolderSearch size={22} strokeWidth={1.75} aria-hidden />,
  removed: <History size={22} strokeWidth={1.75} aria-hidden />,
};

function Options(props: { readonly removed: number; readonly onSource: (source: Source) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <p className="panel__text">{t('restore.text')}</p>
      <div className="restore__sources">
        {sources
          .filter((source) => source !== 'removed' || props.removed > 0)
          .map((source) => (
            <button
              key={source}
              type="button"
              className="network-option"
              onClick={() => props.onSource(source)}
              data-testid={`restore-${source}`}
            >
              <span className="network-option__icon">{icons[source]}</span>
              <span className="network-option__words">
                <span className="network-option__title">{t(`restore.${source}`)}</span>
                <span className="network-option__text">{t(`restore.${source}_text`)}</span>
              </span>
            </button>
          ))}
      </div>
    </>
  );
}

/** Makes sure that the list has the identity that came, and shows it; a failure is told at the edge of the window. */
async function welcome(account: string): Promise<void> {
  try {
    const { accounts } = await invoke('account.list', {});
    useAccountsStore.getState().replaceAll(accounts);
    showAccount(account);
  } catch (reason) {
    useNoticesStore.getState().showError(toCommandError(reason));
  }
}

/** From what a person has of an identity to the identity: a file, a folder, a phone, another device, this computer. */
export function RestoreFlow(props: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const [source, setSource] = useState<Source | null>(null);
  const removed = useLoaded('account.listRemoved', {});
  const done = (account: string): void => {
    void welcome(account).then(props.onDone);
  };
  if (source === null) {
    return (
      <div className="restore">
        <Options removed={removed.value?.accounts.length ?? 0} onSource={setSource} />
      </div>
    );
  }
  return (
    <div className="restore" data-testid={`restoring-${source}`}>
      <div className="restore__head">
        <Button size="small" tone="plain" onClick={() => setSource(null)} data-testid="restore-back">
          <ArrowLeft size={16} aria-hidden />
          {t('restore.otherWays')}
        </Button>
        <h3 className="restore__title">{t(`restore.${source}`)}</h3>
      </div>
      {source === 'file' && <FromFile onDone={done} />}
      {source === 'sdk' && <FromSdk onDone={done} />}
      {source === 'phone' && <FromPhone onDone={done} />}
      {source === 'transfer' && <FromTransfer onDone={done} />}
      {source === 'removed' && <FromRemoved onDone={done} />}
    </div>
  );
}
