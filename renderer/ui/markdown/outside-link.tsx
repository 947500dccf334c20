import type { MouseEvent, ReactNode } from 'react';
import { openAddress } from '../open-address';

/** A link to the outside: nothing opens before the user has seen the real host and agreed. */
export function OutsideLink(props: { readonly url: string; readonly children: ReactNode }) {
  const open = (click: MouseEvent): void => openAddress(click, props.url);
  return (
    <a href={props.url} title={props.url} rel="noreferrer" draggable={false} onClick={open} onAuxClick={open}>
      {props.children}
    </a>
  );
}
