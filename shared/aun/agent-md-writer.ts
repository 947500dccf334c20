import { lineFields, listFields } from './agent-md-model';
import type { AgentMdFields, LineField, ListField, OtherField } from './agent-md-model';
import { cleanLine, cleanText } from './agent-md-text';

const KEY = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;
const known = new Set<string>([...Object.values(lineFields), ...Object.values(listFields)]);

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function cleanItems(items: readonly string[]): readonly string[] {
  return items.map(cleanLine).filter((item) => item !== '');
}

function formatList(key: string, items: readonly string[]): readonly string[] {
  const clean = cleanItems(items);
  return clean.length === 0 ? [] : [`${key}:`, ...clean.map((item) => `  - ${quote(item)}`)];
}

function formatLine(key: string, text: string): readonly string[] {
  const clean = cleanLine(text);
  return clean === '' ? [] : [`${key}: ${quote(clean)}`];
}

/** Lines that can only belong to the field above them. */
function nestedLines(lines: readonly string[]): readonly string[] {
  return lines
    .map((line) => line.replace(/[\n\r\u0085\u2028\u2029]/g, ' ').trimEnd())
    .filter(
      (line) => /^(?:[ \t]+\S|-[ \t])/.test(line) && line.trim() !== '---' && !line.trim().startsWith('#'),
    );
}

function formatOther(field: OtherField): readonly string[] {
  const free = !known.has(field.key) || (field.key === 'skills' && field.kind === 'nested');
  if (!KEY.test(field.key) || !free) return [];
  if (field.kind === 'text') return formatLine(field.key, field.text);
  if (field.kind === 'list') return formatList(field.key, field.items);
  const lines = nestedLines(field.lines);
  return lines.length === 0 ? [] : [`${field.key}:`, ...lines];
}

/**
 * Writes the document of a form, without a signature. Reading it gives the same fields and body back, except that line
 * breaks inside a value become spaces, that invisible and direction-turning characters are gone, and that a body cannot
 * pretend to hold a signature block. Nothing in a value can become another field.
 */
export function formatAgentMd(fields: AgentMdFields, body: string): string {
  const lines = [
    ...Object.entries(lineFields).flatMap(([name, key]) => formatLine(key, fields[name as LineField])),
    ...Object.entries(listFields).flatMap(([name, key]) => formatList(key, fields[name as ListField])),
    ...fields.other.flatMap(formatOther),
  ];
  const text = cleanText(body).replaceAll('<!-- AUN-SIGNATURE', '&lt;!-- AUN-SIGNATURE');
  return ['---', ...lines, '---', ...(text === '' ? [''] : ['', text])].join('\n');
}
