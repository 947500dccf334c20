// @vitest-environment happy-dom
import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { DropdownMenu, Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GroupRefusal } from '../../../../shared/aun/group-permissions';
import { main } from '../../../dev/fake-data';
import { scene } from '../../../dev/fake-engine';
import { member, stateOf } from '../../../dev/fake-groups-data';
import { releaseRoom } from '../../../dev/fake-groups-samples';
import type { FakeGroupsWindow } from '../../../dev/fake-groups-window';
import { beginGroupTest, endGroupTest, groupEngine, openSection } from '../../../dev/group-page-test';
import { en } from '../../../i18n/en';
import { toCommandError } from '../../../stores/bridge';
import { useNoticesStore } from '../../../stores/notices-store';
import { useViewStore } from '../../../stores/view-store';
import { abilitiesFor, commonRefusal } from './member-abilities';
import { ModerationItems } from './moderation-items';
import { useModerationStore } from './moderation-store';
import { UndoToast } from './undo-toast';

const nadia = 'nadia.agentid.pub';
const hana = 'hana.agentid.pub';
const viktor = 'viktor.agentid.pub';
let engine: FakeGroupsWindow;

const isMember = (aid: string): boolean => stateOf(main, releaseRoom).members.some((one) => one.aid === aid);
const memberOf = (aid: string) => stateOf(main, releaseRoom).members.find((one) => one.aid === aid);

/** Opens the list of members with somebody at its top. */
async function openMembers(name: string, ...flags: readonly string[]): Promise<void> {
  engine = await openSection('members', flags);
  fireEvent.change(await screen.findByTestId('member-search', undefined, { timeout: 10_000 }), {
    target: { value: name },
  });
  await waitFor(() => expect(screen.getByTestId('member-count').textContent).toBe('1 member'));
  await waitFor(() => expect(screen.getAllByTestId('member')).toHaveLength(1));
}

/** First click: the menu. */
async function openMenu(): Promise<void> {
  fireEvent.keyDown(screen.getByTestId('member-menu'), { key: 'Enter' });
  await screen.findByRole('menu');
}

/** Second click: what to do. */
async function choose(ability: string): Promise<HTMLElement> {
  await openMenu();
  fireEvent.click(screen.getByTestId(`member-${ability}`));
  const dialog = await screen.findByTestId('moderation-dialog', undefined, { timeout: 10_000 });
  // Until the page has noticed that something lies over it, Escape is still its own.
  await waitFor(() => expect(screen.getByTestId('group-dialog').style.pointerEvents).toBe('none'));
  return dialog;
}

/** The one confirmation. */
async function confirm(): Promise<void> {
  fireEvent.click(screen.getByTestId('moderation-confirm'));
  await waitFor(() => expect(screen.queryByTestId('moderation-dialog')).toBeNull());
}

beforeEach(beginGroupTest);
afterEach(endGroupTest);

describe('moderating a member', () => {
  it('mutes with two clicks and one confirmation that names the address, and takes it back', async () => {
    await openMembers('Nadia');
    const dialog = await choose('mute');
    expect(dialog.textContent).toContain(nadia);
    fireEvent.click(within(dialog).getByRole('radio', { name: '1 day' }));
    fireEvent.change(screen.getByTestId('moderation-reason'), { target: { value: ' Off topic ' } });
    await confirm();
    expect(engine.sent.find(({ command }) => command === 'group.mute')?.params).toMatchObject({
      aid: nadia,
      seconds: 86_400,
      reason: 'Off topic',
    });
    expect((await screen.findByTestId('undo-toast')).textContent).toContain('1 day');
    await waitFor(() => expect(screen.getByTestId('member-muted')).toBeTruthy());
    fireEvent.click(await screen.findByTestId('undo'));
    await waitFor(() => expect(memberOf(nadia)?.mutedUntil).toBeNull());
    await waitFor(() => expect(screen.queryByTestId('undo-toast')).toBeNull());
  });

  it('unmutes at once, and mutes again for what was left', async () => {
    await openMembers('Viktor');
    await openMenu();
    fireEvent.click(screen.getByTestId('member-unmute'));
    fireEvent.click(await screen.findByTestId('undo', undefined, { timeout: 10_000 }));
    await waitFor(() => expect(memberOf(viktor)?.mutedUntil ?? 0).toBeGreaterThan(Date.now()));
    expect(engine.sent.filter(({ command }) => command === 'group.mute').at(-1)?.params).toMatchObject({
      reason: 'Please keep the thread about the release.',
    });
  });

  it('offers no way back for longer than it may, and gives its place to what comes next', async () => {
    const { offerUndo } = useModerationStore.getState();
    const offer = { words: 'Nadia was muted', action: 'Undo', undo: () => Promise.resolve() };
    const drawn = render(
      <Tooltip.Provider>
        <UndoToast />
      </Tooltip.Provider>,
    );
    const { showInfo, showError } = useNoticesStore.getState();
    act(() => showInfo('Saved.'));
    act(() => offerUndo(offer));
    expect(useNoticesStore.getState().notices).toEqual([]);
    act(() => showInfo('Saved again.'));
    expect(screen.queryByTestId('undo-toast')).toBeNull();
    act(() => offerUndo(offer));
    act(() => showError(toCommandError(new Error('wrong'))));
    expect(screen.queryByTestId('undo-toast')).toBeNull();

    vi.useFakeTimers();
    try {
      act(() => offerUndo(offer));
      fireEvent.pointerEnter(screen.getByTestId('undo-toast'));
      act(() => void vi.advanceTimersByTime(13_000));
      expect(screen.queryByTestId('undo-toast')).toBeTruthy();
      act(() => void vi.advanceTimersByTime(30_000));
      expect(screen.queryByTestId('undo-toast')).toBeNull();
      act(() => offerUndo(offer));
      act(() => void vi.advanceTimersByTime(12_000));
      expect(screen.queryByTestId('undo-toast')).toBeNull();
    } finally {
      vi.useRealTimers();
      drawn.unmount();
    }
  });

  it('leads back to the page of the group from a safety number that was opened there', async () => {
    await openMembers('Nadia');
    await openMenu();
    fireEvent.click(screen.getByTestId('member-verify'));
    await waitFor(() => expect(useViewStore.getState().dialog).toBe('verify'));
    const number = await screen.findByTestId('verify-dialog', undefined, { timeout: 10_000 });
    fireEvent.click(within(number).getAllByRole('button', { name: 'Close' })[0] ?? number);
    await waitFor(() =>
      expect(useViewStore.getState()).toMatchObject({
        dialog: 'group-page',
        dialogAbout: `${releaseRoom} members`,
      }),
    );
  });

  it('removes, and offers to add again', async () => {
    await openMembers('Nadia');
    const dialog = await choose('kick');
    expect(dialog.textContent).toContain('a new key is made without them');
    await confirm();
    expect(isMember(nadia)).toBe(false);
    expect((await screen.findByTestId('undo')).textContent).toContain('Add again');
    fireEvent.click(await screen.findByTestId('undo'));
    await waitFor(() => expect(isMember(nadia)).toBe(true));
  });

  it('bans and removes in one go, and offers to lift the ban', async () => {
    await openMembers('Nadia');
    await choose('ban');
    fireEvent.change(screen.getByTestId('moderation-reason'), { target: { value: 'Spam' } });
    await confirm();
    expect(isMember(nadia)).toBe(false);
    expect(stateOf(main, releaseRoom).bans.some(({ aid }) => aid === nadia)).toBe(true);
    fireEvent.click(await screen.findByTestId('undo'));
    await waitFor(() => expect(stateOf(main, releaseRoom).bans.some(({ aid }) => aid === nadia)).toBe(false));
  });

  it('makes an admin and takes the role away again', async () => {
    await openMembers('Nadia');
    await choose('make_admin');
    await confirm();
    expect(memberOf(nadia)?.role).toBe('admin');
    fireEvent.click(await screen.findByTestId('undo'));
    await waitFor(() => expect(memberOf(nadia)?.role).toBe('member'));
  });

  it('hands the group over only after the address was typed, and then offers only what an admin may', async () => {
    await openMembers('Hana');
    await choose('transfer');
    expect(screen.getByTestId('moderation-confirm')).toHaveProperty('disabled', true);
    fireEvent.change(screen.getByTestId('moderation-typed'), { target: { value: 'hana' } });
    expect(screen.getByTestId('moderation-confirm')).toHaveProperty('disabled', true);
    fireEvent.change(screen.getByTestId('moderation-typed'), { target: { value: ` ${hana.toUpperCase()}` } });
    await confirm();
    expect(stateOf(main, releaseRoom).group.owner).toBe(hana);
    await waitFor(() => expect(screen.queryByTestId('undo-toast')).toBeNull());
    await waitFor(() => expect(screen.getByTestId('member').textContent).toContain('Owner'));
    await openMenu();
    expect(screen.getByTestId('member-kick').getAttribute('aria-disabled')).toBe('true');
    expect(screen.getByTestId('member-kick').textContent).toContain('Nobody can do this to the owner');
  });

  it('says clearly that the role was lost meanwhile, and offers nothing more', async () => {
    await openMembers('Nadia');
    await choose('kick');
    scene.add('race');
    fireEvent.click(screen.getByTestId('moderation-confirm'));
    expect((await screen.findByTestId('task-error')).textContent).toContain('Your role may have changed');
    const dialog = screen.getByTestId('moderation-dialog');
    expect((await within(dialog).findByTestId('refusal')).textContent).toContain('Only the owner and admins');
    expect(screen.getByTestId('moderation-confirm')).toHaveProperty('disabled', true);
    expect(engine.sent.some(({ command }) => command === 'group.refresh')).toBe(true);
    expect(isMember(nadia)).toBe(true);
  });

  it('gives the focus to what is safe: confirming a mute, cancelling a removal', async () => {
    await openMembers('Nadia');
    await choose('mute');
    expect(document.activeElement).toBe(screen.getByTestId('moderation-confirm'));
    fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' });
    await waitFor(() => expect(screen.queryByTestId('moderation-dialog')).toBeNull());
    expect(screen.getByTestId('group-page')).toBeTruthy();
    await choose('kick');
    expect(document.activeElement?.textContent).toBe('Cancel');
    fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' });
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('member-menu')));
  });

  it('leaves everything as it was when it is cancelled', async () => {
    await openMembers('Nadia');
    const dialog = await choose('ban');
    fireEvent.click(within(dialog).getByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(screen.queryByTestId('moderation-dialog')).toBeNull());
    expect(isMember(nadia)).toBe(true);
    expect(screen.getByTestId('group-page')).toBeTruthy();
  });
});

describe('what may not be done', () => {
  it('stands in the menu of a member with its reason, reachable and without effect', async () => {
    await openMembers('Nadia', 'as-member');
    await openMenu();
    for (const [ability, why] of [
      ['mute', 'need_admin'],
      ['make_admin', 'need_owner'],
      ['transfer', 'need_owner'],
      ['kick', 'need_admin'],
      ['ban', 'need_admin'],
    ] as const) {
      const item = screen.getByTestId(`member-${ability}`);
      expect(item.getAttribute('aria-disabled'), ability).toBe('true');
      expect(item.hasAttribute('data-disabled'), ability).toBe(false);
      const words = document.getElementById(item.getAttribute('aria-describedby') ?? '');
      expect(words?.textContent, ability).toBe(en.moderation.refusal[why]);
    }
    fireEvent.click(screen.getByTestId('member-kick'));
    expect(screen.getByRole('menu')).toBeTruthy();
    expect(useModerationStore.getState().asked).toBeNull();
  });

  it('gives one reason for all entries where it is the same', async () => {
    await openMembers('Nadia', 'dissolved');
    await openMenu();
    expect(within(screen.getByRole('menu')).getAllByText(en.moderation.refusal.dissolved)).toHaveLength(1);
    const item = screen.getByTestId('member-mute');
    expect(document.getElementById(item.getAttribute('aria-describedby') ?? '')?.textContent).toBe(
      en.moderation.refusal.dissolved,
    );
  });

  it('has words in both languages for every refusal', async () => {
    engine = groupEngine();
    const all: Readonly<Record<GroupRefusal, string>> = en.moderation.refusal;
    const { zhModeration } = await import('../../../i18n/zh-cn-moderation');
    expect(Object.keys(zhModeration.moderation.refusal)).toEqual(Object.keys(all));
  });
});

describe('abilitiesFor', () => {
  it('turns mute into unmute once a mute holds, and admin into its opposite', () => {
    engine = groupEngine();
    const names = (one: Parameters<typeof abilitiesFor>[0]) =>
      abilitiesFor(one, () => null, false, 1000).map(({ ability }) => ability);
    expect(names(member(nadia, 'Nadia', { mutedUntil: 1001 }))[0]).toBe('unmute');
    expect(names(member(nadia, 'Nadia', { mutedUntil: 1000 }))[0]).toBe('mute');
    expect(names(member(nadia, 'Nadia', { role: 'admin' }))[1]).toBe('remove_admin');
    expect(commonRefusal(abilitiesFor(null, () => 'muted', false, 0))).toBe('muted');
    expect(commonRefusal(abilitiesFor(null, () => null, false, 0))).toBeNull();
  });
});

describe('ModerationItems', () => {
  function drawMenu(aid: string): void {
    render(
      <Tooltip.Provider>
        <DropdownMenu.Root open modal={false}>
          <DropdownMenu.Trigger>menu</DropdownMenu.Trigger>
          <DropdownMenu.Portal>
            <DropdownMenu.Content aria-label="menu">
              <ModerationItems account={main} group={releaseRoom} aid={aid} menu="dropdown" person />
            </DropdownMenu.Content>
          </DropdownMenu.Portal>
        </DropdownMenu.Root>
      </Tooltip.Provider>,
    );
  }

  it('offers whoever wrote a message to be moderated, by their place in the group', async () => {
    engine = groupEngine();
    drawMenu(viktor);
    expect(await screen.findByTestId('member-unmute')).toBeTruthy();
    fireEvent.click(screen.getByTestId('member-kick'));
    await waitFor(() =>
      expect(useModerationStore.getState().asked).toMatchObject({ kind: 'kick', aid: viktor }),
    );
  });

  it('says of somebody who left that they are no member any more', async () => {
    engine = groupEngine();
    drawMenu('gone.agentid.pub');
    expect((await screen.findByTestId('member-kick')).textContent).toContain(
      en.moderation.refusal.target_not_member,
    );
    expect(screen.getByTestId('member-mute').getAttribute('aria-disabled')).toBeNull();
  });

  it('goes one step further away for who may do none of it, each entry with its reason', async () => {
    engine = groupEngine('as-member');
    drawMenu(viktor);
    fireEvent.keyDown(await screen.findByTestId('moderate-folded'), { key: 'Enter' });
    expect((await screen.findByTestId('member-kick')).textContent).toContain(
      en.moderation.refusal.need_admin,
    );
    expect(screen.getByTestId('member-kick').getAttribute('aria-disabled')).toBe('true');
  });

  it('offers nothing for oneself', async () => {
    engine = groupEngine();
    drawMenu(main);
    await waitFor(() => expect(engine.sent.some(({ command }) => command === 'group.member')).toBe(true));
    expect(screen.queryAllByRole('menuitem')).toHaveLength(0);
  });
});
