import { beforeEach, describe, expect, it } from 'vitest';
import { useAccountsStore } from './accounts-store';
import { useAppStore } from './app-store';
import { fakeInvoke } from './fake-invoke';
import { startLinks, useLinksStore } from './links-store';
import { sampleAccount } from './samples';
import { useViewStore } from './view-store';

const links = { links: [{ aid: 'hana.aun.test' }, { aid: 'omar.aun.test' }] };
const vault = {
  backend: 'passphrase',
  protected: true,
  locked: false,
  passphraseSet: true,
  systemStore: null,
};
let bridge: ReturnType<typeof fakeInvoke>;

function offered(): string | null {
  const { dialog, dialogAbout } = useViewStore.getState();
  return dialog === 'open-link' ? dialogAbout : null;
}

beforeEach(() => {
  bridge = fakeInvoke();
  useLinksStore.setState({ waiting: [], settled: [] });
  useAppStore.setState({ vault });
  useAccountsStore.setState({ accounts: [sampleAccount()] });
  useViewStore.setState({ account: 'me.aun.test', dialog: null, dialogAbout: null });
});

describe('links from outside', () => {
  it('are taken at the start and offered one after the other', async () => {
    const stop = startLinks();
    await bridge.next('link.take').answer(links);
    expect(offered()).toBe('hana.aun.test');
    useLinksStore.getState().settle();
    useViewStore.getState().showDialog(null);
    expect(offered()).toBe('omar.aun.test');
    stop();
  });

  it('are taken when the system hands one over', async () => {
    useLinksStore.getState().applyBatch([{ event: 'link.opened', data: { account: null } }]);
    await bridge.next('link.take').answer(links);
    expect(offered()).toBe('hana.aun.test');
  });

  it('wait until the dialog that is open has closed', async () => {
    const stop = startLinks();
    useViewStore.getState().showDialog('add-identity');
    await bridge.next('link.take').answer(links);
    expect(useViewStore.getState().dialog).toBe('add-identity');
    useViewStore.getState().showDialog(null);
    expect(offered()).toBe('hana.aun.test');
    stop();
  });

  it('wait behind a lock', async () => {
    useAppStore.setState({ vault: { ...vault, locked: true } });
    const stop = startLinks();
    await bridge.next('link.take').answer(links);
    expect(offered()).toBeNull();
    useAppStore.setState({ vault });
    expect(offered()).toBe('hana.aun.test');
    stop();
  });

  it('wait for the first identity', async () => {
    useAccountsStore.setState({ accounts: [] });
    useViewStore.setState({ account: null });
    const stop = startLinks();
    await bridge.next('link.take').answer(links);
    expect(offered()).toBeNull();
    useAccountsStore.setState({ accounts: [sampleAccount()] });
    useViewStore.getState().selectAccount('me.aun.test');
    expect(offered()).toBe('hana.aun.test');
    stop();
  });

  it('are offered once although they were handed over twice', async () => {
    void useLinksStore.getState().take();
    void useLinksStore.getState().take();
    await bridge.next('link.take').answer(links);
    await bridge.next('link.take').answer(links);
    expect(useLinksStore.getState().waiting).toEqual(['hana.aun.test', 'omar.aun.test']);
  });

  it('are named to the main process once the user is done with them, so that a reload brings the others again', async () => {
    const stop = startLinks();
    const first = bridge.next('link.take');
    expect(first.params).toEqual({ settled: [] });
    await first.answer(links);
    useLinksStore.getState().settle();
    const told = bridge.next('link.take');
    expect(told.params).toEqual({ settled: ['hana.aun.test'] });
    await told.answer({ links: [{ aid: 'omar.aun.test', invitation: null }] });
    expect(useLinksStore.getState()).toMatchObject({ waiting: ['omar.aun.test'], settled: [] });
    stop();
  });

  it('do not come back from an answer to a question that was asked before they were settled', async () => {
    void useLinksStore.getState().take();
    await bridge.next('link.take').answer(links);
    void useLinksStore.getState().take();
    useLinksStore.getState().settle();
    await bridge.next('link.take').answer(links);
    expect(useLinksStore.getState().waiting).toEqual(['omar.aun.test']);
    await bridge.next('link.take').answer({ links: links.links.slice(1) });
    expect(useLinksStore.getState()).toMatchObject({ waiting: ['omar.aun.test'], settled: [] });
    // The same link, handed over again later, is a new one.
    useLinksStore.getState().applyBatch([{ event: 'link.opened', data: { account: null } }]);
    await bridge.next('link.take').answer({ links: [...links.links.slice(1), ...links.links.slice(0, 1)] });
    expect(useLinksStore.getState().waiting).toEqual(['omar.aun.test', 'hana.aun.test']);
  });

  it('that the main process did not hear of as settled are named again', async () => {
    void useLinksStore.getState().take();
    await bridge.next('link.take').answer(links);
    useLinksStore.getState().settle();
    await bridge.next('link.take').fail('internal');
    useLinksStore.getState().settle();
    expect(bridge.next('link.take').params).toEqual({ settled: ['hana.aun.test', 'omar.aun.test'] });
  });
});
