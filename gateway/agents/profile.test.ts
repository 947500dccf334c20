import { describe, expect, it } from 'vitest';
import { agentMdProblems, parseAgentMd } from '../../shared/aun/agent-md';
import { personas } from './personas';
import { profileText } from './profile';

describe('the profile of every demo agent', () => {
  it.each(personas)('$name is one that can be published', (persona) => {
    const aid = `${persona.name}.aun.test`;
    const document = parseAgentMd(profileText(persona, aid));
    expect(document.problems).toEqual([]);
    expect(agentMdProblems(document.fields, profileText(persona, aid))).toEqual([]);
    expect(document.fields).toMatchObject({ aid, name: persona.displayName, type: 'assistant' });
  });
});
