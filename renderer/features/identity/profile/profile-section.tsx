import type { Account } from '../../../../shared/model/account';
import { ProfileEditor } from './profile-editor';
import { WindowPanel } from './window-panel';
import './profile.css';

/** What this window calls an identity, and what everybody can read about it. */
export function ProfileSection(props: { readonly account: Account }) {
  return (
    <>
      <WindowPanel account={props.account} />
      <ProfileEditor account={props.account} />
    </>
  );
}
