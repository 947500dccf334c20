import { expect, it } from 'vitest';
import { createKeyGate } from './key-gate';

/** A promise that a test settles. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

it('lets writers run side by side and a change of the vault alone, in the order they came', async () => {
  const keys = createKeyGate();
  const log: string[] = [];
  const [first, second, change] = [gate(), gate(), gate()];
  const step = async (name: string, until: Promise<void>): Promise<void> => {
    log.push(`${name} begins`);
    await until;
    log.push(`${name} ends`);
  };
  const work = [
    keys.write(() => step('first', first.opened)),
    keys.write(() => step('second', second.opened)),
    keys.alone(() => step('change', change.opened)),
    keys.write(() => step('late', Promise.resolve())),
  ];
  second.open();
  await work[1];
  expect(log).toEqual(['first begins', 'second begins', 'second ends']);
  first.open();
  change.open();
  await Promise.all(work);
  expect(log.slice(3)).toEqual(['first ends', 'change begins', 'change ends', 'late begins', 'late ends']);
});

it('goes on after work that failed, and hands its error to whoever asked', async () => {
  const keys = createKeyGate();
  await expect(keys.write(() => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk');
  await expect(keys.alone(() => Promise.reject(new Error('no vault')))).rejects.toThrow('no vault');
  expect(await keys.write(() => Promise.resolve(7))).toBe(7);
});
