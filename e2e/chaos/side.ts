import { commands } from '../../shared/bridge/contract';
import type { CommandName, CommandParams, CommandResult } from '../../shared/bridge/contract';
import { EngineProcess } from '../harness/engine-process';
import { isDict } from '../harness/sdk0220/json';
import { launchParley } from '../support/app';
import type { ParleyApp } from '../support/app';

/** One of the two programs that talk while they are killed. A call fails when the program is killed meanwhile. */
export interface Side {
  readonly name: string;
  start(): Promise<void>;
  /** Ends the program at once, as a power cut does. */
  kill(): Promise<void>;
  invoke<Name extends CommandName>(command: Name, params: CommandParams<Name>): Promise<CommandResult<Name>>;
}

function parsed<Name extends CommandName>(command: Name, result: unknown): CommandResult<Name> {
  return commands[command].result.parse(result) as CommandResult<Name>;
}

/** The engine without a window, in a process of its own. It may die in the middle of its start, too. */
export class EngineSide implements Side {
  private engine: EngineProcess | null = null;

  constructor(
    readonly name: string,
    private readonly dataDir: string,
  ) {}

  start(): Promise<void> {
    this.engine = new EngineProcess(this.dataDir);
    return Promise.resolve();
  }

  async kill(): Promise<void> {
    const { engine } = this;
    this.engine = null;
    await engine?.kill();
  }

  async invoke<Name extends CommandName>(
    command: Name,
    params: CommandParams<Name>,
  ): Promise<CommandResult<Name>> {
    if (this.engine === null) throw new Error('the engine does not run');
    const dict: unknown = params;
    return parsed(command, await this.engine.call(command, isDict(dict) ? dict : {}));
  }
}

/** The real application with its window; commands come from the page. */
export class WindowSide implements Side {
  private parley: ParleyApp | null = null;

  constructor(
    readonly name: string,
    private readonly dataDir: string,
  ) {}

  async start(): Promise<void> {
    this.parley = await launchParley({ dataDir: this.dataDir });
  }

  async kill(): Promise<void> {
    const { parley } = this;
    this.parley = null;
    await parley?.kill();
  }

  async invoke<Name extends CommandName>(
    command: Name,
    params: CommandParams<Name>,
  ): Promise<CommandResult<Name>> {
    if (this.parley === null) throw new Error('the application does not run');
    const result: unknown = await this.parley.page.evaluate(
      async ([name, values]) => {
        const bridge = window.parley as unknown as {
          invoke(name: unknown, values: unknown): Promise<unknown>;
        };
        try {
          return await bridge.invoke(name, values);
        } catch (error) {
          throw new Error(JSON.stringify(error));
        }
      },
      [command, params] as readonly [string, unknown],
    );
    return parsed(command, result);
  }
}
