// @vitest-environment happy-dom
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../dev/fake-data';
import { scene } from '../../../dev/fake-engine';
import { stateOf } from '../../../dev/fake-groups-data';
import { releaseRoom } from '../../../dev/fake-groups-samples';
import { beginGroupTest, endGroupTest, openSection, showMore } from '../../../dev/group-page-test';
import { useModerationStore } from '../moderation/moderation-store';

beforeEach(beginGroupTest);
afterEach(endGroupTest);

describe('invites', () => {
  it('warn that whoever holds a code gets in, and list what each still opens', async () => {
    await openSection('invites');
    const list = await screen.findByTestId('invites');
    expect(screen.getByTestId('group-section-invites').textContent).toContain('Whoever holds a code gets in');
    expect(within(list).getAllByTestId('invite')).toHaveLength(3);
    expect(list.textContent).toContain('used 3 of 10 times');
    expect(list.textContent).toContain('used 41 times · no end');
    expect(screen.getByTestId('spent-invites').textContent).toContain('3 that no longer work');
  });

  it('are made with limits, shortest and safest by default, and shown at once with link and QR code', async () => {
    const engine = await openSection('invites');
    await screen.findByTestId('invites');
    fireEvent.click(screen.getByTestId('new-invite'));
    fireEvent.click(screen.getByRole('radio', { name: '1 hour' }));
    fireEvent.click(screen.getByTestId('invite-make'));
    await screen.findByTestId('qr-code');
    expect(engine.sent.find(({ command }) => command === 'group.createInvite')?.params).toMatchObject({
      maxUses: 1,
      expiresInSeconds: 3600,
      code: '',
    });
    expect(screen.getAllByTestId('invite')[0]?.textContent).toContain('/invite/door-');
  });

  it('take a code of one’s own only in the form that works, in lower case', async () => {
    const engine = await openSection('invites');
    fireEvent.click(screen.getByTestId('new-invite'));
    fireEvent.change(screen.getByTestId('invite-code'), { target: { value: 'a b' } });
    expect(screen.getByTestId('invite-make')).toHaveProperty('disabled', true);
    expect(screen.getByText('4 to 64 characters: a–z, 0–9, _ and -')).toBeTruthy();
    fireEvent.change(screen.getByTestId('invite-code'), { target: { value: 'Garden-Gate' } });
    fireEvent.click(screen.getByTestId('invite-make'));
    await waitFor(() =>
      expect(engine.sent.find(({ command }) => command === 'group.createInvite')?.params).toMatchObject({
        code: 'garden-gate',
      }),
    );
  });

  it('and bans are shown page by page', async () => {
    const engine = await openSection('invites', ['long-lists']);
    await showMore(engine, 'group.invites');
    fireEvent.click(screen.getByTestId('group-tab-bans'));
    await screen.findByTestId('bans');
    await showMore(engine, 'group.bans');
  });

  it('are taken back after one question that names the code', async () => {
    await openSection('invites');
    await screen.findByTestId('invites');
    fireEvent.click(screen.getAllByTestId('invite-revoke')[0] ?? document.body);
    const question = screen.getByRole('group', { name: 'Take back…' }).textContent;
    expect(question).toContain('spring-door-42');
    expect(question).toContain('can’t be undone');
    fireEvent.click(screen.getByTestId('invite-revoke-confirm'));
    await waitFor(() => expect(stateOf(main, releaseRoom).invites[0]?.status).toBe('revoked'));
    await waitFor(() => expect(screen.getByTestId('spent-invites').textContent).toContain('4'));
  });

  it('are refused to members, unless members may invite; the list stays with the admins', async () => {
    await openSection('invites', ['as-member']);
    expect(screen.getByTestId('new-invite').getAttribute('aria-disabled')).toBe('true');
    const reasons = screen.getAllByTestId('refusal').map((one) => one.textContent);
    expect(reasons).toEqual([
      'Only the owner and admins make invites here.',
      'Only the owner and admins can do this.',
    ]);
  });
});

describe('muted and banned', () => {
  it('say who, by whom, why and until when, and let a ban be lifted with a way back', async () => {
    await openSection('bans');
    await screen.findByTestId('bans');
    const [muted, kept] = screen.getAllByTestId('ban');
    await waitFor(() => expect(muted?.textContent).toContain('Hana Kim'));
    expect(muted?.textContent).toMatch(/viktor\.agentid\.pub.*Muted member.*by Hana Kim.*Please keep/);
    expect(kept?.textContent).toMatch(/free-coins_77\.example\.net.*Kept out · for good.*Advertising/);
    fireEvent.click(within(kept ?? document.body).getByTestId('ban-lift'));
    await waitFor(() => expect(screen.getAllByTestId('ban')).toHaveLength(1));
    fireEvent.click(await screen.findByTestId('undo'));
    await waitFor(() => expect(screen.getAllByTestId('ban')).toHaveLength(2));
  });

  it('keep somebody out who was never here, by a whole address only', async () => {
    await openSection('bans');
    fireEvent.click(await screen.findByTestId('ban-ahead'));
    fireEvent.change(screen.getByTestId('ban-address'), { target: { value: 'troll' } });
    expect(screen.getByTestId('ban-ahead-confirm')).toHaveProperty('disabled', true);
    fireEvent.change(screen.getByTestId('ban-address'), { target: { value: 'troll.example.org' } });
    fireEvent.click(screen.getByTestId('ban-ahead-confirm'));
    await waitFor(() => expect(screen.getAllByTestId('ban')).toHaveLength(3));
    expect(useModerationStore.getState().offer?.words).toContain('troll.example.org');
  });

  it('say why when the role was lost meanwhile', async () => {
    await openSection('bans');
    await screen.findByTestId('bans');
    scene.add('race');
    fireEvent.click(screen.getAllByTestId('ban-lift')[0] ?? document.body);
    const panel = screen.getByTestId('group-section-bans');
    expect((await within(panel).findByTestId('refusal')).textContent).toContain('Only the owner and admins');
  });
});
