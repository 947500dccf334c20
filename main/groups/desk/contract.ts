import type { CommandName, CommandResult, ParsedParams } from '../../../shared/bridge/contract';
import type { Group } from '../../../shared/model/group';
import type { GroupRecord } from '../../ports/group-store';
import type { DeskSupport } from './support';

type GroupCommand = Extract<CommandName, `group.${string}`>;
/** Params of a group command without the account, which is known here. */
export type DeskParams<Name extends string> = Omit<ParsedParams<GroupCommand & `group.${Name}`>, 'account'>;
/** What a group command answers. */
export type DeskResult<Name extends string> = CommandResult<GroupCommand & `group.${Name}`>;
type NameOf<Command> = Command extends `group.${infer Name}` ? Name : never;

/** One method per `group.*` command of the bridge. Each throws errors in the terms of groups. */
export type GroupCommands = {
  readonly [Name in NameOf<GroupCommand>]: (params: DeskParams<Name>) => Promise<DeskResult<Name>>;
};

/** Everything behind the `group.*` commands of one account. */
export interface GroupDesk {
  readonly commands: GroupCommands;
  /** What other commands about a group go through: matrix, calls, and noticing that things changed meanwhile. */
  readonly support: DeskSupport;
  /** The session is there: own requests that ran out are looked at, pictures fetched, who is online asked. */
  online(): void;
  offline(): void;
  stop(): Promise<void>;
  /** A record was stored: fetches its picture when that is due. Returns at once. */
  recordChanged(record: GroupRecord): void;
  /** Messages of a group were stored: looks whether agents answer each other. Returns at once. */
  messagesStored(group: string): void;
  /** Resolves when everything told with {@link messagesStored} was looked at. */
  settled(): Promise<void>;
  /** Agents that answer each other without a person, for those who may do something about it; null otherwise. */
  loopOf(record: GroupRecord): Group['loop'];
}
