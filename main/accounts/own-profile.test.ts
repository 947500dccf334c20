import { describe, expect, it } from 'vitest';
import type { OwnProfile } from '../../shared/model/people';
import { parseAid } from '../../shared/aun/aid';
import type { Certificate, Identity } from '../ports/identity';
import type { Profiles } from '../ports/profile';
import type { AccountStore } from '../ports/store';
import { OwnProfileKeeper } from './own-profile';
import type { OwnProfileParts } from './own-profile';

const AID = 'alice.aun.test';
const OLD = `sha256:${'0'.repeat(64)}`;
const NEW = `sha256:${'1'.repeat(64)}`;

/** An identity whose key was changed, and a profile service that remembers what it was told to publish. */
function world() {
  const told: (readonly [string, string | null])[] = [];
  const meta = new Map<string, string>();
  let current = document('by the owner', 'first', OLD);
  function document(text: string, etag: string, certificateFingerprint: string): OwnProfile {
    return {
      account: AID,
      draft: null,
      state: 'published',
      published: {
        aid: AID,
        status: certificateFingerprint === NEW ? 'verified' : 'older_key',
        reason: '',
        text,
        bytes: text.length,
        fetchedAt: 1,
        signedAt: 1,
        certificateFingerprint,
        etag,
        warning: null,
      },
    };
  }
  const profiles: Pick<Profiles, 'own' | 'publish'> = {
    own: async () => current,
    publish: async (text, replacing) => {
      told.push([text, replacing]);
      current = document(text, `next-${told.length}`, told.length === 1 ? OLD : NEW);
      return current;
    },
  };
  const store: Pick<AccountStore, 'profile' | 'setMeta' | 'getMeta'> = {
    profile: async () => null,
    getMeta: async (key) => meta.get(key) ?? null,
    setMeta: async (key, value) => {
      if (value === null) meta.delete(key);
      else meta.set(key, value);
    },
  };
  const former = [{ certificates: [{ fingerprint: OLD } as Certificate] }];
  const identity = { aid: parseAid(AID), formerKeys: () => former } as unknown as Identity;
  const parts = { identity, profiles, store, changed: () => undefined } as unknown as OwnProfileParts;
  return {
    told,
    keeper: new OwnProfileKeeper(parts),
    becomes: (text: string, etag: string) => (current = document(text, etag, OLD)),
  };
}

describe('the own profile after a change of key', () => {
  it('is signed anew, word for word, when it is what was published here', async () => {
    const { keeper, told } = world();
    await keeper.publish('by the owner', null);
    await keeper.look();
    await keeper.look();
    expect(told).toEqual([
      ['by the owner', null],
      ['by the owner', 'next-1'],
    ]);
  });

  it('is left alone when it was published elsewhere: it may be a thief’s', async () => {
    const { keeper, told, becomes } = world();
    await keeper.publish('by the owner', null);
    becomes('by somebody with the old key', 'foreign');
    await keeper.look();
    expect(told).toEqual([['by the owner', null]]);
  });
});
