import { FolderOpen, LockKeyholeOpen, Paperclip } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group } from '../../../../shared/model/group';
import { useGroupEntry } from '../../../stores/groups-store';
import { showConversation } from '../../../stores/navigation';
import { useViewStore } from '../../../stores/view-store';
import { Button } from '../../../ui/button';
import { EmptyState } from '../../../ui/empty-state';
import { Spinner } from '../../../ui/spinner';
import { Panel } from '../../identity/centre/panel';
import { useLoaded } from '../../identity/use-loaded';
import { RefusalNote } from '../page/refusal';
import { useRefusals } from '../page/standing';
import { FileWishes } from './file-wishes';
import { SharedFileRow } from './shared-file-row';
import './shared-files.css';

/** Files asked for at once. */
const page = 50;

interface PageProps {
  readonly account: string;
  readonly group: Group;
  readonly offset: number;
  /** Changes when the list has to be asked for again. */
  readonly revision: string;
  readonly onChanged: () => void;
}

function usePage({ account, group, offset, revision }: PageProps) {
  return useLoaded('groupFile.list', { account, group: group.group, limit: page, offset }, revision);
}

/** What a page holds, and behind it the next one once it is wanted. */
function Rows(props: PageProps & { readonly loaded: ReturnType<typeof usePage> }) {
  const { t } = useTranslation();
  const [more, setMore] = useState(false);
  const { value, error, reload } = props.loaded;
  const { loaded: _loaded, ...about } = props;
  if (value === null)
    return (
      <li className="shared-files__more">
        {error === null ? (
          <Spinner />
        ) : (
          <>
            <span className="row-error" role="alert">
              {t(`errors.${error.code}`)}
            </span>
            <Button size="small" onClick={reload}>
              {t('common.retry')}
            </Button>
          </>
        )}
      </li>
    );
  return (
    <>
      {value.files.map((file) => (
        <SharedFileRow
          key={file.path}
          account={props.account}
          group={props.group}
          file={file}
          onChanged={props.onChanged}
        />
      ))}
      {value.next !== null &&
        (more ? (
          <NextPage {...about} offset={value.next} />
        ) : (
          <li className="shared-files__more">
            <Button size="small" onClick={() => setMore(true)} data-testid="shared-files-more">
              {t('groupFiles.more')}
            </Button>
          </li>
        ))}
    </>
  );
}

function NextPage(props: PageProps) {
  return <Rows {...props} loaded={usePage(props)} />;
}

function List(props: PageProps) {
  const { t } = useTranslation();
  const loaded = usePage(props);
  const mayRemove = useRefusals(props.group)('remove_file') === null;
  const { value, error, reload } = loaded;
  if (value === null)
    return error === null ? (
      <Spinner />
    ) : (
      <EmptyState title={t(`errors.${error.code}`)} testId="shared-files-failed">
        <Button onClick={reload}>{t('common.retry')}</Button>
      </EmptyState>
    );
  if (value.files.length === 0 && value.next === null)
    return (
      <EmptyState
        picture={<FolderOpen size={28} strokeWidth={1.5} aria-hidden />}
        title={t('groupFiles.noneTitle')}
        text={t('groupFiles.noneText')}
        testId="no-shared-files"
      />
    );
  return (
    <>
      <ul className="shared-files" aria-label={t('groupFiles.list')} data-testid="shared-files">
        <Rows {...props} loaded={loaded} />
      </ul>
      {!mayRemove && <p className="panel__note">{t('groupFiles.onlyLeaders')}</p>}
    </>
  );
}

/** Files that the group shares through the storage of the network, apart from those in messages and marked as what they are. */
export function SharedFiles(props: { readonly account: string; readonly group: Group }) {
  const { t } = useTranslation();
  const { account, group } = props;
  const [turn, setTurn] = useState(0);
  const { log } = useGroupEntry(account, group.group);
  const refusalOf = useRefusals(group);
  const reading = refusalOf('read_files');
  const revision = `${String(log)} ${String(turn)}`;
  const changed = (): void => setTurn((before) => before + 1);
  const write = (): void => {
    useViewStore.getState().showDialog(null);
    showConversation(account, group.group);
  };
  return (
    <Panel title={t('groupFiles.title')} text={t('groupFiles.about')} testId="shared-files-panel">
      <div className="notice-bar shared-files__open" data-tone="warning">
        <LockKeyholeOpen size={16} aria-hidden />
        <div>
          <p>
            <strong>{t('groupFiles.notEncrypted')}</strong>
          </p>
          <p>{t('groupFiles.sendInstead')}</p>
        </div>
      </div>
      {reading === null ? (
        <>
          <div className="panel__actions">
            <Button size="small" onClick={write} data-testid="shared-files-send">
              <Paperclip size={15} aria-hidden />
              {t('groupFiles.send')}
            </Button>
          </div>
          {refusalOf('review_files') === null && (
            <FileWishes account={account} group={group} revision={revision} onChanged={changed} />
          )}
          <List account={account} group={group} offset={0} revision={revision} onChanged={changed} />
        </>
      ) : (
        <RefusalNote refusal={reading} />
      )}
    </Panel>
  );
}
