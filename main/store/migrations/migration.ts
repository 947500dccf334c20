import type { WriteConnection } from '../sqlite';

/** One step of the schema, forward only. Its file never changes once it was released. */
export interface Migration {
  /** 1, 2, 3 … without holes; kept in `PRAGMA user_version`. */
  readonly version: number;
  /** It makes tables anew that others refer to: references are checked when it is done instead of row by row. */
  readonly rebuildsTables?: true;
  /** Runs inside a transaction of its own. */
  apply(database: WriteConnection): void;
}
