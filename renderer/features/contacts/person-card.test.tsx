// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { profileStatusSchema } from '../../../shared/model/conversation';
import { profileWarningSchema, type Contact, type Profile } from '../../../shared/model/people';
import { startTexts } from '../../i18n';
import { en } from '../../i18n/en';
import { fakeInvoke } from '../../stores/fake-invoke';
import { usePeopleStore } from '../../stores/people-store';
import { sampleContact, sampleProfile } from '../../stores/samples';
import { useViewStore } from '../../stores/view-store';
import { PersonCard } from './person-card';

const me = 'me.aun.test';
const agentText = `---
aid: "lin.aun.test"
name: "Planner"
type: "assistant"
version: "0.4.1"
description: "Schedules meetings"
tags: [calendar, calendar, summary]
skills: [plan]
provider: "marta.aun.test"
updated_at: "2026-01-15T12:00:00Z"
---

# Planner
`;
let bridge: ReturnType<typeof fakeInvoke>;

async function show(contact: Partial<Contact> = {}, profile: Partial<Profile> = {}): Promise<HTMLElement> {
  render(
    <Tooltip.Provider>
      <PersonCard account={me} aid="lin.aun.test" />
    </Tooltip.Provider>,
  );
  await act(async () => {
    await bridge.next('contact.get').answer(sampleContact(contact));
    await bridge.next('profile.peer').answer(sampleProfile(profile));
  });
  return screen.getByTestId('person-card');
}

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  usePeopleStore.setState({ contacts: {}, profiles: {} });
  useViewStore.setState({ account: me, dialog: null, dialogAbout: null });
});
afterEach(cleanup);

describe('PersonCard', () => {
  it('says person or agent only as the verified profile does, in shape and words', async () => {
    const card = await show({ kind: 'agent' }, { text: agentText });
    expect(card.dataset['kind']).toBe('agent');
    expect(screen.getByTestId('kind-badge').textContent).toBe('AI agent');
    expect(card.querySelector('.avatar')?.getAttribute('data-kind')).toBe('agent');
  });

  it('does not believe the type of a profile that nobody signed, and says so', async () => {
    const card = await show({ kind: 'unknown', profileStatus: 'unsigned' }, { status: 'unsigned' });
    expect(card.dataset['kind']).toBe('unknown');
    expect(screen.getByTestId('kind-badge').textContent).toBe('Person or agent: not verified');
    expect(card.textContent).toContain('Profile not verified: nobody signed it');
    expect(card.textContent).toContain('Calls itself: human');
  });

  it.each(profileStatusSchema.options)('never hides what the profile is worth: "%s"', async (status) => {
    await show({ profileStatus: status }, { status, ...(status === 'none' ? { text: '' } : {}) });
    expect(screen.getByTestId('profile-status').textContent).toContain(en.profileStatus[status]);
  });

  it('does not show what an invalid profile says, but why it is invalid', async () => {
    const card = await show(
      { kind: 'unknown' },
      { status: 'invalid', reason: 'wrong signature', text: agentText },
    );
    expect(screen.queryByTestId('profile-contents')).toBeNull();
    expect(card.textContent).not.toContain('Schedules meetings');
    expect(card.querySelector('details')?.open).toBe(false);
    expect(card.textContent).toContain('wrong signature');
  });

  it.each(profileWarningSchema.options)('explains the warning "%s"', async (warning) => {
    await show({}, { warning });
    expect(screen.getByTestId('profile-warning').textContent).toContain(en.profileWarning[warning]);
    const offered = screen.queryByTestId('profile-accept-older') !== null;
    expect(offered).toBe(warning === 'older_than_known');
  });

  it('takes a profile that is older than known only when the user says so, and shows what came', async () => {
    await show({}, { warning: 'older_than_known' });
    expect(bridge.calls.some(({ command }) => command === 'profile.acceptOlder')).toBe(false);
    fireEvent.click(screen.getByTestId('profile-accept-older'));
    const call = bridge.next('profile.acceptOlder');
    expect(call.params).toEqual({ account: me, aid: 'lin.aun.test' });
    await act(() => call.answer(sampleProfile({ text: agentText, warning: null })));
    expect(screen.queryByTestId('profile-warning')).toBeNull();
    expect(screen.getByTestId('profile-contents').textContent).toContain('Schedules meetings');
  });

  it('shows what an agent says of itself: description, tags once each, skills, version', async () => {
    await show({ kind: 'agent' }, { text: agentText });
    const words = screen.getByTestId('profile-contents').textContent;
    for (const part of ['Schedules meetings', 'summary', 'plan', 'Version 0.4.1', 'January 15'])
      expect(words).toContain(part);
    expect(words.split('calendar')).toHaveLength(2);
    expect(words).toContain('Profiles are written by their owners');
  });

  it('words the owner as a claim and leads to that person', async () => {
    await show({ kind: 'agent' }, { text: agentText });
    const owner = screen.getByTestId('profile-owner');
    expect(owner.textContent).toBe('Says it belongs to marta.aun.test');
    fireEvent.click(owner);
    expect(useViewStore.getState()).toMatchObject({ dialog: 'person', dialogAbout: 'marta.aun.test' });
  });

  it('makes no link of an owner that is no address', async () => {
    const card = await show({ kind: 'agent' }, { text: agentText.replace('marta.aun.test', 'ACME Inc.') });
    expect(card.textContent).toContain('Says it belongs to ACME Inc.');
    expect(screen.queryByTestId('profile-owner')).toBeNull();
  });

  it('gives somebody a name of the user and keeps theirs beside it', async () => {
    const card = await show();
    fireEvent.click(screen.getByTestId('edit-alias'));
    fireEvent.change(screen.getByTestId('alias'), { target: { value: ' Lin from work ' } });
    fireEvent.click(screen.getByTestId('save-alias'));
    const call = bridge.next('contact.setAlias');
    expect(call.params).toEqual({ account: me, aid: 'lin.aun.test', alias: 'Lin from work' });
    await act(() => call.answer(sampleContact({ alias: 'Lin from work', title: 'Lin from work' })));
    expect(screen.getByTestId('person-name').textContent).toBe('Lin from work');
    expect(card.textContent).toContain('Lin Wei');
  });

  it('words a name from an unverified profile as a claim, and keeps an invalid one to itself', async () => {
    await show({ title: 'lin.aun.test', kind: 'unknown', profileStatus: 'unsigned' }, { status: 'unsigned' });
    expect(screen.getByTestId('person-name').textContent).toBe('lin.aun.test');
    expect(screen.getByTestId('declared-name').textContent).toBe('Calls itself “Lin Wei”');
    act(() =>
      usePeopleStore.getState().merge([sampleContact({ title: 'lin.aun.test', profileStatus: 'invalid' })]),
    );
    expect(screen.queryByTestId('declared-name')).toBeNull();
  });

  it('closes only the form on Escape', async () => {
    await show();
    fireEvent.click(screen.getByTestId('edit-alias'));
    fireEvent.keyDown(screen.getByTestId('alias'), { key: 'Escape' });
    expect(screen.queryByTestId('alias')).toBeNull();
  });

  it('looks the profile up again when told to, and shows a change that arrives by itself', async () => {
    await show();
    fireEvent.click(screen.getByTestId('profile-refresh'));
    expect(bridge.next('profile.peer').params).toMatchObject({ refresh: true });
    const profile = sampleProfile({ text: agentText });
    act(() =>
      usePeopleStore.getState().applyBatch([{ event: 'profile.changed', data: { account: me, profile } }]),
    );
    expect(screen.getByTestId('profile-contents').textContent).toContain('Schedules meetings');
  });

  it('keeps what was known when the network cannot be asked', async () => {
    const card = await show();
    fireEvent.click(screen.getByTestId('profile-refresh'));
    await act(() => bridge.next('profile.peer').fail('network_unreachable'));
    expect(card.textContent).toContain('Keeps the gateways running');
    expect(screen.getByRole('alert').textContent).toContain('The network can’t be reached');
  });

  it.each([
    ['person-verify', 'verify'],
    ['person-certificate', 'certificate'],
    ['person-share', 'share'],
  ])('leads from "%s" to the dialog "%s"', async (testId, dialog) => {
    await show();
    fireEvent.click(screen.getByTestId(testId));
    expect(useViewStore.getState()).toMatchObject({ dialog, dialogAbout: 'lin.aun.test' });
  });
});
