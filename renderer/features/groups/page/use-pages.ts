import { useCallback, useEffect, useRef, useState } from 'react';
import { toCommandError, type CommandError } from '../../../stores/bridge';

/** Asks for `limit` rows of a list from `offset` on. */
export type AskPage<Row> = (place: {
  readonly offset: number;
  readonly limit: number;
}) => Promise<{ readonly rows: readonly Row[]; readonly total: number }>;

/** A list as far as it was asked for. */
export interface Pages<Row> {
  /** Null until the first answer. */
  readonly rows: readonly Row[] | null;
  /** How many there are in all, as the network says. */
  readonly total: number;
  readonly error: CommandError | null;
  /** More rows are on their way because somebody asked for them. */
  readonly busy: boolean;
  /** There are rows that were not asked for yet. */
  readonly more: boolean;
  /** Asks for the next page. */
  loadMore(): void;
  /** Reads again what is shown. */
  reload(): void;
}

/** Rows that are asked for at once. */
const page = 50;
/** Most that one question may ask for (the contract's limit). */
const most = 200;

interface Known<Row> {
  readonly rows: readonly Row[] | null;
  readonly total: number;
  readonly ended: boolean;
  readonly error: CommandError | null;
  readonly busy: boolean;
}

/** Rows without one of them twice: a list that changes between two questions shifts. */
function withoutRepeats<Row>(rows: readonly Row[], idOf: (row: Row) => string): Row[] {
  return [...new Map(rows.map((row) => [idOf(row), row])).values()];
}

/**
 * A list of the group, page by page without an end. What is shown is read again when `revision` changes; a failure keeps what was
 * known. The place around it has a `key` of what the list is about: this begins anew with it.
 */
export function usePages<Row>(
  ask: AskPage<Row>,
  idOf: (row: Row) => string,
  revision: number | string,
): Pages<Row> {
  const [known, setKnown] = useState<Known<Row>>({
    rows: null,
    total: 0,
    ended: false,
    error: null,
    busy: false,
  });
  const [turn, setTurn] = useState(0);
  const wanted = useRef(page);
  const begun = useRef(0);
  const latest = useRef({ ask, idOf });
  useEffect(() => {
    latest.current = { ask, idOf };
  });

  /** Reads everything that is wanted, in as few questions as the contract allows. */
  const load = useCallback(async () => {
    const mine = (begun.current += 1);
    try {
      let rows: Row[] = [];
      let place = 0;
      for (;;) {
        const limit = Math.min(most, wanted.current - place);
        const found = await latest.current.ask({ offset: place, limit });
        if (mine !== begun.current) return;
        rows = [...rows, ...found.rows];
        place += limit;
        // Rows that could not be read are missing in a page, so their number does not say where the list ends.
        const ended = found.rows.length === 0 || place >= found.total;
        if (!ended && place < wanted.current) continue;
        const shown = withoutRepeats(rows, latest.current.idOf);
        setKnown({ rows: shown, total: found.total, ended, error: null, busy: false });
        return;
      }
    } catch (reason) {
      if (mine === begun.current)
        setKnown((before) => ({ ...before, error: toCommandError(reason), busy: false }));
    }
  }, []);

  useEffect(() => {
    void load();
  }, [load, revision, turn]);

  return {
    rows: known.rows,
    total: known.total,
    error: known.error,
    busy: known.busy,
    more: known.rows !== null && !known.ended,
    loadMore: () => {
      wanted.current += page;
      setKnown((before) => ({ ...before, busy: true }));
      setTurn((before) => before + 1);
    },
    reload: () => setTurn((before) => before + 1),
  };
}
