// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTexts } from '../../i18n';
import { useAccountsStore } from '../../stores/accounts-store';
import { useConversationsStore } from '../../stores/conversations-store';
import { fakeInvoke, settle } from '../../stores/fake-invoke';
import { useLinksStore } from '../../stores/links-store';
import { usePeopleStore } from '../../stores/people-store';
import { sampleAccount, sampleContact, sampleConversation } from '../../stores/samples';
import { useViewStore } from '../../stores/view-store';
import { NewConversationDialog } from './new-conversation-dialog';
import { OpenLinkDialog } from './open-link-dialog';
import { ShareDialog } from './share-dialog';

const me = 'me.aun.test';
const work = 'work.aun.test';
const hana = 'hana.agentid.pub';
const close = (): void => useViewStore.getState().showDialog(null);
let bridge: ReturnType<typeof fakeInvoke>;

function show(dialog: React.ReactNode): void {
  render(<Tooltip.Provider>{dialog}</Tooltip.Provider>);
}

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  usePeopleStore.setState({ contacts: {}, profiles: {} });
  useConversationsStore.setState({ lists: {} });
  useLinksStore.setState({ waiting: [hana] });
  useAccountsStore.setState({
    accounts: [sampleAccount({}, { account: me }), sampleAccount({}, { account: work, hue: 28 })],
  });
  useViewStore.setState({ account: me, conversations: {}, dialog: 'open-link', dialogAbout: hana });
});
afterEach(cleanup);

describe('OpenLinkDialog', () => {
  it('shows the address and opens nothing before it is told to', () => {
    show(<OpenLinkDialog account={me} about={hana} onClose={close} />);
    expect(screen.getByTestId('link-target').textContent).toContain(hana);
    expect(bridge.calls.map(({ command }) => command)).not.toContain('conversation.open');
    expect(screen.getAllByRole('radio').map((radio) => radio.getAttribute('value'))).toEqual([me, work]);
    expect(screen.getAllByRole('radio')[0]).toHaveProperty('checked', true);
  });

  it('opens the conversation under the identity that was chosen', async () => {
    show(<OpenLinkDialog account={me} about={hana} onClose={close} />);
    fireEvent.click(screen.getAllByRole('radio')[1] ?? document.body);
    fireEvent.click(screen.getByTestId('link-open'));
    expect(bridge.next('conversation.open').params).toEqual({ account: work, peer: hana });
    await act(settle);
    expect(useViewStore.getState().dialog).toBeNull();
    expect(useLinksStore.getState().waiting).toEqual([]);
  });

  it('shows the person under the identity that was chosen', () => {
    show(<OpenLinkDialog account={me} about={hana} onClose={close} />);
    fireEvent.click(screen.getAllByRole('radio')[1] ?? document.body);
    fireEvent.click(screen.getByTestId('link-person'));
    expect(useViewStore.getState()).toMatchObject({ account: work, dialog: 'person', dialogAbout: hana });
  });

  it('explains a link that names no address', () => {
    show(<OpenLinkDialog account={me} about="not an address" onClose={close} />);
    expect(document.body.textContent).toContain('This link does not name an AUN address.');
    expect(screen.queryByTestId('link-open')).toBeNull();
  });

  it('says how many links wait behind this one', () => {
    useLinksStore.setState({ waiting: [hana, 'omar.aun.test', 'lin.aun.test'] });
    show(<OpenLinkDialog account={me} about={hana} onClose={close} />);
    expect(document.body.textContent).toContain('2 more links wait');
    fireEvent.click(screen.getByTestId('link-ignore'));
    expect(useLinksStore.getState().waiting).toEqual(['omar.aun.test', 'lin.aun.test']);
  });
});

describe('ShareDialog', () => {
  it('shows link, code and words for the own address', () => {
    show(<ShareDialog account={me} aid={me} onClose={close} />);
    expect(screen.getByTestId('share-link').textContent).toBe(`aun://${me}`);
    expect(screen.getByRole('img', { name: `QR code of the link aun://${me}` })).toBeTruthy();
    expect(screen.getByTestId('share-words').textContent).toBe(`Write to me on AUN: ${me}\naun://${me}`);
  });

  it('does not give the own name for somebody away', () => {
    usePeopleStore.getState().merge([sampleContact({ alias: 'The boss', title: 'The boss' })]);
    show(<ShareDialog account={me} aid="lin.aun.test" onClose={close} />);
    const words = screen.getByTestId('share-words').textContent;
    expect(words).toContain('Lin Wei');
    expect(words).not.toContain('The boss');
  });

  it('passes on no name that nobody signed', () => {
    usePeopleStore.getState().merge([sampleContact({ profileStatus: 'unsigned', declaredName: 'The bank' })]);
    show(<ShareDialog account={me} aid="lin.aun.test" onClose={close} />);
    expect(screen.getByTestId('share-words').textContent).not.toContain('The bank');
  });
});

describe('NewConversationDialog', () => {
  it('takes a pasted link', async () => {
    show(<NewConversationDialog account={me} onClose={close} />);
    fireEvent.change(screen.getByTestId('peer-address'), { target: { value: `aun://${hana}` } });
    expect(document.body.textContent).toContain(`From the link: ${hana}.`);
    const lookup = await vi.waitFor(() => bridge.next('peer.lookup'));
    await act(() =>
      lookup.answer({
        aid: hana,
        exists: true,
        hasKeys: true,
        online: false,
        certificateFingerprint: null,
      }),
    );
    fireEvent.click(screen.getByTestId('open-conversation'));
    expect(bridge.next('conversation.open').params).toEqual({ account: me, peer: hana });
  });

  it('explains a link that is none', () => {
    show(<NewConversationDialog account={me} onClose={close} />);
    fireEvent.change(screen.getByTestId('peer-address'), { target: { value: 'aun://not/an/address' } });
    expect(document.body.textContent).toContain('This link does not name an AUN address.');
  });

  it('goes on to the comparison after a verification code', async () => {
    const code = `aun-verify:1?a=${hana}&ka=${'aa'.repeat(32)}&b=${me}&kb=${'bb'.repeat(32)}`;
    show(<NewConversationDialog account={me} onClose={close} />);
    fireEvent.change(screen.getByTestId('peer-address'), { target: { value: code } });
    const lookup = await vi.waitFor(() => bridge.next('peer.lookup'));
    await act(() => lookup.fail('network_unreachable'));
    fireEvent.click(screen.getByTestId('open-conversation'));
    await act(() => bridge.next('conversation.open').answer(sampleConversation({ conversation: hana })));
    expect(useViewStore.getState()).toMatchObject({ dialog: 'verify', dialogAbout: code });
  });
});
