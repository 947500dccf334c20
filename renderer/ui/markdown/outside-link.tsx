import type { MouseEvent, ReactNode } from 'react';
import { invoke, toCommandError } from '../../stores/bridge';
import { useNoticesStore } from '../../stores/notices-store';

/** A link to the outside: nothing opens before the user has seen the real host and agreed. */
export function OutsideLink(props: { readonly url: string; readonly children: ReactNode }) {
  const open = (click: MouseEvent): void => {
    click.preventDefault();
    invoke('app.openLink', { url: props.url }).catch((reason: unknown) =>
      useNoticesStore.getState().showError(toCommandError(reason)),
    );
  };
  return (
    <a href={props.url} title={props.url} rel="noreferrer" draggable={false} onClick={open} onAuxClick={open}>
      {props.children}
    </a>
  );
}
