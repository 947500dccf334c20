import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agentMdBytes,
  agentMdProblems,
  compareAgentMdVersions,
  emptyAgentMdFields,
  formatAgentMd,
  nextAgentMdVersion,
  parseAgentMd,
  peerKindOf,
} from './agent-md';
import type { AgentMdFields, OtherField } from './agent-md';
import type { LineField } from './agent-md-model';
import { cleanLine, cleanText } from './agent-md-text';

const marta = `---
aid: "marta.aun.test"
name: 'Marta ''M'' Nowak' # her own words
type: human
version: "1.2.0"
description: "Designs \\"things\\""
tags:
  - design
  - "a, b"
updated_at: "2026-01-15T09:30:00Z"
service_endpoints:
  chat:
    url: "wss://example.org"
x_motto: Salt: bread
---

# Marta

Languages: Polish.
`;

const complete: AgentMdFields = {
  ...emptyAgentMdFields,
  aid: 'marta.aun.test',
  name: 'Marta',
  type: 'human',
  version: '1.0.0',
  description: 'Designer',
};

function codes(fields: Partial<AgentMdFields>, body = ''): string[] {
  const all = { ...complete, ...fields };
  return agentMdProblems(all, formatAgentMd(all, body)).map(({ code, field }) => `${code}:${field}`);
}

describe('reading a profile document', () => {
  it('takes quoted and plain values, comments, lists and fields it does not know', () => {
    const { fields, body, problems } = parseAgentMd(marta);
    expect(fields).toMatchObject({
      aid: 'marta.aun.test',
      name: "Marta 'M' Nowak",
      type: 'human',
      version: '1.2.0',
      description: 'Designs "things"',
      tags: ['design', 'a, b'],
      updatedAt: '2026-01-15T09:30:00Z',
    });
    expect(fields.other).toEqual([
      { key: 'service_endpoints', kind: 'nested', lines: ['  chat:', '    url: "wss://example.org"'] },
      { key: 'x_motto', kind: 'text', text: 'Salt: bread' },
    ]);
    expect(body).toBe('# Marta\n\nLanguages: Polish.\n');
    expect(problems).toEqual([]);
  });

  it('takes inline lists with commas and brackets inside quotes', () => {
    const { fields } = parseAgentMd(`---\ntags: [calendar, "a, [b]", 'it''s', ]\n---\n`);
    expect(fields.tags).toEqual(['calendar', 'a, [b]', "it's"]);
  });

  it('shows what is there when only three fields are', () => {
    const { fields, problems } = parseAgentMd('---\naid: a.b\nname: N\ntype: x\n---\nhello');
    expect(fields).toMatchObject({ name: 'N', type: 'x' });
    expect(problems.map(({ code }) => code)).toContain('missing');
  });

  it('treats a text without front matter, or with one that never ends, as a body', () => {
    expect(parseAgentMd('# hi')).toMatchObject({ body: '# hi', problems: [{ code: 'no_front_matter' }] });
    const open = '---\nname: x\n';
    expect(parseAgentMd(open)).toMatchObject({ body: open, problems: [{ code: 'front_matter_not_closed' }] });
  });

  it('gives anchors, tags and further documents no meaning', () => {
    const { fields, body } = parseAgentMd('---\nname: &a !!str x\ncontact: *a\n---\n---\nname: y\n---\n');
    expect(fields).toMatchObject({ name: '&a !!str x', contact: '*a' });
    expect(body).toBe('---\nname: y\n---\n');
  });

  it('keeps the first of two equal keys and says so', () => {
    const document = parseAgentMd('---\nname: one\nname: two\n---\n');
    expect(document.fields.name).toBe('one');
    expect(document.problems).toContainEqual({ code: 'written_twice', severity: 'warning', field: 'name' });
  });

  it('is not confused by keys that objects have by themselves', () => {
    const { fields } = parseAgentMd('---\n__proto__: a\nconstructor: b\ntoString: c\n---\n');
    expect(fields.other.map(({ key }) => key)).toEqual(['__proto__', 'constructor', 'toString']);
  });

  it('takes characters out of values that hide or turn text', () => {
    const { fields, problems } = parseAgentMd('---\nname: "a\\u202Eb\u200bc\\u0007"\n---\n');
    expect(fields.name).toBe('abc');
    expect(problems.map(({ code }) => code)).toContain('hidden_characters');
  });

  it('looks for the end of the front matter in the first 4 KiB only', () => {
    const text = `---\nname: x\n${'# filler\n'.repeat(600)}---\n`;
    expect(parseAgentMd(text).problems.map(({ code }) => code)).toEqual([
      'front_matter_not_closed',
      'too_large',
    ]);
  });

  it('never throws and stays quick, whatever it is given', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        '---',
        '\n',
        '\r',
        '"',
        "'",
        '[',
        ']',
        ',',
        '- ',
        'name:',
        'skills:',
        '#',
        '## Skills',
        '\\u',
      ),
      fc.constantFrom('<!-- AUN-SIGNATURE\n', '\n-->', 'cert_fingerprint: x', '\ud800', '\u2028'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const text = `---\n${parts.join('')}`;
        const document = parseAgentMd(text);
        expect(text).toContain(document.body);
        for (const value of [document.fields.name, ...document.fields.tags])
          expect(cleanLine(value)).toBe(value);
      }),
    );
    for (const piece of ['[', '"\\', "'", '- ', '\n\n', ' \n', 'a: [', '\n-->', '#', '*[', ':']) {
      parseAgentMd(`---\na: ${piece.repeat(40_000)}`);
      parseAgentMd(`---\na: b\n---\n## Skills\n- ${piece.repeat(40_000)}`);
      parseAgentMd(`<!-- AUN-SIGNATURE\n${piece.repeat(40_000)}\n-->`);
    }
  });
});

describe('skills', () => {
  const skills = (front: string, body = '') => parseAgentMd(`---\n${front}\n---\n${body}`).skills;

  it('come from the front matter, as names or with descriptions', () => {
    expect(skills('skills: [plan, "sum: the last 50"]')).toEqual([
      { name: 'plan', description: '' },
      { name: 'sum', description: 'the last 50' },
    ]);
    expect(skills('skills:\n  - name: "plan"\n    description: Proposes slots\n  - id: sum')).toEqual([
      { name: 'plan', description: 'Proposes slots' },
      { name: 'sum', description: '' },
    ]);
  });

  it('come from the section of the body otherwise, up to the next heading', () => {
    const body = [
      '# Planner',
      '- not this',
      '## Skills',
      '- `/plan` — propose slots',
      '* **sum**: summarise',
      '```',
      '- code',
      '```',
      '### More',
      '1. [book](https://example.org/x) - books',
      '## Limits',
      '- nor this',
    ].join('\n');
    expect(skills('name: x', body)).toEqual([
      { name: '/plan', description: 'propose slots' },
      { name: 'sum', description: 'summarise' },
      { name: 'book', description: 'books' },
    ]);
  });
});

describe('writing a profile document', () => {
  const line = fc.string({ unit: 'binary', maxLength: 30 });
  const wild = fc.oneof(
    line,
    fc
      .array(
        fc.constantFrom('"', '\\', "'", '\n', '---', ': ', '#', '- ', '[', ']', '\u202e', 'é', '名', ' '),
        {
          maxLength: 10,
        },
      )
      .map((parts) => parts.join('')),
  );
  const list = fc.array(wild, { maxLength: 4 });
  const other: fc.Arbitrary<readonly OtherField[]> = fc.uniqueArray(
    fc.oneof(
      fc.record({ key: fc.stringMatching(/^x_[a-z]{1,5}$/), kind: fc.constant('text' as const), text: wild }),
      fc.record({
        key: fc.stringMatching(/^y_[a-z]{1,5}$/),
        kind: fc.constant('list' as const),
        items: list,
      }),
    ),
    { selector: ({ key }) => key, maxLength: 3 },
  );
  const anyFields: fc.Arbitrary<AgentMdFields> = fc.record({
    aid: wild,
    name: wild,
    type: wild,
    version: wild,
    description: wild,
    visibility: wild,
    updatedAt: wild,
    provider: wild,
    contact: wild,
    license: wild,
    tags: list,
    skills: list,
    inputModes: list,
    outputModes: list,
    other,
  });
  const items = (texts: readonly string[]) => texts.map(cleanLine).filter((text) => text !== '');
  function cleaned(fields: AgentMdFields): AgentMdFields {
    const text = (name: LineField) => cleanLine(fields[name]);
    return {
      aid: text('aid'),
      name: text('name'),
      type: text('type'),
      version: text('version'),
      description: text('description'),
      visibility: text('visibility'),
      updatedAt: text('updatedAt'),
      provider: text('provider'),
      contact: text('contact'),
      license: text('license'),
      tags: items(fields.tags),
      skills: items(fields.skills),
      inputModes: items(fields.inputModes),
      outputModes: items(fields.outputModes),
      other: fields.other.flatMap((field): OtherField[] => {
        if (field.kind === 'text') {
          const value = cleanLine(field.text);
          return value === '' ? [] : [{ ...field, text: value }];
        }
        const values = field.kind === 'list' ? items(field.items) : [];
        return values.length === 0 ? [] : [{ key: field.key, kind: 'list', items: values }];
      }),
    };
  }

  it('gives back every field and the body when it is read', () => {
    const body = fc.array(fc.oneof(wild, fc.constant('<!-- AUN-SIGNATURE\n')), { maxLength: 5 });
    fc.assert(
      fc.property(anyFields, body, (fields, parts) => {
        const text = parts.join('\n');
        const document = parseAgentMd(formatAgentMd(fields, text));
        // Only in a document small enough the end of the front matter is found.
        fc.pre(!document.problems.some(({ code }) => code === 'too_large'));
        expect(document.fields).toEqual(cleaned(fields));
        expect(document.body).toBe(cleanText(text).replaceAll('<!-- AUN', '&lt;!-- AUN'));
      }),
      { numRuns: 500 },
    );
  });

  it('writes again what it has read, nested fields included', () => {
    const { fields, body } = parseAgentMd(marta);
    const again = parseAgentMd(formatAgentMd(fields, body));
    expect(again.fields).toEqual(fields);
    expect(again.body).toBe(body);
  });

  it('lets no value become another field, not even in a nested one', () => {
    const fields: AgentMdFields = {
      ...complete,
      name: 'x"\ntype: "assistant',
      other: [
        { key: 'bad key: x', kind: 'text', text: 'a' },
        { key: 'aid', kind: 'text', text: 'mallory.aun.test' },
        { key: 'z', kind: 'nested', lines: ['  a: b', 'type: agent', '---', ' ---', '  c: d\ntype: e'] },
      ],
    };
    const read = parseAgentMd(formatAgentMd(fields, 'body')).fields;
    expect(read).toMatchObject({ aid: complete.aid, type: 'human', name: 'x" type: "assistant' });
    expect(read.other).toEqual([{ key: 'z', kind: 'nested', lines: ['  a: b', '  c: d type: e'] }]);
  });
});

describe('what is wrong with a form', () => {
  it('is nothing for a good one', () => {
    expect(codes({})).toEqual([]);
  });

  it('names missing and malformed fields', () => {
    expect(codes({ name: '\u3164', version: '1.0' })).toEqual(['missing:name', 'bad_version:version']);
    expect(codes({ aid: 'no', type: 'robot', visibility: 'secret' })).toEqual([
      'bad_aid:aid',
      'unknown_value:type',
      'unknown_value:visibility',
    ]);
  });

  it('counts characters, not units, and refuses second lines', () => {
    expect(codes({ description: '😀'.repeat(100), name: '名'.repeat(64) })).toEqual([]);
    expect(codes({ description: 'x'.repeat(101), name: 'x'.repeat(65) })).toEqual([
      'too_long:name',
      'too_long:description',
    ]);
    expect(codes({ description: 'a\nb', tags: ['a\u2028b'] })).toEqual([
      'line_break:description',
      'line_break:tags',
    ]);
    expect(codes({ tags: Array.from({ length: 33 }, () => 'x') })).toEqual(['too_many:tags']);
  });

  it('counts bytes without the signature block', () => {
    const empty = formatAgentMd(complete, 'x');
    const room = 4096 - agentMdBytes(empty);
    const full = formatAgentMd(complete, 'x' + 'y'.repeat(room));
    expect(agentMdBytes(full)).toBe(4096);
    expect(agentMdProblems(complete, `${full}\n`)).toEqual([
      { code: 'too_large', severity: 'error', field: '' },
    ]);
    expect(agentMdProblems(complete, full)).toEqual([]);
    const block = '<!-- AUN-SIGNATURE\ncert_fingerprint: x\n-->';
    expect(agentMdBytes(`${empty}\n${block}`)).toBe(agentMdBytes(`${empty}\n`));
    expect(agentMdBytes('你')).toBe(3);
  });
});

describe('versions and kinds', () => {
  it('count the patch number up, also a long one', () => {
    expect(nextAgentMdVersion('1.2.9')).toBe('1.2.10');
    expect(nextAgentMdVersion('0.0.99999999999999999999')).toBe('0.0.100000000000000000000');
    expect(nextAgentMdVersion('draft')).toBe('1.0.0');
  });

  it('compare by number, and anything is newer than what is no version', () => {
    expect(compareAgentMdVersions('1.10.0', '1.9.9')).toBeGreaterThan(0);
    expect(compareAgentMdVersions('1.02.0', '1.2.0')).toBe(0);
    expect(compareAgentMdVersions('0.0.1', 'x')).toBeGreaterThan(0);
    expect(compareAgentMdVersions('', '0.0.0')).toBeLessThan(0);
    expect(compareAgentMdVersions('', '')).toBe(0);
  });

  it('tell people from agents', () => {
    expect(['human', ' Human', 'assistant', 'codeagent', 'whatever', ''].map(peerKindOf)).toEqual([
      'human',
      'human',
      'agent',
      'agent',
      'agent',
      'unknown',
    ]);
  });
});
