import { describe, expect, it } from 'vitest';
import { parseAgentMd } from '../../../../shared/aun/agent-md';
import { editedText, editProblems, emptyProfile, formOf, readyToPublish, switchMode } from './profile-draft';
import { readList } from './profile-form';

const account = 'mei1.aun.test';

function described(name: string): string {
  return emptyProfile(account, name).replace('---\n\n', 'description: "One line"\n---\n\n');
}

describe('an edited profile', () => {
  it('begins with the address, a name and a version', () => {
    expect(parseAgentMd(emptyProfile(account, 'Mei')).fields).toMatchObject({
      aid: account,
      name: 'Mei',
      type: 'human',
      version: '1.0.0',
    });
  });

  it('says the same in the form and as text', () => {
    const form = formOf(described('Mei'), account);
    const raw = switchMode(form, 'raw', account);
    expect(switchMode(raw, 'form', account)).toEqual(form);
  });

  it('keeps fields the form does not know', () => {
    const text = described('Mei').replace('name:', 'favourite_tea: "green"\nname:');
    expect(editedText(formOf(text, account))).toContain('favourite_tea');
  });

  it('finds what is missing, and an address that is not the own one', () => {
    const empty = formOf(emptyProfile(account, ''), account);
    expect(editProblems(empty, account).map(({ field }) => field)).toContain('description');
    const foreign = { mode: 'raw' as const, text: described('Mei').replace(account, 'you.aun.test') };
    expect(editProblems(foreign, account)).toContainEqual({
      code: 'bad_aid',
      field: 'aid',
      severity: 'error',
    });
  });

  it('leaves with a version above the published one and with the moment', () => {
    const now = Date.UTC(2026, 10, 22);
    const published = described('Mei').replace('1.0.0', '1.4.9');
    const fields = (text: string) => parseAgentMd(text).fields;
    expect(fields(readyToPublish(described('Mei'), published, now))).toMatchObject({
      version: '1.4.10',
      updatedAt: '2026-11-22T00:00:00.000Z',
    });
    const newer = described('Mei').replace('1.0.0', '2.0.0');
    expect(fields(readyToPublish(newer, published, now)).version).toBe('2.0.0');
    expect(fields(readyToPublish(described('Mei'), null, now)).version).toBe('1.0.0');
  });

  it('reads lists as people type them', () => {
    expect(readList('design, 中文，编辑、 design ,,')).toEqual(['design', '中文', '编辑']);
  });
});
