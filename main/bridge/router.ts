import { commands } from '../../shared/bridge/contract';
import type { CommandName, CommandResult, ParsedParams } from '../../shared/bridge/contract';
import type { InvokeAnswer } from '../../shared/bridge/api';
import type { Logger } from '../runtime/logger';
import { AunError, toAunError, toBridgeError } from '../runtime/errors';

/** One handler for every command of the contract; the compiler checks that none is missing. */
export type CommandHandlers = {
  readonly [Name in CommandName]: (params: ParsedParams<Name>) => Promise<CommandResult<Name>>;
};

/** Runs commands that come from outside. */
export interface CommandRouter {
  /** Checks name and params against the contract, runs the handler, checks its result. Never rejects. */
  invoke(command: unknown, params: unknown): Promise<InvokeAnswer>;
}

function isCommandName(name: unknown): name is CommandName {
  return typeof name === 'string' && Object.hasOwn(commands, name);
}

async function run<Name extends CommandName>(
  handlers: CommandHandlers,
  name: Name,
  params: unknown,
): Promise<unknown> {
  const parsed = commands[name].params.safeParse(params);
  if (!parsed.success) {
    const issues = parsed.error.issues
      .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
      .slice(0, 10);
    throw new AunError('invalid_request', `the parameters of ${name} are not valid`, { detail: { issues } });
  }
  // The schema of exactly this command produced the value; the compiler cannot follow the index.
  const result = await handlers[name](parsed.data as ParsedParams<Name>);
  const checked = commands[name].result.safeParse(result);
  if (!checked.success) {
    throw new AunError(
      'internal',
      `the result of ${name} breaks the contract: ${checked.error.issues[0]?.path.join('.') ?? ''}`,
    );
  }
  return checked.data;
}

/** Builds the router over a complete set of handlers. */
export function createCommandRouter(handlers: CommandHandlers, logger: Logger): CommandRouter {
  return {
    async invoke(command, params) {
      try {
        if (!isCommandName(command)) throw new AunError('unknown_command', 'there is no such command');
        return { ok: true, result: await run(handlers, command, params) };
      } catch (thrown) {
        const error = toAunError(thrown);
        const level = error.code === 'internal' ? 'error' : 'info';
        logger.log(level, 'command.failed', {
          command: typeof command === 'string' ? command.slice(0, 64) : 'unknown',
          code: error.code,
          message: error.message,
          ...(error.code === 'internal' ? { stack: error.stack ?? '' } : {}),
        });
        return { ok: false, error: toBridgeError(error) };
      }
    },
  };
}
