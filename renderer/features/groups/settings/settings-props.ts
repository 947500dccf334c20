import type { Group } from '../../../../shared/model/group';

/** What a settings panel needs to know; `locked` while it may only be read. */
export interface SettingsProps {
  readonly account: string;
  readonly group: Group;
  readonly locked: boolean;
}
