import { z } from 'zod';

/** The part of JSON Schema that zod produces for the contract. */
const nodeSchema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  default: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  prefixItems: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  pattern: z.string().optional(),
});
type Node = z.infer<typeof nodeSchema>;

/** One line of an object's outline. */
export interface Field {
  /** Path from the object, such as `messages[].content.kind`. */
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly about: string;
}

function parseNode(value: unknown): Node {
  return nodeSchema.parse(typeof value === 'boolean' ? {} : value);
}

function alternatives(node: Node): Node[] {
  return (node.anyOf ?? node.oneOf ?? []).map(parseNode);
}

/** Whole numbers get these limits from zod when the contract gives none. */
function isSafeLimit(value: number): boolean {
  return Math.abs(value) === Number.MAX_SAFE_INTEGER;
}

function range(low: number | undefined, high: number | undefined, unit: string): string {
  const from = low === undefined || isSafeLimit(low) ? undefined : low;
  const to = high === undefined || isSafeLimit(high) ? undefined : high;
  if (from === undefined && to === undefined) return '';
  if (from === undefined || (from === 0 && unit !== ''))
    return to === undefined ? '' : ` ≤ ${String(to)}${unit}`;
  return to === undefined ? ` ≥ ${String(from)}${unit}` : ` ${String(from)}–${String(to)}${unit}`;
}

/** The type of a value in a few words: `string ≤ 256 characters`, `"a" | "b"`, `object[]`. */
export function typeWords(node: Node): string {
  if (node.$ref !== undefined) return node.$ref.replace('#/$defs/', '');
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum) return node.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = alternatives(node);
  if (choices.length > 0) return [...new Set(choices.map(typeWords))].join(' | ');
  if (Array.isArray(node.type)) return node.type.join(' | ');
  switch (node.type) {
    case 'string':
      return `string${range(node.minLength, node.maxLength, ' characters')}`;
    case 'integer':
    case 'number':
      return `${node.type}${range(node.minimum, node.maximum, '')}`;
    case 'array':
      return arrayWords(node);
    case undefined:
      return 'any JSON';
    default:
      return node.type;
  }
}

function arrayWords(node: Node): string {
  if (node.prefixItems) return `[${node.prefixItems.map((item) => typeWords(parseNode(item))).join(', ')}]`;
  const words = typeWords(parseNode(node.items ?? {}));
  const item = words.includes(' ') ? `(${words})[]` : `${words}[]`;
  return `${item}${range(node.minItems, node.maxItems, ' items')}`;
}

/** Objects inside a value, each with the path that leads to it. */
function innerObjects(node: Node, path: string): { path: string; node: Node }[] {
  if (node.properties) return [{ path, node }];
  if (node.type === 'array' && node.items !== undefined)
    return innerObjects(parseNode(node.items), `${path}[]`);
  return alternatives(node).flatMap((choice) => innerObjects(choice, path));
}

/** The property by which alternatives differ, such as `kind`: the first constant one. */
function discriminator(node: Node): { name: string; value: string } | undefined {
  for (const [name, value] of Object.entries(node.properties ?? {})) {
    const constant = parseNode(value).const;
    if (constant !== undefined) return { name, value: JSON.stringify(constant) };
  }
  return undefined;
}

/** Outlines alternatives of an object: the discriminator once with all its values, then each one's own properties. */
function outlineAlternatives(objects: readonly { path: string; node: Node }[]): Field[] {
  const first = objects[0];
  const found = objects.map(({ node }) => discriminator(node));
  const name = found[0]?.name;
  if (first === undefined || name === undefined)
    return objects.flatMap(({ path, node }) => outline(node, path));
  const type = found.map((entry) => entry?.value ?? '').join(' | ');
  const own = objects.flatMap(({ path, node }, index) =>
    outline(node, path)
      .filter((field) => field.path !== `${path}.${name}`)
      .map((field) => ({ ...field, about: joined(`for ${name} ${found[index]?.value ?? ''}`, field.about) })),
  );
  return [{ path: `${first.path}.${name}`, type, required: true, about: '' }, ...own];
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('; ');
}

/** Every property of an object, depth first, inner objects after the property that holds them. */
export function outline(schema: unknown, path = ''): Field[] {
  const node = parseNode(schema);
  return Object.entries(node.properties ?? {}).flatMap(([name, value]) => {
    const property = parseNode(value);
    const ownPath = path === '' ? name : `${path}.${name}`;
    const objects = innerObjects(property, ownPath);
    const field: Field = {
      path: ownPath,
      type: typeWords(property),
      required: (node.required ?? []).includes(name) && property.default === undefined,
      about: joined(
        property.description ?? '',
        property.default === undefined ? '' : `default ${JSON.stringify(property.default)}`,
      ),
    };
    return [field, ...(objects.length > 1 ? outlineAlternatives(objects) : objects.flatMap(inner))];
  });
}

function inner({ path, node }: { path: string; node: Node }): Field[] {
  return outline(node, path);
}
