import { readList } from '../wire';

/** A part of a list on the gateway. */
export interface Page {
  readonly items: readonly unknown[];
  readonly total: number;
}

/**
 * Reads `limit` items from `offset` on; gateways number pages from 1 (`protocol/05 §6.0`). Two pages are read where the place
 * lies across them.
 */
export async function readPage(
  limit: number,
  offset: number,
  call: (place: { readonly page: number; readonly size: number }) => Promise<unknown>,
): Promise<Page> {
  const page = Math.floor(offset / limit) + 1;
  const skip = offset % limit;
  const first = readList(await call({ page, size: limit }));
  if (skip === 0) return { items: first.items.slice(0, limit), total: first.total };
  const second =
    first.items.length < limit ? [] : readList(await call({ page: page + 1, size: limit })).items;
  return { items: [...first.items, ...second].slice(skip, skip + limit), total: first.total };
}
