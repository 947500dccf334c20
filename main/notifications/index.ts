import { splitAid } from '../../shared/aun/aid';
import { isGroupId } from '../../shared/aun/group-id';
import type { Account } from '../../shared/model/account';
import type { BridgeEvent } from '../../shared/bridge/contract';
import type { Conversation } from '../../shared/model/conversation';
import type { Message } from '../../shared/model/message';
import { previewOf } from '../../shared/model/preview-text';
import type { Settings } from '../../shared/model/settings';
import type { Emit } from '../ports/events';
import type { Notifier } from '../ports/notifier';
import type { StoreChange } from '../ports/store';
import { BoundedMap } from '../runtime/bounded-map';
import type { Runtime } from '../runtime/runtime';
import { badgeOf } from './badge';
import { ConversationCall } from './conversation-call';
import { deserves, isInSight, mayCall } from './policy';
import type { Viewing } from './policy';
import { notificationTexts } from './texts';
import type { NotificationTexts } from './texts';
import { wordsFor, wordsForRequest } from './wording';
import type { Told } from './wording';

/** What notifications need of the engine. */
export interface NotificationParts {
  readonly notifier: Notifier;
  readonly settings: () => Settings;
  readonly locale: string;
  readonly runtime: Pick<Runtime, 'clock' | 'scheduler'>;
  /** Tells the window where to go when a notification was clicked. */
  readonly emit: Emit;
}

/** Decides what deserves a notification and takes it back when it deserves none any more. */
export interface Notifications {
  /** Hears everything the window is told: what was read, taken back or deleted is withdrawn, and the badge follows. */
  hear(event: BridgeEvent): void;
  /** Messages of `change.arrived` are on disk. */
  arrived(account: string, change: StoreChange): void;
  /** While an identity catches up nothing is shown; afterwards one notification for each conversation. */
  catchingUp(account: string, busy: boolean): void;
  viewing(viewing: Viewing): void;
  /** Withdraws everything. */
  stop(): void;
}

const KEY_SEPARATOR = '\n';
/** Names of people that are remembered for notifications of groups. */
const MAX_NAMES = 2_000;

function lineOf({ content, attachments }: Message, who: string | null): Told {
  return { ...previewOf(content, attachments[0]?.name), who };
}

/** Builds the notifications of this installation. */
export function createNotifications(parts: NotificationParts): Notifications {
  const { notifier, settings, locale, runtime, emit } = parts;
  const { clock } = runtime;
  /** What waits to be shown or is shown, by account and conversation. */
  const calls = new Map<string, ConversationCall>();
  const accounts = new Map<string, Account>();
  /** Accounts whose request notification is out, with the conversation it is of. */
  const requests = new Map<string, string>();
  /** The newest message request of an account that was told of in this run. */
  const newestRequests = new Map<string, Conversation>();
  const busy = new Set<string>();
  /** How people are called, by account and address, as far as the window was told in this run. */
  const names = new BoundedMap<string, string>(MAX_NAMES);
  let viewing: Viewing = { focused: false, account: null, conversation: null };
  let locked = false;
  let shownBadge = 0;

  const texts = (): NotificationTexts => notificationTexts(settings().language, locale);
  const ruleOf = (account: string): Account['notifications'] => accounts.get(account)?.notifications ?? 'all';
  const keyOf = (account: string, conversation: string): string =>
    `${account}${KEY_SEPARATOR}${conversation}`;
  const requestId = (account: string): string => keyOf(account, 'requests');
  const isSilenced = (): boolean => locked || !settings().notificationsOn;

  function navigate(account: string, conversation: string, message: number | null): void {
    notifier.focusWindow();
    emit({ event: 'app.navigate', data: { account, conversation, message } });
  }

  /** Who wrote a message, where the title of its conversation does not say so. */
  function writerOf(account: string, { conversation, sender }: Message): string | null {
    if (!isGroupId(conversation)) return null;
    return names.get(keyOf(account, sender)) ?? splitAid(sender).name;
  }

  function callOf(account: string, conversation: string): ConversationCall {
    const key = keyOf(account, conversation);
    const known = calls.get(key);
    if (known !== undefined) return known;
    const made = new ConversationCall({
      id: key,
      notifier,
      runtime,
      mayShow: () => !isSilenced() && !busy.has(account) && !notifier.quiet(),
      words: (title, messages) => {
        const own = accounts.get(account);
        const identity = accounts.size > 1 ? own?.displayName.trim() || account : null;
        return wordsFor({ title, identity, messages }, settings().notificationContent, texts());
      },
      silent: () => !settings().notificationSound,
      clicked: (message) => navigate(account, conversation, message),
      emptied: () => calls.delete(key),
    });
    calls.set(key, made);
    return made;
  }

  function withdraw(account: string, conversation: string): void {
    calls.get(keyOf(account, conversation))?.clear();
  }

  function withdrawAccount(account: string): void {
    for (const [key, call] of [...calls]) if (key.startsWith(`${account}${KEY_SEPARATOR}`)) call.clear();
    withdrawRequest(account);
  }

  function withdrawAll(): void {
    for (const call of [...calls.values()]) call.clear();
    for (const account of [...requests.keys()]) withdrawRequest(account);
    newestRequests.clear();
  }

  function withdrawRequest(account: string): void {
    if (requests.delete(account)) notifier.withdraw(requestId(account));
  }

  /** Somebody new wrote: one quiet word about it, however many they are and whatever they write. */
  function request(account: string): void {
    const row = newestRequests.get(account);
    if (row === undefined || requests.has(account) || isSilenced() || notifier.quiet()) return;
    const { conversation } = row;
    if (ruleOf(account) !== 'all' || isInSight(viewing, account, conversation)) return;
    requests.set(account, conversation);
    notifier.show({
      id: requestId(account),
      ...wordsForRequest(row, settings().notificationContent, texts()),
      silent: true,
      clicked: () => {
        requests.delete(account);
        navigate(account, conversation, null);
      },
    });
  }

  function badge(): void {
    const count = [...accounts.values()].reduce((sum, account) => sum + badgeOf(account), 0);
    if (count === shownBadge) return;
    shownBadge = count;
    notifier.badge(count);
  }

  function accountChanged(snapshot: Account): void {
    const { account } = snapshot;
    const before = accounts.get(account)?.requests ?? snapshot.requests;
    accounts.set(account, snapshot);
    if (snapshot.notifications === 'none') withdrawAccount(account);
    if (snapshot.requests === 0) {
      withdrawRequest(account);
      newestRequests.delete(account);
    } else if (snapshot.requests > before) request(account);
    badge();
  }

  function conversationChanged(account: string, conversation: Conversation): void {
    const id = conversation.conversation;
    if (conversation.kind === 'direct') names.set(keyOf(account, id), conversation.title);
    if (conversation.standing === 'pending') newestRequests.set(account, conversation);
    if (requests.get(account) === id && conversation.standing !== 'pending') withdrawRequest(account);
    const call = calls.get(keyOf(account, id));
    if (call === undefined) return;
    if (!mayCall(conversation, ruleOf(account), clock.now())) call.clear();
    else call.read(conversation.readUpTo);
  }

  /** What a message became: blanked ones go, opened ones say what they are now. */
  function messageChanged(account: string, message: Message): void {
    const call = calls.get(keyOf(account, message.conversation));
    if (call === undefined) return;
    const { kind } = message.content;
    // A streamed answer whose text has come is told by that text.
    const isOver = kind === 'stream' && message.finalId !== null;
    if (kind === 'recalled' || kind === 'expired' || isOver) call.drop([message.id]);
    else call.became(message.id, lineOf(message, writerOf(account, message)));
  }

  return {
    hear(event) {
      switch (event.event) {
        case 'account.changed':
          return accountChanged(event.data.snapshot);
        case 'account.removed':
          accounts.delete(event.data.account);
          withdrawAccount(event.data.account);
          return badge();
        case 'conversation.changed':
          for (const each of event.data.conversations) conversationChanged(event.data.account, each);
          return;
        case 'contact.changed':
          names.set(keyOf(event.data.account, event.data.contact.aid), event.data.contact.title);
          return;
        case 'conversation.removed':
          if (requests.get(event.data.account) === event.data.conversation)
            withdrawRequest(event.data.account);
          return withdraw(event.data.account, event.data.conversation);
        case 'message.changed':
          for (const message of event.data.messages) messageChanged(event.data.account, message);
          return;
        case 'message.removed':
          calls.get(keyOf(event.data.account, event.data.conversation))?.drop(event.data.ids);
          return;
        case 'settings.changed':
          if (!event.data.settings.notificationsOn) withdrawAll();
          return;
        case 'vault.changed':
          ({ locked } = event.data.vault);
          if (locked) withdrawAll();
          return;
        default:
          return;
      }
    },
    arrived(account, change) {
      if (isSilenced() || change.arrived === undefined || change.arrived.length === 0) return;
      const messages = new Map(change.messages.map((message) => [message.id, message]));
      const rows = new Map(change.conversations.map((each) => [each.conversation, each]));
      const hidden = new Set(change.hidden);
      for (const id of change.arrived) {
        if (hidden.has(id)) continue;
        const message = messages.get(id);
        const row = message === undefined ? undefined : rows.get(message.conversation);
        if (message === undefined || row === undefined) continue;
        if (!deserves(message, row, ruleOf(account), clock.now())) continue;
        if (!isInSight(viewing, account, message.conversation))
          callOf(account, message.conversation).add(
            row.title,
            id,
            lineOf(message, writerOf(account, message)),
          );
      }
    },
    catchingUp(account, isBusy) {
      if (isBusy) busy.add(account);
      else if (busy.delete(account)) {
        for (const [key, call] of [...calls])
          if (key.startsWith(`${account}${KEY_SEPARATOR}`)) call.showSoon();
      }
    },
    viewing(now) {
      viewing = now;
      const { focused, account, conversation } = now;
      if (!focused || account === null || conversation === null) return;
      withdraw(account, conversation);
      if (requests.get(account) === conversation) withdrawRequest(account);
    },
    stop: withdrawAll,
  };
}
