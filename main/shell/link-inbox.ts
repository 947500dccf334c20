import { groupLink, parseGroupLink } from '../../shared/aun/group-link';
import { looksLikeAunLink, parseAunLink } from '../../shared/aun/link';
import type { Logger } from '../runtime/logger';

/** More waiting links than this are a nuisance, not an intention. */
const MOST_WAITING = 20;

/** Links that the operating system handed over and that the user has not looked at yet. */
export interface LinkInbox {
  /** Takes the links among the arguments of a start; anything else is passed over. Returns whether there was one. */
  offer(texts: readonly string[]): boolean;
  /**
   * The addresses in them, or the links of groups in their plain form, oldest first. A link that names nobody is an empty
   * text. Only those that are named as `settled` are gone: a window that is loaded again gets the others once more.
   */
  take(settled: readonly string[]): string[];
}

/** What a link leads to, without anything else that stood in it. */
function targetOf(link: string): string {
  const invitation = parseGroupLink(link);
  if (invitation?.group != null) return groupLink(invitation.group, invitation.code);
  return parseAunLink(link) ?? '';
}

/** Builds the inbox; `arrived` is called after something new came in. */
export function createLinkInbox(logger: Logger, arrived: () => void): LinkInbox {
  let waiting: string[] = [];
  return {
    offer(texts) {
      const links = texts.filter(looksLikeAunLink);
      if (links.length === 0) return false;
      for (const link of links) {
        const target = targetOf(link);
        if (target === '') logger.log('warn', 'link.refused', { length: link.length });
        if (waiting.length < MOST_WAITING && !waiting.includes(target)) waiting.push(target);
      }
      arrived();
      return true;
    },
    take(settled) {
      waiting = waiting.filter((target) => !settled.includes(target));
      return [...waiting];
    },
  };
}
