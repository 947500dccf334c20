import type { ReactNode } from 'react';
import { usePeopleStore, personKey, useContact } from '../../../stores/people-store';
import { Avatar } from '../../../ui/avatar';
import { hueOf } from '../../../ui/avatar-text';

/** What an identity calls somebody: alias, verified name, or the address while nothing is known. */
export function usePersonTitle(account: string, aid: string | null): string {
  const contact = useContact(account, aid);
  return contact?.title ?? aid ?? '';
}

/** The same without asking, for a text that is made when something happens. */
export function personTitle(account: string, aid: string): string {
  return usePeopleStore.getState().contacts[personKey(account, aid)]?.title ?? aid;
}

/** Somebody with name and address, and what the place has to say about them. */
export function PersonLine(props: {
  readonly aid: string;
  readonly title: string;
  readonly kind: 'human' | 'agent' | 'unknown';
  readonly size?: number;
  readonly children?: ReactNode;
}) {
  const { aid, title, kind } = props;
  return (
    <div className="person-line">
      <Avatar name={title} hue={hueOf(aid)} kind={kind} size={props.size ?? 36} />
      <div className="person-line__names">
        <span className="person-line__title isolate" dir="auto">
          {title}
        </span>
        {title !== aid && <span className="person-line__aid selectable">{aid}</span>}
        {props.children}
      </div>
    </div>
  );
}
