import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { expect } from 'vitest';
import { Dialogs } from '../app/dialogs';
import { openGroupPage, type GroupSection } from '../features/groups/open-group-page';
import { useModerationStore } from '../features/groups/moderation/moderation-store';
import { changeLanguage, startTexts } from '../i18n';
import { useAccountsStore } from '../stores/accounts-store';
import { useNoticesStore } from '../stores/notices-store';
import { sampleAccount } from '../stores/samples';
import { useViewStore } from '../stores/view-store';
import { main } from './fake-data';
import { releaseRoom } from './fake-groups-samples';
import { openFakeGroups, type FakeGroupsWindow } from './fake-groups-window';

let opened: FakeGroupsWindow | null = null;

/** Brings the window into a known state before a test of the group page. */
export async function beginGroupTest(): Promise<void> {
  startTexts('en');
  await changeLanguage('en');
  useAccountsStore.setState({
    accounts: [sampleAccount({}, { account: main, displayName: '张小美' })],
  });
  useViewStore.setState({ account: main, dialog: null, dialogAbout: null });
  useModerationStore.setState({ asked: null, offer: null, person: null });
  useNoticesStore.setState({ notices: [] });
  // Both are read from disk when they are opened.
  await import('../features/groups/page/group-page-dialog');
  await import('../features/groups/moderation/moderation-layer');
}

/** Takes away what a test has drawn and kept. */
export async function endGroupTest(): Promise<void> {
  cleanup();
  const closing = opened;
  opened = null;
  await closing?.close();
}

/** Opens the fake engine alone, once in a test; `endGroupTest` closes it. */
export function groupEngine(...flags: readonly string[]): FakeGroupsWindow {
  if (opened !== null) throw new Error('the engine before this one was not closed');
  opened = openFakeGroups(...flags);
  return opened;
}

/** Draws the dialogs of the window. */
export function drawDialogs(): void {
  render(
    <Tooltip.Provider>
      <Dialogs />
    </Tooltip.Provider>,
  );
}

/** Opens the page of an example group at a section, in the scene that the flags choose. */
export async function openSection(
  section: GroupSection,
  flags: readonly string[] = [],
  group = releaseRoom,
): Promise<FakeGroupsWindow> {
  const engine = groupEngine(...flags);
  openGroupPage(main, group, section);
  drawDialogs();
  await screen.findByTestId(`group-section-${section}`, undefined, { timeout: 10_000 });
  return engine;
}

/** Asks for the next page of the list that is shown, and waits until the command was sent that reads it. */
export async function showMore(engine: FakeGroupsWindow, command: string): Promise<void> {
  fireEvent.click(await screen.findByTestId('show-more'));
  await waitFor(() => {
    const asked = engine.sent.filter((sent) => sent.command === command);
    expect(asked.at(-1)?.params).toMatchObject({ offset: 0, limit: 100 });
  });
}
