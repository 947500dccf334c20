// @vitest-environment happy-dom
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../../dev/fake-data';
import { stateOf } from '../../../dev/fake-groups-data';
import { releaseRoom, seminar } from '../../../dev/fake-groups-samples';
import type { FakeGroupsWindow } from '../../../dev/fake-groups-window';
import {
  beginGroupTest,
  drawDialogs,
  endGroupTest,
  groupEngine,
  openSection,
} from '../../../dev/group-page-test';
import { changeLanguage } from '../../../i18n';
import { useViewStore } from '../../../stores/view-store';
import { groupSections, openGroupPage } from '../open-group-page';

let engine: FakeGroupsWindow;

async function openAt(...place: Parameters<typeof openSection>): Promise<void> {
  engine = await openSection(...place);
}

const sentParams = (command: string): unknown =>
  engine.sent.filter((call) => call.command === command).at(-1)?.params;

beforeEach(beginGroupTest);
afterEach(endGroupTest);

describe('the group page', () => {
  it('shows every section to the owner without an error, in both languages', async () => {
    await openAt('overview');
    for (const language of ['en', 'zh-CN'] as const) {
      await changeLanguage(language);
      for (const section of groupSections) {
        fireEvent.click(screen.getByTestId(`group-tab-${section}`));
        const panel = await screen.findByTestId(`group-section-${section}`);
        await waitFor(() => expect(panel.querySelector('.spinner'), section).toBeNull());
        expect(within(panel).queryByTestId('refusal')?.textContent ?? '', section).not.toMatch(
          /admins can do/,
        );
        expect(panel.textContent, section).not.toMatch(/moderation\.|group[A-Z]\w+\.|undefined/);
      }
    }
  });

  it('names every control for screen readers', async () => {
    await openAt('overview');
    for (const section of groupSections) {
      fireEvent.click(screen.getByTestId(`group-tab-${section}`));
      const panel = await screen.findByTestId(`group-section-${section}`);
      await waitFor(() => expect(panel.querySelector('.spinner')).toBeNull());
      for (const control of within(panel).queryAllByRole('button'))
        expect(control.getAttribute('aria-label') ?? control.textContent, section).not.toBe('');
      for (const field of panel.querySelectorAll('input, textarea, select')) {
        if (field.getAttribute('aria-hidden') === 'true') continue;
        const labelled = field.getAttribute('aria-label') ?? field.closest('label')?.textContent ?? '';
        const named = field.id !== '' && panel.querySelector(`label[for="${field.id}"]`) !== null;
        expect(labelled !== '' || named, `${section}: ${field.outerHTML}`).toBe(true);
      }
    }
  });

  it('moves the chosen section into sight and nothing but the list of sections', async () => {
    const everything = vi.spyOn(Element.prototype, 'scrollIntoView');
    const places: Readonly<Record<string, DOMRect>> = {
      'group-nav': new DOMRect(0, 60, 480, 32),
      'group-tab-keys': new DOMRect(700, 60, 100, 32),
      centre__side: new DOMRect(0, 0, 480, 80),
    };
    vi.spyOn(Element.prototype, 'getBoundingClientRect').mockImplementation(function (this: Element) {
      const known = [this.id, ...this.classList].find((name) => places[name] !== undefined);
      return places[known ?? ''] ?? new DOMRect();
    });
    await openAt('overview');
    const list = screen.getByRole('tablist');
    list.scrollLeft = 0;
    fireEvent.click(screen.getByTestId('group-tab-keys'));
    // The middle of the tab comes to the middle of the row, its lower end to that of the column.
    await waitFor(() => expect(list.scrollLeft).toBe(510));
    expect(list.parentElement?.scrollTop).toBe(12);
    expect(everything).not.toHaveBeenCalled();
  });

  it('goes through the sections with the arrow keys, around both ends, and with Home and End', async () => {
    await openAt('overview');
    const press = (key: string): void => {
      fireEvent.keyDown(screen.getByRole('tab', { selected: true }), { key });
    };
    press('ArrowUp');
    expect(screen.getByRole('tab', { selected: true }).textContent).toBe('Leave or end');
    press('ArrowDown');
    press('ArrowDown');
    expect(screen.getByRole('tab', { selected: true }).textContent).toBe('Members');
    expect(document.activeElement).toBe(screen.getByTestId('group-tab-members'));
    press('End');
    expect(screen.getByTestId('group-section-danger')).toBeTruthy();
    press('Home');
    expect(screen.getByTestId('group-section-overview')).toBeTruthy();
  });

  it('says what stops the group, and shows the link, the picture of it and the words to send', async () => {
    await openAt('overview', ['removed', 'as-member']);
    await waitFor(() => expect(screen.getByTestId('group-standing').textContent).toContain('removed you'));
    expect(screen.getByTestId('group-link').textContent).toBe('aun://group.agentid.pub/release-room');
    fireEvent.click(screen.getByTestId('group-share'));
    expect(screen.getByTestId('qr-code')).toBeTruthy();
    expect(screen.getByTestId('share-words').textContent).toContain('aun://group.agentid.pub/release-room');
  });

  it('tells when the group can’t be read, and reads it again', async () => {
    groupEngine();
    openGroupPage(main, 'group.agentid.pub/nowhere', 'overview');
    drawDialogs();
    const failed = await screen.findByTestId('group-failed', undefined, { timeout: 10_000 });
    expect(failed.textContent).toContain('This group does not exist');
  });

  it('draws what others wrote as plain text, never as a document', async () => {
    groupEngine();
    const state = stateOf(main, releaseRoom);
    const hostile = '<img src=x onerror=alert(1)><b>bold</b> [link](javascript:alert(1))';
    const text = { content: hostile, updatedBy: main, updatedAt: 0, signature: 'verified' } as const;
    state.group = { ...state.group, name: hostile, description: hostile, announcement: text, rules: text };
    openGroupPage(main, releaseRoom, 'texts');
    drawDialogs();
    const panel = await screen.findByTestId('group-section-texts', undefined, { timeout: 10_000 });
    expect(panel.textContent).toContain('<img src=x onerror=alert(1)>');
    expect(document.querySelector('[src="x"]')).toBeNull();
    expect(panel.querySelector('b, a')).toBeNull();
  });
});

describe('announcement and rules', () => {
  it('are published within their limit, and put back by undo', async () => {
    await openAt('texts');
    const before = stateOf(main, releaseRoom).group.announcement?.content;
    fireEvent.click(screen.getByTestId('announcement-edit'));
    const field = screen.getByTestId('announcement-text');
    expect(field.getAttribute('maxlength')).toBe('4000');
    fireEvent.change(field, { target: { value: 'New words' } });
    fireEvent.click(screen.getByTestId('announcement-save'));
    const undo = await screen.findByTestId('undo');
    expect(stateOf(main, releaseRoom).group.announcement?.content).toBe('New words');
    fireEvent.click(undo);
    await waitFor(() => expect(stateOf(main, releaseRoom).group.announcement?.content).toBe(before));
  });

  it('keep the words and say why when they could not be published', async () => {
    await openAt('texts', ['refuse-text']);
    fireEvent.click(screen.getByTestId('announcement-edit'));
    fireEvent.change(screen.getByTestId('announcement-text'), { target: { value: 'New words' } });
    fireEvent.click(screen.getByTestId('announcement-save'));
    expect((await screen.findByTestId('task-error')).textContent).toContain('signature of this request');
    expect(screen.getByTestId('announcement-text')).toHaveProperty('value', 'New words');
  });

  it('are marked where their signature fails or is missing', async () => {
    await openAt('texts', ['unverified']);
    const marks = screen.getAllByTestId('signature').map((mark) => mark.textContent);
    expect(marks).toEqual(['signature wrong', 'unverified']);
    expect(screen.getByTestId('group-section-texts').textContent).toContain('Do not rely on');
  });

  it('count as read once they were looked at, and members read without writing', async () => {
    await openAt('texts', ['as-member']);
    await waitFor(() => expect(stateOf(main, releaseRoom).group.announcementSeen).toBe(true));
    const edit = screen.getByTestId('announcement-edit');
    expect(edit.getAttribute('aria-disabled')).toBe('true');
    fireEvent.click(edit);
    expect(screen.queryByTestId('announcement-text')).toBeNull();
    const why = document.getElementById(edit.getAttribute('aria-describedby') ?? '');
    expect(why?.textContent).toBe('Only the owner and admins can do this.');
  });
});

describe('settings of a group', () => {
  it('change name and purpose together, and put them back', async () => {
    await openAt('settings');
    const { name } = stateOf(main, releaseRoom).group;
    fireEvent.change(screen.getByTestId('settings-name'), { target: { value: '  Launch room ' } });
    fireEvent.click(screen.getByTestId('settings-save'));
    fireEvent.click(await screen.findByTestId('undo'));
    expect(engine.sent.some(({ params }) => JSON.stringify(params).includes('"Launch room"'))).toBe(true);
    await waitFor(() => expect(stateOf(main, releaseRoom).group.name).toBe(name));
  });

  it('refuse an empty name before anything is sent', async () => {
    await openAt('settings');
    fireEvent.change(screen.getByTestId('settings-name'), { target: { value: '  ' } });
    expect(screen.getByTestId('settings-save')).toHaveProperty('disabled', true);
    expect(screen.getByText('A group needs a name.')).toBeTruthy();
  });

  it('ask once more before the group can be found by everybody', async () => {
    await openAt('settings');
    const panel = screen.getByTestId('visibility');
    fireEvent.click(within(panel).getByRole('radio', { name: 'Everybody' }));
    expect(sentParams('group.update')).toBeUndefined();
    expect(panel.textContent).toContain('Messages stay encrypted');
    fireEvent.click(screen.getByTestId('public-confirm'));
    await waitFor(() => expect(stateOf(main, releaseRoom).group.visibility).toBe('public'));
  });

  it('warn of what letting everybody in means for the keys before it is saved', async () => {
    await openAt('settings');
    expect(screen.queryByTestId('open-warning')).toBeNull();
    fireEvent.click(screen.getByTestId('join-open'));
    expect(screen.getByTestId('open-warning').textContent).toMatch(
      /any member can renew the keys.*network keeps them/,
    );
    expect(sentParams('group.setJoin')).toBeUndefined();
    fireEvent.click(screen.getByTestId('join-save'));
    await waitFor(() => expect(stateOf(main, releaseRoom).group.joinMode).toBe('open'));
  });

  it('choose who hears, who is on duty, who may invite and how many there is room for', async () => {
    await openAt('settings');
    fireEvent.click(screen.getByRole('radio', { name: 'Only the mentioned' }));
    await waitFor(() => expect(stateOf(main, releaseRoom).group.dispatchMode).toBe('mention'));
    const agents = await screen.findAllByTestId('duty-agent');
    await waitFor(() => expect(agents[1]).toHaveProperty('disabled', false));
    fireEvent.click(agents[1] ?? document.body);
    await waitFor(() => expect(stateOf(main, releaseRoom).group.duty).toHaveLength(2));
    fireEvent.click(screen.getByTestId('member-invite'));
    await waitFor(() => expect(stateOf(main, releaseRoom).group.allowMemberInvite).toBe(true));
    const most = screen.getByTestId('max-members');
    fireEvent.change(most, { target: { value: '3' } });
    expect(screen.getByText('A number from 12 to 500.')).toBeTruthy();
    fireEvent.change(most, { target: { value: '40' } });
    await waitFor(() => expect(screen.getByTestId('max-save')).toHaveProperty('disabled', false));
    fireEvent.click(screen.getByTestId('max-save'));
    await waitFor(() => expect(stateOf(main, releaseRoom).group.maxMembers).toBe(40));
  });

  it('are shown locked to members, with the reason', async () => {
    await openAt('settings', ['as-member']);
    const panel = screen.getByTestId('group-section-settings');
    expect(within(panel).getByTestId('refusal').textContent).toBe('Only the owner and admins can do this.');
    expect(panel.querySelector('fieldset')?.disabled).toBe(true);
  });
});

describe('leaving and ending', () => {
  it('is refused to the owner with the way out, and offered to a member', async () => {
    await openAt('danger');
    const why = within(screen.getByTestId('leave-panel')).getByTestId('refusal');
    expect(why.textContent).toContain('Hand the group over first, or dissolve it');
    await endGroupTest();
    await openAt('danger', ['as-member']);
    fireEvent.click(screen.getByTestId('leave'));
    expect(screen.getByTestId('leave-confirm').textContent).toContain(releaseRoom);
    fireEvent.click(screen.getByTestId('leave-confirm'));
    await waitFor(() => expect(stateOf(main, releaseRoom).group.membership).toBe('left'));
    await waitFor(() => expect(useViewStore.getState().dialog).toBeNull());
    for (const panel of ['suspend', 'dissolve', 'transfer']) expect(screen.queryByTestId(panel)).toBeNull();
  });

  it('suspends with a way back, and dissolves only after the name or the id was typed', async () => {
    await openAt('danger');
    fireEvent.click(screen.getByTestId('suspend'));
    await waitFor(() => expect(stateOf(main, releaseRoom).group.status).toBe('suspended'));
    await waitFor(() =>
      expect(within(screen.getByTestId('dissolve-panel')).getByTestId('refusal').textContent).toContain(
        'suspended',
      ),
    );
    fireEvent.click(await screen.findByTestId('undo'));
    await waitFor(() => expect(stateOf(main, releaseRoom).group.status).toBe('active'));
    await waitFor(() =>
      expect(within(screen.getByTestId('dissolve-panel')).queryByTestId('refusal')).toBeNull(),
    );
    fireEvent.click(screen.getByTestId('dissolve'));
    fireEvent.change(screen.getByTestId('dissolve-typed'), { target: { value: 'release-room' } });
    expect(screen.getByTestId('dissolve-confirm')).toHaveProperty('disabled', true);
    const { name } = stateOf(main, releaseRoom).group;
    fireEvent.change(screen.getByTestId('dissolve-typed'), { target: { value: ` ${name.toUpperCase()} ` } });
    expect(screen.getByTestId('dissolve-confirm')).toHaveProperty('disabled', false);
    fireEvent.change(screen.getByTestId('dissolve-typed'), { target: { value: ` ${releaseRoom}` } });
    fireEvent.click(screen.getByTestId('dissolve-confirm'));
    await waitFor(() => expect(stateOf(main, releaseRoom).group.status).toBe('dissolved'));
    expect((await screen.findByTestId('group-standing')).textContent).toContain('dissolved');
  });
});

describe('encryption of a group', () => {
  it('says what old keys can open, who has none, and offers to try again or to remove them', async () => {
    await openAt('keys', ['refresh']);
    const panel = screen.getByTestId('group-section-keys');
    expect(panel.textContent).toContain('Whoever copies an old key');
    expect(screen.getByTestId('refresh-pending').textContent).toContain('still in use');
    expect(screen.getByTestId('keyless').textContent).toContain('new_colleague.agentid.pub');
    await waitFor(() => expect(screen.getAllByTestId('epoch')).toHaveLength(7));
    fireEvent.click(screen.getByTestId('keyless-remove'));
    expect((await screen.findByTestId('moderation-dialog')).textContent).toContain(
      'new_colleague.agentid.pub',
    );
    fireEvent.click(screen.getByTestId('moderation-confirm'));
    await waitFor(() => expect(screen.queryByTestId('keyless')).toBeNull());
    fireEvent.click(screen.getByTestId('keys-repair'));
    await waitFor(() => expect(screen.queryByTestId('refresh-pending')).toBeNull());
  });

  it('says where the network keeps the keys', async () => {
    await openAt('keys', [], seminar);
    expect(screen.getByTestId('server-holds').textContent).toContain('The network keeps the keys');
  });

  it('forgets an old device, never this one', async () => {
    await openAt('keys');
    await waitFor(() => expect(screen.getAllByTestId('group-device')).toHaveLength(3));
    const [first] = screen.getAllByTestId('group-device');
    expect(first?.textContent).toContain('this device');
    expect(within(first ?? document.body).queryByTestId('forget-device')).toBeNull();
    fireEvent.click(screen.getAllByTestId('forget-device')[0] ?? document.body);
    await waitFor(() => expect(screen.getAllByTestId('group-device')).toHaveLength(2));
  });
});
