import type { AgentSkill } from './agent-md-model';
import { cleanLine, cutText } from './agent-md-text';

/** Most skills a card shows, and the longest texts of one, in characters. */
const MAX_SKILLS = 32;
const MAX_NAME = 64;
const MAX_DESCRIPTION = 200;
const TITLES = new Set(['skills', 'skill', '技能', '能力']);

/** Takes the commonest marks of Markdown off a line; what is left is shown as text. */
function withoutMarks(text: string): string {
  return text
    .replace(/!?\[([^[\]]*)\]\([^()\s]*\)/g, '$1')
    .replace(/[`*]+/g, '')
    .trim();
}

/** Splits `name — description` at the first dash or colon between the two. */
export function readSkill(line: string): AgentSkill | null {
  const text = withoutMarks(cutText(cleanLine(line), 1000));
  const [mark] = /\s+[—–-]+\s+|[:：]\s+|：/.exec(text) ?? [];
  const at = mark === undefined ? text.length : text.indexOf(mark);
  const name = cutText(text.slice(0, at).trim(), MAX_NAME);
  if (name === '') return null;
  const description = cutText(text.slice(at + (mark?.length ?? 0)).trim(), MAX_DESCRIPTION);
  return { name, description };
}

/** Skills from entries of the front matter. */
export function skillsFromList(items: readonly string[]): readonly AgentSkill[] {
  return items.slice(0, MAX_SKILLS).flatMap((item) => readSkill(item) ?? []);
}

/** Skills from nested entries such as `- name: x` with `description: y` below. */
export function skillsFromNested(lines: readonly string[]): readonly AgentSkill[] {
  const skills: { name: string; description: string }[] = [];
  for (const line of lines) {
    const [, dash, key, value = ''] = /^[ \t]*(-[ \t]+)?([A-Za-z_]+)[ \t]*:[ \t]*(.*)$/.exec(line) ?? [];
    if (key === undefined) continue;
    if (dash !== undefined) skills.push({ name: '', description: '' });
    const skill = skills[skills.length - 1];
    if (skill === undefined) continue;
    const text = cleanLine(value.trim().replace(/^(["'])(.*)\1$/, '$2'));
    if (/^(?:name|title|id)$/.test(key) && skill.name === '') skill.name = cutText(text, MAX_NAME);
    if (/^(?:description|summary)$/.test(key)) skill.description = cutText(text, MAX_DESCRIPTION);
  }
  return skills.filter((skill) => skill.name !== '').slice(0, MAX_SKILLS);
}

/** Skills from the section "Skills" of the body: the items of its lists. */
export function skillsFromBody(body: string): readonly AgentSkill[] {
  const skills: AgentSkill[] = [];
  let inside = 0;
  let fenced = false;
  for (const line of body.split(/\r\n|\n|\r/)) {
    if (/^ {0,3}(?:```|~~~)/.test(line)) fenced = !fenced;
    if (fenced) continue;
    const heading = /^ {0,3}(#{1,6})[ \t]+(.*)$/.exec(line);
    if (heading !== null) {
      const level = heading[1]?.length ?? 1;
      const title = withoutMarks(heading[2] ?? '')
        .replace(/[\s#]+$/, '')
        .toLowerCase();
      if (inside === 0 && TITLES.has(title)) inside = level;
      else if (level <= inside) break;
      continue;
    }
    if (inside === 0 || skills.length >= MAX_SKILLS) continue;
    const item = /^ {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]+(.*)$/.exec(line)?.[1];
    const skill = item === undefined ? null : readSkill(item);
    if (skill !== null) skills.push(skill);
  }
  return skills;
}
