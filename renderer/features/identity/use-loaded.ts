import { useCallback, useEffect, useRef, useState } from 'react';
import type { CommandName, CommandParams, CommandResult } from '../../../shared/bridge/contract';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';

/** The answer to a question that a view asked when it opened. */
export interface Loaded<Value> {
  readonly value: Value | null;
  readonly error: CommandError | null;
  reload(): void;
  /** Puts a newer answer in the place of the loaded one. */
  replace(value: Value): void;
}

interface Answer<Value> {
  readonly key: string;
  readonly value: Value | null;
  readonly error: CommandError | null;
}

/**
 * Asks when the view opens, when the parameters or `revision` change, and on request. An answer about other parameters is dropped; a
 * failure keeps what was known before.
 */
export function useLoaded<Name extends CommandName>(
  command: Name,
  params: CommandParams<Name>,
  revision: number | string = 0,
): Loaded<CommandResult<Name>> {
  type Value = CommandResult<Name>;
  const [turn, setTurn] = useState(0);
  const [answer, setAnswer] = useState<Answer<Value> | null>(null);
  const [asked, setAsked] = useState(params);
  const begun = useRef(0);
  const answered = useRef(0);
  const key = JSON.stringify(params);
  if (JSON.stringify(asked) !== key) setAsked(params);
  useEffect(() => {
    const about = JSON.stringify(asked);
    const place = (begun.current += 1);
    // An answer that was overtaken by a later one says nothing new.
    const take = (change: (before: Answer<Value> | null) => Answer<Value>): void => {
      if (place < answered.current) return;
      answered.current = place;
      setAnswer(change);
    };
    invoke(command, asked).then(
      (value) => take(() => ({ key: about, value, error: null })),
      (reason: unknown) =>
        take((before) => ({
          key: about,
          value: before?.key === about ? before.value : null,
          error: toCommandError(reason),
        })),
    );
  }, [command, asked, turn, revision]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  const replace = useCallback((value: Value) => setAnswer({ key, value, error: null }), [key]);
  const shown = answer?.key === key ? answer : null;
  return { value: shown?.value ?? null, error: shown?.error ?? null, reload, replace };
}
