import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { renderBridgeReference } from './bridge-reference';
import { outline, typeWords } from './schema-outline';

/** A schema of its own each time: the reference gives shared shapes a name, which sticks to the object. */
function makeThing() {
  return z.object({ id: z.string().max(8), amount: z.number().int().min(1).max(9).default(3) });
}
const thing = makeThing();
const content = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string().describe('plain text') }),
  z.object({ kind: z.literal('picture'), width: z.number() }),
]);

function fields(schema: z.ZodType): ReturnType<typeof outline> {
  return outline(z.toJSONSchema(schema, { io: 'input' }));
}

describe('the outline of a schema', () => {
  it('names limits, defaults and what may be left out', () => {
    expect(fields(thing)).toEqual([
      { path: 'id', type: 'string ≤ 8 characters', required: true, about: '' },
      { path: 'amount', type: 'integer 1–9', required: false, about: 'default 3' },
    ]);
  });

  it('follows lists and objects inside objects', () => {
    const paths = fields(z.object({ page: z.object({ things: z.array(thing) }) })).map((field) => field.path);
    expect(paths).toEqual(['page', 'page.things', 'page.things[].id', 'page.things[].amount']);
  });

  it('shows the discriminator of alternatives once and says which alternative a property belongs to', () => {
    expect(fields(z.object({ content }))).toEqual([
      { path: 'content', type: 'object', required: true, about: '' },
      { path: 'content.kind', type: '"text" | "picture"', required: true, about: '' },
      { path: 'content.text', type: 'string', required: true, about: 'for kind "text"; plain text' },
      { path: 'content.width', type: 'number', required: true, about: 'for kind "picture"' },
    ]);
  });

  it('spells tuples, unions with null and any value', () => {
    const words = (schema: z.ZodType): string => typeWords(z.toJSONSchema(schema));
    expect(words(z.tuple([z.string(), z.boolean()]))).toBe('[string, boolean]');
    expect(words(z.array(z.string().nullable()))).toBe('(string | null)[]');
    expect(words(z.unknown())).toBe('any JSON');
  });
});

describe('the bridge reference', () => {
  const shared = makeThing();
  const contract = {
    commands: {
      'thing.get': { about: 'Finds a thing.', params: z.object({ id: z.string() }), result: shared },
    },
    events: { 'thing.changed': { about: 'A thing changed.', data: z.object({ things: z.array(shared) }) } },
    errorCode: z.enum(['internal', 'not_found']),
    shapes: { Thing: shared },
  };
  const text = renderBridgeReference(contract);

  it('describes every command, event and error code', () => {
    expect(text).toContain('### thing.get\n\nFinds a thing.');
    expect(text).toContain('### thing.changed\n\nA thing changed.');
    expect(text).toContain('- `not_found`');
  });

  it('describes a shared shape once and refers to it by name', () => {
    expect(text).toContain('**Result**: Thing');
    expect(text).toContain('| `things` | `Thing[]` |');
    expect(text.split('integer 1–9')).toHaveLength(2);
  });

  it('is the same text every time', () => {
    expect(renderBridgeReference(contract)).toBe(text);
  });
});
