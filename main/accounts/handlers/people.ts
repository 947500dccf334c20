import { parseGroupLink } from '../../../shared/aun/group-link';
import { requirePeer as peer } from '../require-peer';
import type { HandlerContext, HandlersOf } from './context';

/** Other people: what is known of them, how far they are trusted, and everybody's profile. */
export function peopleHandlers({
  options,
  accounts,
}: HandlerContext): HandlersOf<'contact' | 'profile' | 'link'> {
  const people = async (account: string) => (await accounts.get(account)).services.people;
  return {
    'contact.get': async ({ account, aid }) => (await people(account)).contact(peer(aid)),
    'contact.list': async ({ account, only }) => ({ contacts: await (await people(account)).contacts(only) }),
    'contact.setAlias': async ({ account, aid, alias }) =>
      (await people(account)).setAlias(peer(aid), alias.trim()),
    'contact.safetyNumber': async ({ account, aid }) => (await people(account)).safetyNumber(peer(aid)),
    'contact.verify': async ({ account, aid, key, qr }) =>
      (await people(account)).verify(peer(aid), key, qr ?? null),
    'contact.unverify': async ({ account, aid }) => (await people(account)).unverify(peer(aid)),
    'contact.acceptKeys': async ({ account, aid, key }) => (await people(account)).acceptKeys(peer(aid), key),
    'profile.peer': async ({ account, aid, refresh }) =>
      (await accounts.get(account)).profileOf(peer(aid), refresh),
    'profile.acceptOlder': async ({ account, aid }) =>
      (await accounts.get(account)).services.profiles.acceptOlder(peer(aid)),
    'profile.own': async ({ account, refresh }) => {
      const owner = await accounts.get(account);
      return owner.ownProfile.take(await owner.services.profiles.own(refresh));
    },
    'profile.saveDraft': async ({ account, text }) => {
      const owner = await accounts.get(account);
      return owner.ownProfile.take(await owner.services.profiles.saveDraft(text));
    },
    'profile.publish': async ({ account, text, replacing }) => {
      const owner = await accounts.get(account);
      return owner.ownProfile.publish(text, replacing);
    },
    'link.take': async ({ settled }) => ({
      links: options.desktop
        .takeLinks(settled)
        .map((link) =>
          parseGroupLink(link) === null ? { aid: link, invitation: null } : { aid: '', invitation: link },
        ),
    }),
  };
}
