import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { GroupLogEntry } from '../../../shared/model/group';
import { temporaryFolder } from '../../store/store-test-support';
import { CSV_HEAD, csvLine } from './log-export';
import { ALICE, BOB, GROUP, groupRecord, openDesk } from './testing/desk-fixture';
import type { DeskFixture } from './testing/desk-fixture';

function entry(seq: number, changes: Partial<GroupLogEntry> = {}): GroupLogEntry {
  return {
    seq,
    at: 1_790_000_000_000 + seq * 1000,
    action: 'member_banned',
    actor: ALICE,
    target: BOB,
    values: { reason: 'spam' },
    signature: 'verified',
    ...changes,
  };
}

async function logged(entries: readonly GroupLogEntry[]): Promise<DeskFixture> {
  const fixture = await openDesk();
  await fixture.put(groupRecord({ name: 'Team: =A/B' }));
  await fixture.store.commitGroupEvents(
    GROUP,
    entries.map((each) => ({ entry: each, line: false, action: null })),
    null,
  );
  return fixture;
}

describe('a line of the table', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+49 30', "'+49 30"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['  =1', "'  =1"],
    ['\t=1', "'\t=1"],
    ['\r=1', "'\r=1"],
    ['＝1+1', "'＝1+1"],
  ])('makes %j no formula', (reason, expected) => {
    expect(csvLine(entry(1, { values: { reason } }))).toContain(`"${expected}"`);
  });

  it('quotes what has to be quoted', () => {
    expect(csvLine(entry(7, { values: { reason: 'a "b", c;\nd' } }))).toBe(
      `7,2026-09-21T14:13:27.000Z,member_banned,${ALICE},${BOB},,,,"a ""b"", c;\nd",,,,,verified\r\n`,
    );
  });

  it('has a readable end of a mute', () => {
    expect(csvLine(entry(1, { values: { until: '1790000000000' } }))).toContain(',2026-09-21T14:13:20.000Z,');
  });

  it('has as many cells as the head', () => {
    expect(csvLine(entry(1)).split(',')).toHaveLength(CSV_HEAD.split(',').length);
  });
});

describe('the moderation log', () => {
  it('is searched by words and actions, newest first', async () => {
    const fixture = await logged([entry(1), entry(2, { action: 'joined', values: {} }), entry(3)]);
    const { log } = fixture.desk.commands;
    const all = await log({ group: GROUP, query: '', actions: [], before: null, limit: 2 });
    expect(all).toMatchObject({ entries: [{ seq: 3 }, { seq: 2 }], more: true });
    const joined = await log({ group: GROUP, query: '', actions: ['joined'], before: null, limit: 50 });
    expect(joined.entries.map(({ seq }) => seq)).toEqual([2]);
    const spam = await log({ group: GROUP, query: 'spam', actions: [], before: null, limit: 50 });
    expect(spam.entries.map(({ seq }) => seq)).toEqual([3, 1]);
  });

  it('is saved whole, as a table and as JSON', async () => {
    const fixture = await logged(Array.from({ length: 450 }, (_, index) => entry(index + 1)));
    const folder = temporaryFolder();
    fixture.target = path.join(folder, 'log.csv');
    expect(await fixture.desk.commands.exportLog({ group: GROUP, format: 'csv' })).toEqual({ saved: true });
    const lines = readFileSync(fixture.target, 'utf8').trimEnd().split('\r\n');
    expect(lines).toHaveLength(451);
    expect(lines[0]).toBe(CSV_HEAD.trimEnd());
    expect(lines[1]).toMatch(/^450,/);
    fixture.target = path.join(folder, 'log.json');
    await fixture.desk.commands.exportLog({ group: GROUP, format: 'json' });
    const saved = z
      .object({ group: z.string(), entries: z.array(z.object({ seq: z.number(), actor: z.string() })) })
      .parse(JSON.parse(readFileSync(fixture.target, 'utf8')));
    expect(saved.entries.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 450 }, (_, index) => 450 - index),
    );
  });

  it('nothing is saved when the user gives up', async () => {
    const fixture = await logged([entry(1)]);
    expect(await fixture.desk.commands.exportLog({ group: GROUP, format: 'csv' })).toEqual({ saved: false });
  });
});
