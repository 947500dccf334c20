/** Works on items in their order, at most `most` of them at a time. Rejects with the first failure after all have ended. */
export async function inParallel<Item>(
  most: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const failures: unknown[] = [];
  async function one(): Promise<void> {
    for (const item of waiting) await work(item).catch((thrown: unknown) => failures.push(thrown));
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, one));
  if (failures.length > 0) throw failures[0];
}
