import { z } from 'zod';
import { outline, type Field } from './schema-outline';

/** What the reference is made from. */
export interface Contract {
  readonly commands: Readonly<Record<string, { about: string; params: z.ZodType; result: z.ZodType }>>;
  readonly events: Readonly<Record<string, { about: string; data: z.ZodType }>>;
  readonly errorCode: z.ZodEnum;
  /** Objects that appear in many places, by the name under which they are described once. */
  readonly shapes: Readonly<Record<string, z.ZodType>>;
}

const introduction = [
  '# The bridge',
  '',
  '<!-- Generated from shared/bridge/contract.ts by `npm run docs`. Do not edit. -->',
  '',
  'Everything the window can ask for and everything it can hear. The same commands and events drive the engine without a',
  'window: `npm run --silent engine -- --data FOLDER` reads one JSON object a line on stdin and writes one a line on',
  'stdout.',
  '',
  '```json',
  '{"id":1,"command":"account.list","params":{}}',
  '{"id":1,"result":{"accounts":[]}}',
  '{"id":2,"error":{"code":"unknown_account","message":"…","retryable":false,"detail":{}}}',
  '{"event":"message.changed","data":{"account":"alice.aun.test","…":"…"}}',
  '```',
  '',
  'Parameters that the contract does not name are refused. A parameter marked with ? may be left out.',
  '',
].join('\n');

/** JSON Schema in which the named shapes are references. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
}

/** The definition of a named shape itself, which zod puts beside a reference to it. */
function definition(schema: z.ZodType, name: string): unknown {
  const whole = jsonSchema(schema, 'output');
  return whole.properties ? whole : whole.$defs?.[name];
}

/** Text for a table cell: no line breaks, and bars that do not end the cell. */
function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
}

function table(heading: string, fields: readonly Field[]): string {
  if (fields.length === 0) return `**${heading}**: none\n`;
  const rows = fields.map(
    ({ path, type, required, about }) =>
      `| \`${path}\`${required ? '' : ' ?'} | \`${cell(type)}\` | ${cell(about)} |`,
  );
  return [`| ${heading} | Type | |`, '|---|---|---|', ...rows, ''].join('\n');
}

/** The table of a schema; one line when the whole value is a named shape. */
function described(heading: string, schema: z.ZodType, io: 'input' | 'output'): string {
  const name = z.globalRegistry.get(schema)?.id;
  return name === undefined ? table(heading, outline(jsonSchema(schema, io))) : `**${heading}**: ${name}\n`;
}

/** Renders the whole reference as Markdown. The same contract always gives the same text. */
export function renderBridgeReference({ commands, events, errorCode, shapes }: Contract): string {
  for (const [id, schema] of Object.entries({ ...shapes, ErrorCode: errorCode })) {
    z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });
  }
  const commandParts = Object.entries(commands).flatMap(([name, { about, params, result }]) => [
    `### ${name}\n`,
    `${about}\n`,
    described('Parameter', params, 'input'),
    described('Result', result, 'output'),
  ]);
  const eventParts = Object.entries(events).flatMap(([name, { about, data }]) => [
    `### ${name}\n`,
    `${about}\n`,
    described('Data', data, 'output'),
  ]);
  const shapeParts = Object.entries(shapes).flatMap(([name, schema]) => [
    `### ${name}\n`,
    table('Property', outline(definition(schema, name))),
  ]);
  const codes = errorCode.options.map((code) => `- \`${String(code)}\``);
  return [
    introduction,
    '## Commands\n',
    ...commandParts,
    '## Events\n',
    ...eventParts,
    '## Shapes\n',
    ...shapeParts,
    '## Error codes\n',
    ...codes,
    '',
  ].join('\n');
}
