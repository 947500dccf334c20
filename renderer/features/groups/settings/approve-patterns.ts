import { cleanLine } from '../../../../shared/aun/agent-md-text';
import { issuerProblem, parsePeerAid } from '../../../../shared/aun/aid';

/** Most patterns of a group, and the longest of them (`protocol/05 §4.1`). */
export const mostPatterns = 50;
const longestPattern = 256;

/** What a pattern lets in, for words: one address, everybody of an issuer, names of one form, or whatever fits an expression. */
export type PatternMeaning =
  | { readonly kind: 'address'; readonly text: string }
  | { readonly kind: 'everybody'; readonly text: string }
  | { readonly kind: 'form'; readonly text: string }
  | { readonly kind: 'expression'; readonly text: string };

/** What makes a text an expression and not an address with stars. */
const expressionMarks = /[\\^$()[\]{}|+?]/;
/** What a star stands for: a part of a name, which has no dot; alone it is a whole name, which is not empty. */
const anyName = '[^.]+';
const anyPart = '[^.]*';

function compiles(expression: string): boolean {
  try {
    return new RegExp(expression, 'u').unicode;
  } catch {
    return false;
  }
}

function ofForm(typed: string): string | null {
  const dot = typed.indexOf('.');
  const name = typed.slice(0, Math.max(dot, 0));
  const issuer = typed.slice(dot + 1);
  if (!/^[a-z0-9_*-]+$/.test(name) || issuerProblem(issuer) !== null) return null;
  if (!name.includes('*') && parsePeerAid(typed) === null) return null;
  const parts = name === '*' ? anyName : name.replaceAll(/\*+/g, anyPart);
  return `^${parts}\\.${issuer.replaceAll('.', '\\.')}$`;
}

/**
 * The pattern that the network gets for what somebody typed: an address, one with stars in its name, or a regular expression; null
 * when it is none. It names both ends, so that a gateway which looks for it anywhere in an address lets in nobody else.
 */
export function patternOf(typed: string): string | null {
  const text = typed.trim();
  if (!expressionMarks.test(text)) {
    const pattern = ofForm(text.toLowerCase());
    return pattern !== null && pattern.length <= longestPattern ? pattern : null;
  }
  // The ends of an alternative are the ends of nothing else.
  const anchored = text.startsWith('^') && text.endsWith('$') && !text.includes('|');
  const whole = anchored ? text : `^(?:${text})$`;
  return whole.length <= longestPattern && compiles(text) && compiles(whole) ? whole : null;
}

/** What a pattern means, as far as it can be said in words; it may come from any program, so what is hidden in it is not shown. */
export function meaningOf(pattern: string): PatternMeaning {
  const inner = pattern.replace(/^\^/, '').replace(/\$$/, '');
  const read = /^((?:\[\^\.\][+*]|[a-z0-9_-])+)\\\.((?:[a-z0-9_-]|\\\.)+)$/.exec(inner);
  const [, name, issuer] = read ?? [];
  if (name !== undefined && issuer !== undefined) {
    const domain = issuer.replaceAll('\\.', '.');
    if (name === anyName) return { kind: 'everybody', text: domain };
    const text = `${name.replaceAll(/\[\^\.\][+*]/g, '*')}.${domain}`;
    return name.includes('[') ? { kind: 'form', text } : { kind: 'address', text };
  }
  return { kind: 'expression', text: cleanLine(/^\^\(\?:(.*)\)\$$/su.exec(pattern)?.[1] ?? pattern) };
}
