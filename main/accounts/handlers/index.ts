import type { CommandHandlers } from '../../bridge/router';
import { accountHandlers } from './accounts';
import { appHandlers } from './app';
import { attachmentHandlers } from './attachments';
import { backupHandlers } from './backups';
import type { HandlerContext } from './context';
import { conversationHandlers } from './conversations';
import { groupResourceHandlers } from './group-resources';
import { groupHandlers } from './groups';
import { messageHandlers } from './messages';
import { networkHandlers } from './networks';
import { peopleHandlers } from './people';
import { sessionHandlers } from './sessions';
import { streamHandlers } from './streams';
import { vaultHandlers } from './vault';

export type { HandlerContext } from './context';

/** Every command of the contract. Each is short: the work is in the services. */
export function createHandlers(context: HandlerContext): CommandHandlers {
  return {
    ...appHandlers(context),
    ...vaultHandlers(context),
    ...networkHandlers(context),
    ...accountHandlers(context),
    ...conversationHandlers(context),
    ...groupHandlers(context),
    ...groupResourceHandlers(context),
    ...messageHandlers(context),
    ...attachmentHandlers(context),
    ...streamHandlers(context),
    ...peopleHandlers(context),
    ...sessionHandlers(context),
    ...backupHandlers(context),
  };
}
