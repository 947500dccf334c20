// @vitest-environment happy-dom
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import i18next from 'i18next';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { groupActions } from '../../../../shared/aun/group-actions';
import { main } from '../../../dev/fake-data';
import { log } from '../../../dev/fake-groups-change';
import { entry } from '../../../dev/fake-groups-data';
import { releaseRoom, seminar } from '../../../dev/fake-groups-samples';
import { beginGroupTest, endGroupTest, openSection } from '../../../dev/group-page-test';
import { useNoticesStore } from '../../../stores/notices-store';
import { factsOf, logTopics } from './log-words';

const rows = (): HTMLElement[] => screen.queryAllByTestId('log-entry');

beforeEach(beginGroupTest);
afterEach(endGroupTest);

describe('the moderation log', () => {
  it('tells who did what to whom and when, with addresses, reasons and what is known of the signature', async () => {
    await openSection('log');
    await screen.findByTestId('log');
    const banned = rows().find((row) => row.textContent.includes('viktor'));
    // Names are known a moment after the addresses.
    await waitFor(() => expect(banned?.textContent).toContain('Hana Kim'));
    expect(banned?.textContent).toContain('Please keep the thread about the release.');
    expect(banned?.textContent).toContain('viktor.agentid.pub');
    expect(banned?.querySelector('time')?.getAttribute('datetime')).toMatch(/^\d{4}-\d\d-\d\dT/);
    const marks = new Set(rows().map((row) => within(row).getByTestId('signature').textContent));
    expect([...marks].sort()).toEqual(['not checked yet', 'signature wrong', 'signed', 'unverified']);
  });

  it('names an action of a later version by its raw name', async () => {
    await openSection('log');
    await screen.findByTestId('log');
    expect(rows()[0]?.textContent).toContain('group.badge_granted');
  });

  it('searches and filters, says when nothing fits, and shows all again', async () => {
    const engine = await openSection('log');
    await screen.findByTestId('log');
    fireEvent.click(screen.getByTestId('log-topic-moderation'));
    await waitFor(() => expect(rows()).toHaveLength(4));
    expect(screen.getByTestId('log-topic-moderation').getAttribute('aria-pressed')).toBe('true');
    fireEvent.change(screen.getByTestId('log-search'), { target: { value: 'viktor' } });
    await waitFor(() => expect(rows()).toHaveLength(1));
    fireEvent.change(screen.getByTestId('log-search'), { target: { value: 'xyzzy' } });
    expect((await screen.findByTestId('no-log')).textContent).toContain('Nothing fits');
    fireEvent.change(screen.getByTestId('log-search'), { target: { value: '' } });
    fireEvent.click(screen.getByRole('button', { name: 'Show all' }));
    await waitFor(() => expect(rows().length).toBeGreaterThan(20));
    expect(engine.sent.filter(({ command }) => command === 'group.log').at(-1)?.params).toMatchObject({
      actions: [],
      query: '',
    });
  });

  it('is paged from the newest to the oldest, each entry once', async () => {
    await openSection('log', ['long-log']);
    await waitFor(() => expect(rows()).toHaveLength(50));
    fireEvent.click(screen.getByTestId('log-more'));
    await waitFor(() => expect(rows()).toHaveLength(100));
  });

  it('puts what happens meanwhile at its head and keeps the pages that were loaded', async () => {
    await openSection('log', ['long-log']);
    await waitFor(() => expect(rows()).toHaveLength(50));
    fireEvent.click(screen.getByTestId('log-more'));
    await waitFor(() => expect(rows()).toHaveLength(100));
    log(main, releaseRoom, 'suspended');
    await waitFor(() => expect(rows()[0]?.getAttribute('data-action')).toBe('suspended'));
    expect(rows()).toHaveLength(101);
  });

  it('is saved as CSV or JSON; a choice that was given up says nothing', async () => {
    const engine = await openSection('log', ['give-up']);
    fireEvent.click(screen.getByTestId('log-export-csv'));
    await waitFor(() =>
      expect(engine.sent.find(({ command }) => command === 'group.exportLog')?.params).toMatchObject({
        format: 'csv',
      }),
    );
    await waitFor(() => expect(screen.getByTestId('log-export-json')).toHaveProperty('disabled', false));
    expect(useNoticesStore.getState().notices).toEqual([]);
    await endGroupTest();
    await openSection('log');
    fireEvent.click(screen.getByTestId('log-export-json'));
    await waitFor(() =>
      expect(useNoticesStore.getState().notices[0]).toMatchObject({ text: 'The log was saved.' }),
    );
  });

  it('says what would be here while nothing has happened', async () => {
    await openSection('log', [], seminar);
    expect((await screen.findByTestId('no-log')).textContent).toContain('Nothing has happened yet');
  });
});

describe('the words of the log', () => {
  it('put every action under a topic', () => {
    const covered = new Set<string>(Object.values(logTopics).flat());
    expect(groupActions.filter((action) => !covered.has(action))).toEqual([]);
  });

  it('bound what others wrote, and say what has no end', () => {
    const t = i18next.t;
    const long = 'x'.repeat(5000);
    const facts = factsOf(
      t,
      entry(1, 0, 'update', main, { values: { keys: `name, ${long}`, text: long, path: long } }),
    );
    for (const fact of facts) expect(fact.length).toBeLessThan(400);
    expect(facts[0]).toMatch(/^name, x/);
    expect(factsOf(t, entry(1, 0, 'member_banned', main, { values: {} }))).toEqual(['for good']);
    expect(
      factsOf(t, entry(1, 0, 'role_changed', main, { values: { role: 'admin', old_role: 'member' } })),
    ).toEqual(['Member → Admin']);
  });
});
