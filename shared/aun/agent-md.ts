import { parseAid } from './aid';
import { splitAgentMd } from './agent-md-block';
import {
  AgentMdLimit,
  agentMdTypes,
  agentMdVisibilities,
  emptyAgentMdFields,
  lineFields,
  listFields,
} from './agent-md-model';
import type {
  AgentMd,
  AgentMdFields,
  AgentMdProblem,
  AgentMdProblemCode,
  AgentSkill,
  LineField,
  ListField,
  OtherField,
} from './agent-md-model';
import { asLine, asList, readFrontMatter } from './agent-md-reader';
import type { FrontMatter, RawField } from './agent-md-reader';
import { skillsFromBody, skillsFromList, skillsFromNested } from './agent-md-skills';
import { cleanLine, cutText, hasLineBreak, isVisible, utf8Length } from './agent-md-text';

export { formatSignatureBlock, payloadAid, payloadToSign, splitAgentMd } from './agent-md-block';
export { formatAgentMd } from './agent-md-writer';
export { AgentMdLimit, agentMdTypes, agentMdVisibilities, emptyAgentMdFields } from './agent-md-model';
export type {
  AgentMd,
  AgentMdFields,
  AgentMdProblem,
  AgentMdProblemCode,
  AgentSkill,
  OtherField,
} from './agent-md-model';

/** Longest text that is looked at, in UTF-16 units; a document is far smaller. */
const MAX_TEXT = 65_536;
const VERSION = /^\d+\.\d+\.\d+$/;

const lineNames = Object.keys(lineFields).filter((name): name is LineField => name in lineFields);
const listNames = Object.keys(listFields).filter((name): name is ListField => name in listFields);
const knownKeys = new Set<string>([...Object.values(lineFields), ...Object.values(listFields)]);

/** Size of a document as the network counts it: without its signature block, in UTF-8 bytes (`protocol/06 §5.1`). */
export function agentMdBytes(text: string): number {
  return utf8Length(splitAgentMd(text).payload);
}

/** Person or agent, as the document declares itself; `unknown` where it says nothing (`protocol/06 §5.1`). */
export function peerKindOf(type: string): 'human' | 'agent' | 'unknown' {
  const normal = type.trim().toLowerCase();
  if (normal === '') return 'unknown';
  return normal === 'human' ? 'human' : 'agent';
}

/** The next patch version; `1.0.0` where there is none to start from. */
export function nextAgentMdVersion(version: string): string {
  if (!VERSION.test(version) || version.length > 64) return '1.0.0';
  const [major = '1', minor = '0', patch = '0'] = version.split('.');
  return `${major}.${minor}.${BigInt(patch) + 1n}`;
}

/** Order of two versions: negative when `left` is the older one. What is no version is older than any that is. */
export function compareAgentMdVersions(left: string, right: string): number {
  const numbers = (version: string): readonly string[] =>
    VERSION.test(version) ? version.split('.').map((part) => part.replace(/^0+(?=\d)/, '')) : [];
  const [one, other] = [numbers(left), numbers(right)];
  if (one.length !== other.length) return one.length - other.length;
  for (const [index, part] of one.entries()) {
    const against = other[index] ?? '';
    if (part.length !== against.length) return part.length - against.length;
    if (part !== against) return part < against ? -1 : 1;
  }
  return 0;
}

function problem(
  code: AgentMdProblemCode,
  field: string,
  severity: AgentMdProblem['severity'] = 'error',
): AgentMdProblem {
  return { code, field, severity };
}

function lineProblems(key: string, value: string, limit: number): AgentMdProblem[] {
  if (hasLineBreak(value)) return [problem('line_break', key)];
  if (cleanLine(value) !== value.trim()) return [problem('hidden_characters', key, 'warning')];
  return [...value].length > limit ? [problem('too_long', key)] : [];
}

function lineLimit(name: LineField): number {
  if (name === 'name' || name === 'description') return AgentMdLimit[name];
  return name === 'aid' ? 320 : AgentMdLimit.value;
}

/** What keeps fields and body from being a good document (`protocol/06 §5.1`). Size is not looked at here. */
function fieldProblems(fields: AgentMdFields): AgentMdProblem[] {
  const found: AgentMdProblem[] = [];
  for (const name of ['aid', 'name', 'type', 'version', 'description'] as const)
    if (!isVisible(cleanLine(fields[name]))) found.push(problem('missing', name));
  if (fields.aid !== '' && parseAid(fields.aid) !== fields.aid) found.push(problem('bad_aid', 'aid'));
  if (fields.version !== '' && !VERSION.test(fields.version)) found.push(problem('bad_version', 'version'));
  for (const name of lineNames) found.push(...lineProblems(lineFields[name], fields[name], lineLimit(name)));
  for (const name of listNames) {
    const key = listFields[name];
    if (fields[name].length > AgentMdLimit.items) found.push(problem('too_many', key));
    const [first] = fields[name].flatMap((item) => lineProblems(key, item, AgentMdLimit.value));
    if (first !== undefined) found.push(first);
  }
  const known = (list: readonly string[], value: string): boolean => value === '' || list.includes(value);
  if (!known(agentMdTypes, fields.type)) found.push(problem('unknown_value', 'type', 'warning'));
  if (!known(agentMdVisibilities, fields.visibility))
    found.push(problem('unknown_value', 'visibility', 'warning'));
  return found;
}

function readOther(fields: ReadonlyMap<string, RawField>): readonly OtherField[] {
  return [...fields].flatMap(([key, field]): OtherField[] => {
    // Skills that are more than names stay as they are written.
    if (knownKeys.has(key) && !(key === 'skills' && field.kind === 'nested')) return [];
    if (field.kind === 'nested') return [{ key, kind: 'nested', lines: field.lines }];
    return field.kind === 'list'
      ? [{ key, kind: 'list', items: asList(field) }]
      : [{ key, kind: 'text', text: asLine(field) }];
  });
}

function readFields(raw: ReadonlyMap<string, RawField>): AgentMdFields {
  const fields = { ...emptyAgentMdFields, other: readOther(raw) };
  for (const name of lineNames) fields[name] = asLine(raw.get(lineFields[name]));
  for (const name of listNames) {
    const field = raw.get(listFields[name]);
    fields[name] = name === 'skills' && field?.kind === 'nested' ? [] : asList(field);
  }
  return fields;
}

function readSkills(front: FrontMatter, fields: AgentMdFields): readonly AgentSkill[] {
  const raw = front.fields.get(listFields.skills);
  const declared = raw?.kind === 'nested' ? skillsFromNested(raw.lines) : skillsFromList(fields.skills);
  return declared.length > 0 ? declared : skillsFromBody(front.body);
}

function hiddenProblems(front: FrontMatter): AgentMdProblem[] {
  return [...front.fields].flatMap(([key, field]) => {
    const texts = field.kind === 'text' ? [field.text] : field.kind === 'list' ? field.items : field.lines;
    const hidden = texts.some((text) => cleanLine(text) !== text.replace(/[\t\n\r]/g, ' ').trim());
    return hidden ? [problem('hidden_characters', key, 'warning')] : [];
  });
}

/**
 * Reads a document, with or without a signature block, and says what is wrong with it. Lenient as the network is: shows
 * what is there (`protocol/06 §5.1`). Never throws, whatever the text; its time grows with the text, which is looked at
 * up to 64 Ki characters.
 */
export function parseAgentMd(text: string): AgentMd {
  const { payload } = splitAgentMd(cutText(text, MAX_TEXT));
  const front = readFrontMatter(payload, AgentMdLimit.bytes);
  const fields = readFields(front.fields);
  const problems: AgentMdProblem[] = [];
  if (front.state === 'none') problems.push(problem('no_front_matter', ''));
  if (front.state === 'open') problems.push(problem('front_matter_not_closed', ''));
  if (front.state === 'closed') problems.push(...fieldProblems(fields), ...hiddenProblems(front));
  problems.push(...front.writtenTwice.map((key) => problem('written_twice', key, 'warning')));
  if (text.length > MAX_TEXT || utf8Length(payload) > AgentMdLimit.bytes)
    problems.push(problem('too_large', ''));
  return { fields, body: front.body, skills: readSkills(front, fields), problems };
}

/** What a form has to say about its fields before they become a document; `document` is what they would become. */
export function agentMdProblems(fields: AgentMdFields, document: string): readonly AgentMdProblem[] {
  const tooLarge = agentMdBytes(document) > AgentMdLimit.bytes;
  return [...fieldProblems(fields), ...(tooLarge ? [problem('too_large', '')] : [])];
}
