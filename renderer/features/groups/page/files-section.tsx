import { useState, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group } from '../../../../shared/model/group';
import { showConversation } from '../../../stores/navigation';
import { useViewStore } from '../../../stores/view-store';
import { Choice } from '../../../ui/choice';
import { DetailsFiles, type FilesTab } from '../../chat/details-files';
import { Panel } from '../../identity/centre/panel';
import { SharedFiles } from '../media/shared-files';

const tabs: readonly FilesTab[] = ['media', 'files', 'links'];

/** Pictures, films, files and links that were sent into the group. */
export function FilesSection(props: { readonly account: string; readonly group: Group }) {
  const { t } = useTranslation();
  const [what, setWhat] = useState<FilesTab>('media');
  // What is opened is shown in the conversation, which this page would hide.
  const leave = (click: MouseEvent): void => {
    const target = click.target instanceof Element ? click.target : null;
    const chosen = target?.closest('.details-line, .details-tile') ?? null;
    if (chosen === null) return;
    useViewStore.getState().showDialog(null);
    if (chosen.matches('.details-tile')) showConversation(props.account, props.group.group);
  };
  return (
    <>
      <Panel title={t('moderation.section.files')}>
        <Choice
          label={t('moderation.files.show')}
          value={what}
          options={tabs.map((value) => ({ value, label: t(`about.${value}`) }))}
          onChoose={setWhat}
        />
        <div className="group-files" onClick={leave}>
          <DetailsFiles key={what} account={props.account} conversation={props.group.group} what={what} />
        </div>
      </Panel>
      <SharedFiles account={props.account} group={props.group} />
    </>
  );
}
