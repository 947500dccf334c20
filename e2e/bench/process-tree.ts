import { readFile, readdir } from 'node:fs/promises';

/** Ticks of the kernel's CPU accounting per second; fixed on Linux. */
const TICKS_PER_SECOND = 100;

/** Process ids of `root` and everything that descends from it (Linux). */
async function treeOf(root: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const parent = /\) \S (\d+)/.exec(stat)?.[1];
    if (parent !== undefined) parents.set(pid, Number(parent));
  }
  return [...parents.keys()].filter((pid) => {
    let ancestor: number | undefined = pid;
    while (ancestor !== undefined && ancestor !== root) ancestor = parents.get(ancestor);
    return ancestor === root;
  });
}

/** Proportional memory of a process and all its descendants, in MB (Linux). */
export async function pssOfTree(root: number): Promise<number> {
  let kilobytes = 0;
  for (const pid of await treeOf(root)) {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
  }
  return kilobytes / 1024;
}

/** CPU time that a process and all its descendants have used so far, in seconds (Linux). */
export async function cpuSecondsOfTree(root: number): Promise<number> {
  let ticks = 0;
  for (const pid of await treeOf(root)) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // utime and stime are the 12th and 13th field after the command's closing bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return ticks / TICKS_PER_SECOND;
}
