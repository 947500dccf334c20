import type { ReactNode } from 'react';
import { accountName } from '../../../stores/account-name';
import { useAccount, useHue } from '../../../stores/accounts-store';
import { useContact } from '../../../stores/people-store';
import { Avatar } from '../../../ui/avatar';

/** What an identity calls somebody: alias, verified name, or the address while nothing is known; itself by its own name. */
export function usePersonTitle(account: string, aid: string | null): string {
  const own = useAccount(account);
  const contact = useContact(account, aid === account ? null : aid);
  if (aid === account && own !== undefined) return accountName(own);
  return contact?.title ?? aid ?? '';
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
  const hue = useHue(aid);
  return (
    <div className="person-line">
      <Avatar name={title} hue={hue} kind={kind} size={props.size ?? 36} />
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
