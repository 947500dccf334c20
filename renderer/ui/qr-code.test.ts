import { encode } from 'uqr';
import { expect, it } from 'vitest';
import { qrPath } from './qr-code';

/** Draws a path of rectangles one module high back into modules. */
function modulesOf(path: string, size: number): boolean[][] {
  const modules = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  for (const [, x = '', y = '', width = '', back] of path.matchAll(/M(\d+) (\d+)h(\d+)v1H(\d+)z/g)) {
    expect(back).toBe(x);
    for (let step = 0; step < Number(width); step += 1) {
      const row = modules[Number(y)];
      if (row !== undefined) row[Number(x) + step] = true;
    }
  }
  return modules;
}

it.each(['aun://lin.agentid.pub', `aun-verify:1?a=lin.agentid.pub&ka=${'7be2'.repeat(16)}`])(
  'draws exactly the modules of "%s"',
  (text) => {
    const code = encode(text, { ecc: 'M', border: 4 });
    expect(modulesOf(qrPath(code.data), code.size)).toEqual(code.data);
  },
);
