import { useCallback, useEffect, useRef, useState } from 'react';
import type { Account } from '../../../../shared/model/account';
import type { OwnProfile } from '../../../../shared/model/people';
import { invoke, reportError, toCommandError, type CommandError } from '../../../stores/bridge';
import {
  editedText,
  emptyProfile,
  formOf,
  readyToPublish,
  switchMode,
  type ProfileEdit,
} from './profile-draft';

/** Rest after the last key before the draft is kept, in ms. */
const draftDelay = 600;

/** The own profile while it is edited. */
export interface ProfileEditing {
  readonly own: OwnProfile | null;
  readonly edit: ProfileEdit | null;
  /** Whether what is typed has been kept. */
  readonly kept: boolean;
  readonly changed: boolean;
  readonly busy: boolean;
  readonly error: CommandError | null;
  /** Another document was published elsewhere since this edit began. */
  readonly conflict: boolean;
  change(edit: ProfileEdit): void;
  changeMode(mode: ProfileEdit['mode']): void;
  publish(done: () => void): void;
  /** Publishes over what was published elsewhere. */
  overwrite(done: () => void): void;
  /** Drops the edit and goes on with what is published. */
  discard(): void;
}

function startText(own: OwnProfile, account: Account): string {
  const name = account.displayName === '' ? (account.account.split('.')[0] ?? '') : account.displayName;
  return own.draft ?? own.published?.text ?? emptyProfile(account.account, name);
}

/**
 * Loads the own profile, keeps every edit as a draft a moment after the last key and when the view closes, and
 * publishes. The ETag the edit began with goes along, so that nothing published elsewhere is overwritten unseen.
 */
export function useOwnProfile(account: Account): ProfileEditing {
  const id = account.account;
  const [own, setOwn] = useState<OwnProfile | null>(null);
  const [edit, setEdit] = useState<ProfileEdit | null>(null);
  const [base, setBase] = useState<string | null>(null);
  const [kept, setKept] = useState(true);
  const [changed, setChanged] = useState(false);
  const [busy, setBusy] = useState(false);
  const [conflict, setConflict] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const [begun] = useState(account);
  const waiting = useRef<{ readonly text: string; readonly timer: ReturnType<typeof setTimeout> } | null>(
    null,
  );

  const begin = useCallback(
    (loaded: OwnProfile): void => {
      setOwn(loaded);
      setEdit(formOf(startText(loaded, begun), id));
      setBase(loaded.published?.etag ?? null);
      setChanged(loaded.draft !== null);
      setConflict(loaded.state === 'changed_elsewhere');
      setKept(true);
    },
    [begun, id],
  );

  const keep = useCallback((): Promise<void> => {
    const draft = waiting.current;
    if (draft === null) return Promise.resolve();
    clearTimeout(draft.timer);
    waiting.current = null;
    return invoke('profile.saveDraft', { account: id, text: draft.text }).then(() => setKept(true));
  }, [id]);

  useEffect(() => {
    let current = true;
    const take = (loaded: OwnProfile): void => {
      if (current) begin(loaded);
    };
    invoke('profile.own', { account: id, refresh: true }).then(take, (reason: unknown) => {
      if (current) setError(toCommandError(reason));
    });
    return () => {
      current = false;
      // Closing the view is no reason to lose the last words.
      keep().catch(reportError);
    };
  }, [id, begin, keep]);

  const send = async (replacing: string | null): Promise<OwnProfile> => {
    const text = edit === null ? '' : editedText(edit);
    if (waiting.current !== null) clearTimeout(waiting.current.timer);
    waiting.current = null;
    const ready = readyToPublish(text, own?.published?.text ?? null, Date.now());
    try {
      return await invoke('profile.publish', { account: id, text: ready, replacing });
    } catch (reason) {
      // What was typed stays, whatever became of publishing it.
      await invoke('profile.saveDraft', { account: id, text });
      throw reason;
    }
  };
  const publishOver = (replacing: string | null, done: () => void): void => {
    if (busy) return;
    setBusy(true);
    setError(null);
    send(replacing)
      .then(
        (published) => {
          begin(published);
          done();
        },
        async (reason: unknown) => {
          const failure = toCommandError(reason);
          if (failure.code !== 'profile_conflict') {
            setError(failure);
            return;
          }
          setConflict(true);
          setOwn(await invoke('profile.own', { account: id, refresh: true }));
        },
      )
      .catch((reason: unknown) => setError(toCommandError(reason)))
      .finally(() => setBusy(false));
  };

  return {
    own,
    edit,
    kept,
    changed,
    busy,
    error,
    conflict,
    change: (next) => {
      setEdit(next);
      setChanged(true);
      setKept(false);
      setError(null);
      if (waiting.current !== null) clearTimeout(waiting.current.timer);
      const timer = setTimeout(() => void keep().catch(reportError), draftDelay);
      waiting.current = { text: editedText(next), timer };
    },
    changeMode: (mode) => setEdit((before) => (before === null ? null : switchMode(before, mode, id))),
    publish: (done) => publishOver(base, done),
    overwrite: (done) => publishOver(own?.published?.etag ?? null, done),
    discard: () => {
      if (waiting.current !== null) clearTimeout(waiting.current.timer);
      waiting.current = null;
      invoke('profile.saveDraft', { account: id, text: null }).then(begin, (reason: unknown) =>
        setError(toCommandError(reason)),
      );
    },
  };
}
