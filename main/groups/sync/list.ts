import type { RpcCaller } from '../../ports/session';
import { readGroup, readList } from '../wire';
import type { GroupWire } from '../wire';
import { LIST_PAGE, LIST_PAGES } from './limits';

/** The groups a gateway says we are in. */
export interface OwnGroups {
  readonly groups: readonly { readonly wire: GroupWire; readonly raw: unknown }[];
  /** Whether these are all: only then a group that is not among them is not ours any more. */
  readonly complete: boolean;
}

/** Reads the list page by page; a gateway that knows no pages gives the first one again. @throws gateway errors */
export async function readOwnGroups(rpc: RpcCaller): Promise<OwnGroups> {
  const found = new Map<string, { wire: GroupWire; raw: unknown }>();
  let unread = 0;
  for (let page = 1; page <= LIST_PAGES; page += 1) {
    const { items, total } = readList(await rpc.call('group.list_my', { page, size: LIST_PAGE }), 'groups');
    const before = found.size;
    for (const raw of items) {
      const wire = readGroup(raw);
      if (wire === null) unread += 1;
      else if (!found.has(wire.group)) found.set(wire.group, { wire, raw });
    }
    const complete = found.size + unread >= total;
    if (complete || found.size === before) return { groups: [...found.values()], complete };
  }
  return { groups: [...found.values()], complete: false };
}
