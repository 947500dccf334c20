import type { CommandName, CommandResult, ParsedParams } from '../../../shared/bridge/contract';

type FileCommand = Extract<CommandName, `groupFile.${string}`>;
/** Params of such a command without the account, which is known here. */
export type FileParams<Name extends string> = Omit<
  ParsedParams<FileCommand & `groupFile.${Name}`>,
  'account'
>;
/** What such a command answers. */
export type FileResult<Name extends string> = CommandResult<FileCommand & `groupFile.${Name}`>;
type NameOf<Command> = Command extends `groupFile.${infer Name}` ? Name : never;

/** One method per `groupFile.*` command of the bridge. Each throws errors in the terms of groups. */
export type GroupFileCommands = {
  readonly [Name in NameOf<FileCommand>]: (params: FileParams<Name>) => Promise<FileResult<Name>>;
};
