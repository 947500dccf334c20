import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageContentSchema } from '../../shared/model/message';
import { storedReferenceSchema } from '../../shared/aun/attachment-reference';
import { describePayload } from './describe';
import { open, own, samples, sealed } from './payload/payload-test-support';

const HIDDEN = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

function deep(levels: number): unknown {
  let value: unknown = 'end';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? { inside: value } : [value];
  return value;
}

const hostile = fc.constantFrom<unknown>(
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -0,
  -1,
  2 ** 30,
  1e300,
  0.5,
  '',
  '\u0000\u202eexe.txt\u2066',
  '\ud800',
  'x'.repeat(200_000),
  '\u202e'.repeat(50_000),
  '='.repeat(100_000),
  ' '.repeat(100_000),
  '../../../../etc/passwd',
  'CON.txt',
  'javascript:alert(1)',
  'https://a.example@b.example/',
  `https://${'a.'.repeat(5_000)}example/`,
  '__proto__',
  null,
  undefined,
  true,
  [],
  {},
  Array.from({ length: 10_000 }, (_, index) => index),
  Array.from({ length: 10_000 }, () => ({ aid: 'alice.aun.test', display: 'a', offset: 0, length: 1 })),
  Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key${index}`, index])),
  deep(5_000),
);
const anything = fc.oneof({ weight: 2, arbitrary: hostile }, { weight: 3, arbitrary: fc.jsonValue() });

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...path, key]))];
}

function replaced(value: unknown, path: Path, by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((item: unknown, index) =>
      String(index) === String(key) ? replaced(item, rest, by) : item,
    );
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, name === key ? replaced(member, rest, by) : member]),
  );
}

function sizeOf(value: unknown): number {
  try {
    const json: unknown = JSON.stringify(value);
    return typeof json === 'string' ? json.length : 0;
  } catch {
    // Nested deeper than it can be written.
    return 100_000;
  }
}

/** Whatever the payload was: the result is a content, bounded by what came in, and names nothing dangerously. */
function expectSensible(payload: unknown, context: typeof sealed): void {
  const { content, links } = describePayload(payload, context);
  const parsed = messageContentSchema.safeParse(content);
  expect(parsed.success, JSON.stringify(content).slice(0, 500)).toBe(true);
  const size = JSON.stringify({ content, links }).length;
  expect(size).toBeLessThanOrEqual(4 * sizeOf(payload) + 100_000);
  expect(links.attachments.length).toBeLessThanOrEqual(100);
  for (const claim of links.attachments.flatMap((each) => [
    each,
    ...(each.thumbnail === null ? [] : [each.thumbnail]),
  ])) {
    expect(claim.name).not.toMatch(/[/\\]|^\.|[. ]$/);
    expect(claim.name).not.toMatch(HIDDEN);
    expect(claim.name.length).toBeGreaterThan(0);
    expect(claim.name.length).toBeLessThanOrEqual(200);
    expect(claim.type).toMatch(/^[a-z0-9][^\s;]*\/[^\s;]+$/);
    expect(Number.isSafeInteger(claim.size) && claim.size >= 0).toBe(true);
    const reference = storedReferenceSchema.parse(JSON.parse(claim.referenceJson));
    expect(claim.encrypted).toBe(reference.enc !== undefined);
    if (context.protection === 'none') expect(reference.enc).toBeUndefined();
  }
  if (context.protection === 'none') expect(links.refersTo).toBeNull();
  if (content.kind === 'link') expect(new URL(content.url)).toMatchObject({ username: '', password: '' });
  for (const name of namesIn(content)) expect(name).not.toMatch(HIDDEN);
}

function namesIn(content: ReturnType<typeof describePayload>['content']): string[] {
  switch (content.kind) {
    case 'person':
    case 'location':
    case 'tool':
      return [content.name];
    case 'actions':
      return [content.title, ...content.actions.map((action) => action.label)];
    case 'poll':
      return [content.title, ...content.options.map((option) => option.text)];
    case 'bundle':
      return [content.title, ...content.items.map((item) => item.sender)];
    case 'unsupported':
      return [content.type];
    default:
      return [];
  }
}

describe('a payload of any type', () => {
  const contexts = fc.constantFrom(sealed, open, own);
  for (const [name, sample] of Object.entries(samples)) {
    it(`${name}: with anything in any of its places comes to something sensible`, () => {
      const paths = pathsOf(sample);
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.constantFrom(...paths), anything), { minLength: 1, maxLength: 3 }),
          contexts,
          (changes, context) => {
            const payload = changes.reduce<unknown>((value, [path, by]) => replaced(value, path, by), sample);
            expectSensible(payload, context);
          },
        ),
        { numRuns: 150 },
      );
    });

    it(`${name}: without any one of its fields comes to something sensible`, () => {
      for (const path of pathsOf(sample)) expectSensible(replaced(sample, path, undefined), sealed);
    });
  }

  it('made of anything at all comes to something sensible', () => {
    const types = fc.constantFrom(...Object.keys(samples), '__proto__', 'toString', '');
    fc.assert(
      fc.property(fc.dictionary(fc.string(), anything), types, contexts, (members, type, context) => {
        expectSensible({ ...members, type }, context);
      }),
      { numRuns: 500 },
    );
    fc.assert(fc.property(anything, contexts, (payload, context) => expectSensible(payload, context)));
  });
});
