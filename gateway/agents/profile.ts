import type { Engine } from '../../main/accounts/engine';
import { emptyAgentMdFields, formatAgentMd } from '../../shared/aun/agent-md';
import { ownProfileSchema } from '../../shared/model/people';
import type { Persona } from './personas';

/** The public profile of a demo agent, before it is signed. */
export function profileText(persona: Persona, aid: string): string {
  return formatAgentMd(
    {
      ...emptyAgentMdFields,
      aid,
      name: persona.displayName,
      type: 'assistant',
      version: '1.0.0',
      description: persona.description,
      tags: ['demo'],
    },
    persona.about,
  );
}

/** Publishes it, unless the network has it already. @throws Error when the engine refuses */
export async function publishProfile(engine: Engine, persona: Persona, aid: string): Promise<void> {
  const text = profileText(persona, aid);
  const asked = await engine.router.invoke('profile.own', { account: aid, refresh: true });
  if (!asked.ok) throw new Error(`profile.own: ${asked.error.code}`);
  const { published } = ownProfileSchema.parse(asked.result);
  if (published?.text === text && published.status === 'verified') return;
  const params = { account: aid, text, replacing: published?.etag ?? null };
  const answer = await engine.router.invoke('profile.publish', params);
  if (!answer.ok) throw new Error(`profile.publish: ${answer.error.code} ${answer.error.message}`);
}
