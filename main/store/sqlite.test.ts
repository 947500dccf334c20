import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SLOW_QUERY_MS } from './sqlite';
import { openDatabase } from './open';
import { quiet, temporaryFolder } from './store-test-support';

describe('a connection', () => {
  it('logs slow queries without their parameters', () => {
    const lines: { event: string; fields: unknown }[] = [];
    const logger = {
      log: (_level: string, event: string, fields: unknown) => void lines.push({ event, fields }),
      with: () => logger,
    };
    let now = 0;
    let step = 0;
    const clock = { now: () => 0, monotonic: () => (now += step) };
    const file = path.join(temporaryFolder(), 'parley.db');
    const { reader, writer } = openDatabase(file, randomBytes(32), { clock, logger });
    expect(lines).toEqual([]);
    step = SLOW_QUERY_MS + 1;
    writer.run('INSERT INTO meta\n  VALUES (?, ?)', ['private', 'words']);
    expect(lines).toEqual([
      { event: 'store.slow_query', fields: { milliseconds: 41, sql: 'INSERT INTO meta VALUES (?, ?)' } },
    ]);
    reader.close();
    writer.close();
  });

  it('undoes everything of a transaction whose work throws', () => {
    const { reader, writer } = openDatabase(
      path.join(temporaryFolder(), 'parley.db'),
      randomBytes(32),
      quiet,
    );
    const work = (): void =>
      writer.transaction(() => {
        writer.run("INSERT INTO meta VALUES ('a', 'b')");
        throw new Error('no');
      });
    expect(work).toThrow('no');
    expect(reader.all('SELECT * FROM meta')).toEqual([]);
    writer.transaction(() => writer.run("INSERT INTO meta VALUES ('a', 'b')"));
    expect(reader.all('SELECT * FROM meta')).toHaveLength(1);
    reader.close();
    writer.close();
  });
});
