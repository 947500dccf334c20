import type { MouseEvent } from 'react';
import { parseAunLink } from '../../shared/aun/link';
import { invoke, toCommandError } from '../stores/bridge';
import { useNoticesStore } from '../stores/notices-store';
import { useViewStore } from '../stores/view-store';

/**
 * Follows an address somebody wrote: people and groups on AUN are looked at in a dialog, everything else is asked about by the
 * shell with its real host. Nothing is joined or opened by the click alone.
 */
export function openAddress(click: MouseEvent, url: string): void {
  click.preventDefault();
  if (/^aun:/i.test(url)) {
    useViewStore.getState().showDialog('open-link', parseAunLink(url) ?? url);
    return;
  }
  invoke('app.openLink', { url }).catch((reason: unknown) =>
    useNoticesStore.getState().showError(toCommandError(reason)),
  );
}
