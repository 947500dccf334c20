// @vitest-environment happy-dom
import { act, fireEvent, renderHook, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../dev/fake-data';
import { changeMember } from '../../../dev/fake-groups-change';
import { stateOf } from '../../../dev/fake-groups-data';
import { releaseRoom, seminar } from '../../../dev/fake-groups-samples';
import { beginGroupTest, endGroupTest, groupEngine, openSection } from '../../../dev/group-page-test';
import { useAccountsStore } from '../../../stores/accounts-store';
import { sampleAccount } from '../../../stores/samples';
import { useModerationStore } from '../moderation/moderation-store';
import { useMembers } from './use-members';

beforeEach(beginGroupTest);
afterEach(endGroupTest);

const search = (words: string): void => {
  fireEvent.change(screen.getByTestId('member-search'), { target: { value: words } });
};
const first = (): string => screen.queryAllByTestId('member')[0]?.textContent ?? '';

describe('members of a group', () => {
  it('show role, kind, mute, missing keys, connection and since when', async () => {
    await openSection('members');
    await waitFor(() => expect(first()).toContain('you'));
    expect(first()).toMatch(/张小美.*Owner.*connected.*Joined/);
    search('builder');
    await waitFor(() => expect(first()).toContain('Builder'));
    expect(screen.getByTestId('member-ai').textContent).toBe('AI');
    search('viktor');
    await waitFor(() => expect(screen.queryByTestId('member-muted')?.textContent).toMatch(/^muted until/));
    search('new_colleague');
    await waitFor(() => expect(screen.queryByTestId('member-keyless')?.textContent).toBe('no keys yet'));
    search('nobody at all');
    await waitFor(() => expect(screen.getByText('Nobody fits')).toBeTruthy());
  });

  it('show ourselves by our own name, in the colour we chose, in the shape of a person', async () => {
    useAccountsStore.setState({
      accounts: [sampleAccount({}, { account: main, displayName: '陈晓', hue: 123, hueChosen: true })],
    });
    await openSection('members');
    await waitFor(() => expect(first()).toContain('you'));
    expect(first()).toContain('陈晓');
    const picture = screen.queryAllByTestId('member')[0]?.querySelector<HTMLElement>('.avatar');
    expect(picture?.style.getPropertyValue('--hue')).toBe('123');
    expect(picture?.dataset['kind']).toBe('human');
  });

  it('are filtered by what they are', async () => {
    await openSection('members');
    const count = () => screen.getByTestId('member-count').textContent;
    await waitFor(() => expect(count()).toBe('12 members'));
    for (const [name, expected] of [
      ['Admins', '3 members'],
      ['Agents', '3 members'],
      ['Muted', '1 member'],
    ] as const) {
      fireEvent.click(screen.getByRole('radio', { name }));
      await waitFor(() => expect(count(), name).toBe(expected));
    }
  });

  it('open a profile with one click, and the menu with the menu key', async () => {
    await openSection('members');
    search('hana');
    await waitFor(() => expect(first()).toContain('Hana'));
    fireEvent.contextMenu(screen.getByTestId('member'));
    expect((await screen.findByRole('menu')).textContent).toContain('Message privately');
    fireEvent.keyDown(screen.getByRole('menu'), { key: 'Escape' });
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull());
    fireEvent.click(screen.getByTestId('member').querySelector('.member__main') ?? document.body);
    expect(useModerationStore.getState().person?.aid).toBe('hana.agentid.pub');
  });

  it('leave the arrow keys to the menu while it is open', async () => {
    await openSection('members');
    search('hana');
    await waitFor(() => expect(first()).toContain('Hana'));
    fireEvent.keyDown(screen.getByTestId('member-menu'), { key: 'Enter' });
    const menu = await screen.findByRole('menu');
    screen.getByTestId('member-write').focus();
    fireEvent.keyDown(screen.getByTestId('member-write'), { key: 'ArrowDown' });
    await waitFor(() => expect(menu.contains(document.activeElement)).toBe(true));
    expect(document.activeElement).toBe(screen.getByTestId('member-profile'));
  });

  it('can be added from those one knows; who could not be is named with the reason', async () => {
    await openSection('members');
    fireEvent.click(screen.getByTestId('add-people'));
    const picker = await screen.findByTestId('member-search');
    fireEvent.change(picker, { target: { value: 'new_friend.agentid.pub' } });
    fireEvent.click(await screen.findByTestId('add-typed'));
    fireEvent.change(picker, { target: { value: 'good_friend.agentid.pub' } });
    fireEvent.click(await screen.findByTestId('add-typed'));
    fireEvent.click(screen.getByTestId('add-confirm'));
    const failed = await screen.findByTestId('add-failed');
    expect(failed.textContent).toMatch(/new_friend\.agentid\.pub.*have not set up encryption/);
    const inside = stateOf(main, releaseRoom).members.map(({ aid }) => aid);
    expect(inside).toContain('good_friend.agentid.pub');
    expect(inside).not.toContain('new_friend.agentid.pub');
  });

  it('are added as admins by the owner only', async () => {
    await openSection('members', ['as-admin']);
    fireEvent.click(screen.getByTestId('add-people'));
    const box = await screen.findByLabelText('Add them as admins');
    expect(box).toHaveProperty('disabled', true);
    expect(screen.getByTestId('add-panel').textContent).toContain('Only the owner can do this.');
  });
});

describe('useMembers', () => {
  it('reads five hundred page by page, and once more in one go when somebody changes', async () => {
    const engine = groupEngine();
    const { result } = renderHook(() => useMembers(main, seminar, '', 'all'));
    await waitFor(() => expect(result.current.members).toHaveLength(100));
    expect(result.current.total).toBe(500);
    act(() => {
      result.current.loadMore();
      result.current.loadMore();
    });
    await waitFor(() => expect(result.current.members).toHaveLength(200));
    const asked = () => engine.sent.filter(({ command }) => command === 'group.members');
    expect(asked()).toHaveLength(2);
    changeMember(main, seminar, 'student_9.example-university.edu', null);
    await waitFor(() => expect(result.current.total).toBe(499));
    expect(result.current.members).toHaveLength(200);
    expect(asked().at(-1)?.params).toMatchObject({ offset: 0, limit: 200 });
  });
});
