import { useTranslation } from 'react-i18next';
import type { Group } from '../../../../shared/model/group';
import { RefusalNote } from '../page/refusal';
import { useRefusals } from '../page/standing';
import { HearingPanel } from './hearing-panel';
import { IdentityPanel } from './identity-panel';
import { JoinPanel } from './join-panel';
import { RoomPanel } from './room-panel';
import type { SettingsProps } from './settings-props';
import { VisibilityPanel } from './visibility-panel';
import './settings.css';

/** What can be changed about the group; who may not change it still sees how it is, and why it is locked. */
export function GroupSettings(props: { readonly account: string; readonly group: Group }) {
  const { t } = useTranslation();
  const { account, group } = props;
  const refusal = useRefusals(group)('edit');
  const about: SettingsProps = { account, group, locked: refusal !== null };
  return (
    <>
      <RefusalNote refusal={refusal} />
      <fieldset className="group-settings" disabled={refusal !== null}>
        <legend className="visually-hidden">{t('moderation.section.settings')}</legend>
        <IdentityPanel key={group.group} {...about} />
        <HearingPanel {...about} />
        <JoinPanel {...about} />
        <VisibilityPanel {...about} />
        <RoomPanel {...about} />
      </fieldset>
    </>
  );
}
