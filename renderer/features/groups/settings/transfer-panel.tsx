import { useDeferredValue, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group, GroupMember } from '../../../../shared/model/group';
import { invoke, reportError } from '../../../stores/bridge';
import { useGroupEntry } from '../../../stores/groups-store';
import { Button } from '../../../ui/button';
import { TextField } from '../../../ui/text-field';
import { useModerationStore } from '../moderation/moderation-store';
import { PersonLine } from '../page/person-line';

/** Members that are offered at once; who types finds the others. */
const offered = 6;

function useHeirs(account: string, group: string, query: string): readonly GroupMember[] {
  const [members, setMembers] = useState<readonly GroupMember[]>([]);
  const revision = useGroupEntry(account, group).members;
  useEffect(() => {
    let current = true;
    invoke('group.members', { account, group, query, limit: offered + 1 }).then(
      (found) => current && setMembers(found.members.filter(({ own }) => !own).slice(0, offered)),
      reportError,
    );
    return () => {
      current = false;
    };
  }, [account, group, query, revision]);
  return members;
}

/** Chooses who gets the group; the question that names their address follows. */
export function TransferPanel(props: {
  readonly account: string;
  readonly group: Group;
  readonly onDone: () => void;
}) {
  const { t } = useTranslation();
  const { account, group, onDone } = props;
  const [query, setQuery] = useState('');
  const heirs = useHeirs(account, group.group, useDeferredValue(query.trim()));
  return (
    <div className="panel__form">
      <TextField
        label={t('moderation.danger.transferTo')}
        value={query}
        maxLength={256}
        autoFocus
        onText={setQuery}
        data-testid="transfer-search"
      />
      <ul className="heirs">
        {heirs.map(({ aid, title, verifiedKind }) => (
          <li key={aid}>
            <button
              type="button"
              className="heirs__one"
              onClick={() =>
                useModerationStore
                  .getState()
                  .ask({ kind: 'transfer', account, group: group.group, aid, title, shape: verifiedKind })
              }
              data-testid="transfer-choose"
            >
              <PersonLine aid={aid} title={title} kind={verifiedKind} size={32} />
            </button>
          </li>
        ))}
      </ul>
      <div className="panel__actions">
        <Button onClick={onDone}>{t('common.cancel')}</Button>
      </div>
    </div>
  );
}
