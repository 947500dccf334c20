import { splitAid } from '../../shared/aun/aid';

const han = /\p{Script=Han}/u;

/** The last two Chinese characters, or the first letters of the first two words. */
export function initials(name: string): string {
  const trimmed = name.trim();
  const chinese = [...trimmed].filter((character) => han.test(character));
  if (chinese.length > 0) return chinese.slice(-2).join('');
  const plain = trimmed.includes(' ') ? trimmed : splitAid(trimmed).name;
  const words = plain.split(/[\s._-]+/u).filter((word) => word !== '');
  const [first = '', second] = words;
  const letters = second === undefined ? [...first].slice(0, 2) : [[...first][0], [...second][0]];
  return letters.join('').toUpperCase() || '?';
}

/** A steady hue for an address whose key is not known: degrees, 0 to 359. */
export function hueOf(address: string): number {
  let hash = 2166136261;
  for (let index = 0; index < address.length; index += 1) {
    hash = Math.imul(hash ^ address.charCodeAt(index), 16777619) >>> 0;
  }
  return hash % 360;
}
