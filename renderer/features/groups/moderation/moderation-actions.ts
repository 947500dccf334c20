import i18next from 'i18next';
import type { CommandName, CommandParams, CommandResult } from '../../../../shared/bridge/contract';
import type { GroupMember } from '../../../../shared/model/group';
import { invoke, reportError, toCommandError } from '../../../stores/bridge';
import { useGroupsStore } from '../../../stores/groups-store';
import { useNoticesStore } from '../../../stores/notices-store';
import { durationWords } from './durations';
import { useModerationStore } from './moderation-store';

/** Commands whose answer is the group as it is then. */
type ChangingCommand = {
  [Name in CommandName]: Name extends `group.${string}`
    ? CommandResult<Name> extends CommandResult<'group.get'>
      ? Name
      : never
    : never;
}[CommandName];

/** Reads a group anew: what was refused may mean that our role was lost a moment ago. */
function look(account: string, group: string): void {
  invoke('group.refresh', { account, group }).then(
    (found) => useGroupsStore.getState().merge(account, found),
    (reason: unknown) => {
      // The refusal itself was told; this only tries to show what is true now.
      reportError(reason);
    },
  );
}

/**
 * Changes a group and shows it as it is then. Where the network refuses, the group is read anew, so that the window offers what is
 * still allowed.
 * @throws CommandError when it was not done
 */
export async function changeGroup<Name extends ChangingCommand>(
  command: Name,
  params: CommandParams<Name> & { readonly account: string; readonly group: string },
): Promise<CommandResult<Name>> {
  try {
    const group = await invoke(command, params);
    useGroupsStore.getState().merge(params.account, group);
    return group;
  } catch (reason) {
    const error = toCommandError(reason);
    if (error.code.startsWith('group_') || error.code === 'permission_denied')
      look(params.account, params.group);
    throw error;
  }
}

/** The same for commands that answer with something else. */
export async function askGroup<Name extends CommandName>(
  command: Name,
  params: CommandParams<Name> & { readonly account: string; readonly group: string },
): Promise<CommandResult<Name>> {
  try {
    return await invoke(command, params);
  } catch (reason) {
    const error = toCommandError(reason);
    if (error.code.startsWith('group_') || error.code === 'permission_denied')
      look(params.account, params.group);
    throw error;
  }
}

interface About {
  readonly account: string;
  readonly group: string;
  readonly aid: string;
  readonly title: string;
}

const named = ({ account, group, aid }: About) => ({ account, group, aid });

/** Offers to take back what was done. */
export function offerUndo(words: string, undo: () => Promise<unknown>, action?: string): void {
  useModerationStore
    .getState()
    .offerUndo({ words, undo, action: action ?? i18next.t('moderation.undo.undo') });
}

/** Takes the right to write away for `seconds` (0: for good), and offers to give it back. */
export async function mute(about: About, seconds: number, reason: string): Promise<void> {
  await changeGroup('group.mute', { ...named(about), seconds, reason });
  const length = durationWords(seconds);
  offerUndo(i18next.t('moderation.undo.muted', { name: about.title, length }), () =>
    changeGroup('group.unmute', named(about)),
  );
}

/** Gives the right to write back, and offers to mute again for what was left. `mutedUntil` in Unix ms. */
export async function unmute(
  about: About,
  before: Pick<GroupMember, 'mutedUntil' | 'muteReason'>,
): Promise<void> {
  await changeGroup('group.unmute', named(about));
  const left = before.mutedUntil === null ? 0 : Math.round((before.mutedUntil - Date.now()) / 1000);
  const year = 31_536_000;
  offerUndo(i18next.t('moderation.undo.unmuted', { name: about.title }), () =>
    changeGroup('group.mute', {
      ...named(about),
      seconds: left > year ? 0 : Math.max(60, left),
      reason: before.muteReason.slice(0, 255),
    }),
  );
}

/** Removes somebody; offers to add them again, which makes them a new member. */
export async function kick(about: About, kind: GroupMember['kind']): Promise<void> {
  await changeGroup('group.kick', named(about));
  offerUndo(
    i18next.t('moderation.undo.kicked', { name: about.title }),
    () => addAgain(about, kind),
    i18next.t('moderation.undo.addAgain'),
  );
}

async function addAgain({ account, group, aid }: About, kind: GroupMember['kind']): Promise<void> {
  const { group: after, failed } = await askGroup('group.add', { account, group, members: [{ aid, kind }] });
  useGroupsStore.getState().merge(account, after);
  const [first] = failed;
  if (first !== undefined) throw toCommandError({ code: first.code, message: '', retryable: true });
}

/** Removes somebody and keeps them out; offers to lift the ban. */
export async function ban(about: About, reason: string): Promise<void> {
  await changeGroup('group.kick', { ...named(about), ban: true, reason });
  offerUndo(
    i18next.t('moderation.undo.banned', { name: about.title }),
    () => changeGroup('group.unmute', named(about)),
    i18next.t('moderation.undo.lift'),
  );
}

/** Lifts a ban of somebody outside, without asking. */
export async function unban(about: About, reason: string): Promise<void> {
  await changeGroup('group.unmute', named(about));
  offerUndo(i18next.t('moderation.undo.unbanned', { name: about.title }), () =>
    changeGroup('group.mute', { ...named(about), seconds: 0, reason: reason.slice(0, 255) }),
  );
}

/** Makes an admin or a member of somebody, and offers the way back. */
export async function setRole(about: About, role: 'admin' | 'member'): Promise<void> {
  await changeGroup('group.setRole', { ...named(about), role });
  const words =
    role === 'admin'
      ? i18next.t('moderation.undo.madeAdmin', { name: about.title })
      : i18next.t('moderation.undo.madeMember', { name: about.title });
  offerUndo(words, () =>
    changeGroup('group.setRole', { ...named(about), role: role === 'admin' ? 'member' : 'admin' }),
  );
}

/** Hands the group over; there is no way back from here. */
export async function transfer(about: About): Promise<void> {
  await changeGroup('group.transfer', named(about));
  useNoticesStore.getState().showInfo(i18next.t('moderation.undo.transferred', { name: about.title }));
}

/** Runs something that asks nothing before; a failure is told at the edge of the window. */
export function runQuietly(work: Promise<unknown>): void {
  work.catch((reason: unknown) => useNoticesStore.getState().showError(toCommandError(reason)));
}
