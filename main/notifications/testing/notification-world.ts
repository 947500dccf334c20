import type { Account } from '../../../shared/model/account';
import type { Conversation } from '../../../shared/model/conversation';
import { defaultSettings } from '../../../shared/model/default-settings';
import type { Message } from '../../../shared/model/message';
import type { Settings } from '../../../shared/model/settings';
import { sampleConversation, sampleMessage } from '../../../shared/model/testing/samples';
import type { BridgeEvent } from '../../../shared/bridge/contract';
import type { Notifier, SystemNotification } from '../../ports/notifier';
import { FakeTime } from '../../runtime/testing/fake-time';
import { createNotifications } from '..';
import type { Notifications } from '..';

export const ME = 'me.aun.test';
export const BOB = 'bob.aun.test';

/** A desktop that only writes down what it was told. */
export class RecordingNotifier implements Notifier {
  /** What is on the screen now, by id. */
  readonly shown = new Map<string, SystemNotification>();
  /** Every `show`, in order. */
  readonly history: SystemNotification[] = [];
  badges: number[] = [];
  focused = 0;
  isQuiet = false;

  show(notification: SystemNotification): void {
    this.shown.set(notification.id, notification);
    this.history.push(notification);
  }

  withdraw(id: string): void {
    this.shown.delete(id);
  }

  badge(count: number): void {
    this.badges.push(count);
  }

  focusWindow(): void {
    this.focused += 1;
  }

  quiet(): boolean {
    return this.isQuiet;
  }

  /** Bodies on the screen. */
  get bodies(): string[] {
    return [...this.shown.values()].map(({ body }) => body);
  }
}

export function account(changed: Partial<Account> = {}): Account {
  return {
    account: ME,
    network: 'n',
    displayName: 'Me',
    hue: 1,
    hueChosen: false,
    notifications: 'all',
    wantsOnline: true,
    attention: [],
    certificateExpiresAt: null,
    profileName: '',
    certificateFingerprint: null,
    session: {
      state: 'online',
      since: 0,
      blocked: null,
      problem: null,
      attempt: 0,
      retryAt: null,
      gatewayUrl: null,
      clockSkewMs: null,
      roundTripMs: null,
      notice: null,
    },
    unread: 0,
    mentions: 0,
    requests: 0,
    queued: 0,
    catchingUp: null,
    ...changed,
  };
}

export function row(changed: Partial<Conversation> = {}): Conversation {
  return sampleConversation({ conversation: BOB, title: 'Bob', ...changed });
}

export function message(id: number, text: string, changed: Partial<Message> = {}): Message {
  return sampleMessage({
    id,
    conversation: BOB,
    sender: BOB,
    content: { kind: 'text', text, format: 'plain', mentions: [] },
    ...changed,
  });
}

/** Notifications of a made-up installation with one identity. */
export class NotificationWorld {
  readonly time = new FakeTime();
  readonly notifier = new RecordingNotifier();
  readonly told: BridgeEvent[] = [];
  settings: Settings = { ...defaultSettings, language: 'en' };
  readonly notifications: Notifications = createNotifications({
    notifier: this.notifier,
    settings: () => this.settings,
    locale: 'en',
    runtime: { clock: this.time, scheduler: this.time },
    emit: (event) => this.told.push(event),
  });

  constructor() {
    this.account();
  }

  account(changed: Partial<Account> = {}): void {
    const snapshot = account(changed);
    this.notifications.hear({
      event: 'account.changed',
      data: { account: snapshot.account, snapshot },
    });
  }

  conversation(changed: Partial<Conversation> = {}): void {
    this.notifications.hear({
      event: 'conversation.changed',
      data: { account: ME, conversations: [row(changed)] },
    });
  }

  /** A message is stored and told, as the account does it. */
  arrive(arrived: Message, conversation: Partial<Conversation> = {}, owner = ME): void {
    this.notifications.arrived(owner, {
      messages: [arrived],
      conversations: [row({ conversation: arrived.conversation, ...conversation })],
      removed: [],
      arrived: [arrived.id],
    });
  }

  /** A message arrives and time passes until its notification is out. */
  notify(arrived: Message, conversation: Partial<Conversation> = {}): void {
    this.arrive(arrived, conversation);
    this.time.advance(2_000);
  }
}
