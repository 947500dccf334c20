import type { OwnProfile, Profile } from '../../shared/model/people';
import { start } from './fake-data';
import { fail, pause, scene, type Handlers } from './fake-engine';

const day = 86_400_000;

function document(aid: string, name: string, body: string): string {
  return `---
aid: "${aid}"
name: "${name}"
type: "human"
version: "1.2.0"
description: "Product designer, usually replies within a day"
tags:
  - design
  - 中文
visibility: "public"
updated_at: "2026-01-15T09:30:00Z"
---

${body}`;
}

const body = `# Mei

Languages: **中文**, English. Best reached 9:00–17:00 CST.

- Release notes
- Design reviews

See <https://example.org/mei>.
`;

function published(aid: string, text: string): Profile {
  return {
    aid,
    status: 'verified',
    reason: '',
    text,
    bytes: new TextEncoder().encode(text).length,
    fetchedAt: Date.now(),
    signedAt: start - 20 * day,
    certificateFingerprint: `sha256:${'9f3a'.repeat(16)}`,
    etag: `"${'ab'.repeat(32)}"`,
    warning: null,
  };
}

const profiles = new Map<string, OwnProfile>();
const theirs = document('mei_zhang.agentid.pub', 'Mei (phone)', '# Mei\n\nOn leave until Monday.\n');

function ownOf(account: string): OwnProfile {
  const known = profiles.get(account);
  if (known !== undefined) return known;
  if (scene.has('no-profile')) return { account, draft: null, published: null, state: 'not_published' };
  const text = document(account, '张小美', body);
  if (scene.has('attention'))
    return { account, draft: text, published: published(account, theirs), state: 'changed_elsewhere' };
  return { account, draft: null, published: published(account, text), state: 'published' };
}

/** Commands about the own profile. */
export const fakeProfile: Handlers<'profile.own' | 'profile.saveDraft' | 'profile.publish'> = {
  'profile.own': ({ account }) => ownOf(account),
  'profile.saveDraft': ({ account, text }) => {
    const known = ownOf(account);
    const state = text === null ? (known.published === null ? 'not_published' : 'published') : 'draft';
    const changed: OwnProfile = { ...known, draft: text, state };
    profiles.set(account, changed);
    return changed;
  },
  'profile.publish': async ({ account, text }) => {
    await pause(500);
    if (scene.has('conflict') && profiles.get(account)?.published?.text !== theirs) {
      profiles.set(account, {
        account,
        draft: text,
        published: published(account, theirs),
        state: 'changed_elsewhere',
      });
      fail('profile_conflict');
    }
    const changed: OwnProfile = {
      account,
      draft: null,
      published: published(account, text),
      state: 'published',
    };
    profiles.set(account, changed);
    return changed;
  },
};
