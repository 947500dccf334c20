// @vitest-environment happy-dom
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sharedFile, sharedOf } from '../../../dev/fake-group-resources';
import { scene } from '../../../dev/fake-engine';
import { releaseRoom } from '../../../dev/fake-groups-samples';
import { beginGroupTest, endGroupTest, openSection } from '../../../dev/group-page-test';
import { useNoticesStore } from '../../../stores/notices-store';
import { useViewStore } from '../../../stores/view-store';

const PATIENT = { timeout: 15_000 };

beforeEach(beginGroupTest);
afterEach(endGroupTest);

/** The row of a shared file, by its title. */
async function row(title: string): Promise<HTMLElement> {
  const list = await screen.findByTestId('shared-files', undefined, PATIENT);
  const found = within(list)
    .getAllByTestId('shared-file')
    .find((each) => each.textContent.includes(title));
  if (found === undefined) throw new Error(`no row of ${title}`);
  return found;
}

function commandsOf(engine: Awaited<ReturnType<typeof openSection>>, command: string): unknown[] {
  return engine.sent.filter((each) => each.command === command).map(({ params }) => params);
}

describe('files shared through the network', () => {
  it('are said to be readable by the network, and a message is offered instead', async () => {
    await openSection('files');
    const panel = screen.getByTestId('shared-files-panel');
    expect(panel.textContent).toContain('Not end-to-end encrypted: the network can read these files.');
    expect(panel.textContent).toContain('Files you send as messages are encrypted');
    fireEvent.click(screen.getByTestId('shared-files-send'));
    expect(useViewStore.getState().dialog).toBeNull();
  });

  it('are listed with what they are, from whom, and what is odd about them', async () => {
    await openSection('files');
    expect((await row('3.2.0 发布计划')).textContent).toMatch(
      /plans\/release-3\.2\.0\.pdf1\.3 MB · from 林伟/,
    );
    expect((await row('Signing tool')).textContent).toContain('This type of file can run programs.');
    expect((await row('minutes.zip')).textContent).toContain('encrypted before it came here');
    const link = await row('Status board');
    expect(link.textContent).toContain('status.example.org');
    expect(link.textContent).toContain('Also for people outside the group');
    const other = await row('Old model');
    expect(other.textContent).toContain('does not know this kind: hologram');
    for (const each of [other, await row('Folder')]) {
      expect(within(each).queryByTestId('shared-file-save')).toBeNull();
      expect(within(each).queryByTestId('shared-file-open')).toBeNull();
    }
  });

  it('are saved on a click, and the button is named after the file', async () => {
    const engine = await openSection('files');
    const plan = await row('3.2.0 发布计划');
    fireEvent.click(within(plan).getByRole('button', { name: 'Save 3.2.0 发布计划' }));
    await waitFor(() => expect(useNoticesStore.getState().notices).toHaveLength(1), PATIENT);
    expect(commandsOf(engine, 'groupFile.save')).toMatchObject([
      { group: releaseRoom, path: 'plans/release-3.2.0.pdf' },
    ]);
  });

  it('are saved only after a question when they can run', async () => {
    const engine = await openSection('files');
    const tool = await row('Signing tool');
    fireEvent.click(within(tool).getByTestId('shared-file-save'));
    const question = screen.getByRole('group', { name: 'Save a file that can run programs?' });
    expect(question.textContent).toContain('setup.exe');
    expect(document.activeElement?.textContent).toBe('Cancel');
    expect(commandsOf(engine, 'groupFile.save')).toEqual([]);
    fireEvent.click(screen.getByTestId('shared-file-danger-confirm'));
    await waitFor(() => expect(commandsOf(engine, 'groupFile.save')).toHaveLength(1), PATIENT);
  });

  it('can be stopped while they are fetched, which is no failure', async () => {
    await openSection('files', ['slow-files']);
    const plan = await row('3.2.0 发布计划');
    fireEvent.click(within(plan).getByTestId('shared-file-save'));
    fireEvent.click(await within(plan).findByTestId('shared-file-stop', undefined, PATIENT));
    await within(plan).findByTestId('shared-file-save', undefined, PATIENT);
    expect(screen.queryByTestId('task-error')).toBeNull();
    expect(useNoticesStore.getState().notices).toEqual([]);
  });

  it('say why one could not be saved', async () => {
    await openSection('files', ['damaged-files']);
    const plan = await row('3.2.0 发布计划');
    fireEvent.click(within(plan).getByTestId('shared-file-save'));
    expect(await within(plan).findByTestId('task-error', undefined, PATIENT)).toBeTruthy();
  });

  it('ask the shell about a link, and open nothing else', async () => {
    const engine = await openSection('files');
    fireEvent.click(within(await row('Status board')).getByTestId('shared-file-open'));
    await waitFor(
      () => expect(commandsOf(engine, 'app.openLink')).toEqual([{ url: 'https://status.example.org/board' }]),
      PATIENT,
    );
  });

  it('are taken off the list by leaders after one question, and members read who may', async () => {
    await openSection('files');
    const zip = await row('minutes.zip');
    fireEvent.click(within(zip).getByTestId('shared-file-remove'));
    expect(screen.getByTestId('shared-file-taking').textContent).toContain('stays in the storage');
    fireEvent.click(screen.getByTestId('shared-file-taking-confirm'));
    await waitFor(
      () => expect(screen.getByTestId('shared-files').textContent).not.toContain('minutes.zip'),
      PATIENT,
    );
    expect(sharedOf(releaseRoom).files).toHaveLength(5);
  });

  it('stay as they are for members, who are told so', async () => {
    await openSection('files', ['as-member']);
    await row('minutes.zip');
    expect(screen.queryByTestId('shared-file-remove')).toBeNull();
    expect(screen.queryByTestId('file-wishes')).toBeNull();
    expect(screen.getByTestId('shared-files-panel').textContent).toContain('Only the owner and admins');
  });

  it('say so when the role was lost meanwhile', async () => {
    await openSection('files');
    const zip = await row('minutes.zip');
    fireEvent.click(within(zip).getByTestId('shared-file-remove'));
    scene.add('race');
    fireEvent.click(screen.getByTestId('shared-file-taking-confirm'));
    expect((await within(zip).findByTestId('task-error', undefined, PATIENT)).textContent).toContain('admin');
    await waitFor(() => expect(screen.queryByTestId('shared-file-remove')).toBeNull(), PATIENT);
  });

  it('come a page at a time', async () => {
    await openSection('files', ['many-files']);
    await screen.findByTestId('shared-files', undefined, PATIENT);
    const count = () => screen.getAllByTestId('shared-file').length;
    expect(count()).toBe(50);
    fireEvent.click(screen.getByTestId('shared-files-more'));
    await waitFor(() => expect(count()).toBe(100), PATIENT);
    fireEvent.click(screen.getByTestId('shared-files-more'));
    await waitFor(() => expect(count()).toBe(120), PATIENT);
    expect(screen.queryByTestId('shared-files-more')).toBeNull();
  });

  it('say what would be here when there is nothing', async () => {
    sharedOf(releaseRoom).files = [];
    await openSection('files');
    expect((await screen.findByTestId('no-shared-files', undefined, PATIENT)).textContent).toContain(
      'Nothing is shared here',
    );
  });

  it('offer another try when the network does not answer', async () => {
    await openSection('files', ['files-fail']);
    const failed = await screen.findByTestId('shared-files-failed', undefined, PATIENT);
    sharedOf(releaseRoom).files = [sharedFile('back.txt')];
    scene.delete('files-fail');
    fireEvent.click(within(failed).getByRole('button'));
    await row('back.txt');
  });

  it('show texts of others as they are, however long and turned around', async () => {
    const long = 'x'.repeat(255);
    sharedOf(releaseRoom).files = [
      sharedFile('<b>a</b>', { title: `<img src=x onerror=alert(1)>${long}`, tags: [long] }),
    ];
    await openSection('files');
    const hostile = await row('onerror');
    expect(hostile.querySelector('img')).toBeNull();
    expect(hostile.querySelector('b')).toBeNull();
  });
});

describe('wishes to share', () => {
  it('are granted by the owner, and the file is on the list', async () => {
    const engine = await openSection('files');
    const wish = await screen.findByTestId('file-wish', undefined, PATIENT);
    expect(wish.textContent).toMatch(/Hana Kim.*Signing checklist.*plans\/checklist\.md/);
    fireEvent.click(within(wish).getByRole('button', { name: 'Share “Signing checklist” from Hana Kim' }));
    await waitFor(() => expect(screen.queryByTestId('file-wishes')).toBeNull(), PATIENT);
    await waitFor(
      () => expect(screen.getByTestId('shared-files').textContent).toContain('Signing checklist'),
      PATIENT,
    );
    expect(commandsOf(engine, 'groupFile.review')).toMatchObject([{ request: 'req_1', approve: true }]);
  });

  it('are refused with a word why', async () => {
    const engine = await openSection('files');
    const wish = await screen.findByTestId('file-wish', undefined, PATIENT);
    fireEvent.click(within(wish).getByTestId('file-wish-reject'));
    fireEvent.change(within(wish).getByTestId('file-wish-note'), { target: { value: ' too old ' } });
    fireEvent.click(within(wish).getByTestId('file-wish-reject-confirm'));
    await waitFor(() => expect(screen.queryByTestId('file-wishes')).toBeNull(), PATIENT);
    expect(commandsOf(engine, 'groupFile.review')).toMatchObject([{ approve: false, note: 'too old' }]);
  });

  it('that somebody else decided on say so', async () => {
    await openSection('files');
    const wish = await screen.findByTestId('file-wish', undefined, PATIENT);
    sharedOf(releaseRoom).requests = [];
    fireEvent.click(within(wish).getByTestId('file-wish-approve'));
    expect(await within(wish).findByTestId('task-error', undefined, PATIENT)).toBeTruthy();
  });
});
