import { HandedOut } from '../handed-out';
import type { HandlerContext, HandlersOf } from './context';

/** A file the window is handing over. */
interface Upload {
  readonly account: string;
  readonly upload: string;
}

/** Files of messages. No path crosses the bridge. */
export function attachmentHandlers({ options, accounts }: HandlerContext): HandlersOf<'attachment'> {
  const uploads = new HandedOut<Upload>(options.runtime.random);
  const attachments = async (account: string) => (await accounts.get(account)).messaging.attachments;
  return {
    'attachment.pick': async ({ account, conversation }) => {
      const owner = await accounts.get(account);
      await owner.desk.get(conversation);
      return { attachments: await owner.messaging.attachments.pick(conversation) };
    },
    'attachment.begin': async ({ account, ...file }) => {
      const owner = await accounts.get(account);
      await owner.desk.get(file.conversation);
      const upload = await owner.messaging.attachments.begin(file);
      return { upload: uploads.give({ account, upload }) };
    },
    'attachment.append': async ({ upload: handle, bytes }) => {
      const { account, upload } = uploads.find(handle);
      await (await attachments(account)).append(upload, bytes);
      return {};
    },
    'attachment.finish': async ({ upload: handle }) => {
      const { account, upload } = uploads.find(handle);
      return (await attachments(account)).finish(upload);
    },
    'attachment.abandon': async ({ upload: handle }) => {
      const { account, upload } = uploads.find(handle);
      await (await attachments(account)).abandon(upload);
      return {};
    },
    'attachment.describe': async ({ account, attachment, ...facts }) =>
      (await attachments(account)).describe(attachment, facts),
    'attachment.drafts': async ({ account, conversation }) => ({
      attachments: await (await attachments(account)).drafts(conversation),
    }),
    'attachment.discard': async ({ account, attachment }) => {
      await (await attachments(account)).discard(attachment);
      return {};
    },
    'attachment.download': async ({ account, attachment }) =>
      (await attachments(account)).download(attachment),
    'attachment.cancel': async ({ account, attachment }) =>
      (await accounts.get(account)).messaging.cancelTransfer(attachment),
    'attachment.save': async ({ account, attachment }) => ({
      saved: await (await attachments(account)).save(attachment),
    }),
    'attachment.list': async ({ account, conversation, what, before, limit }) => {
      const { store } = await accounts.get(account);
      // One more than asked for tells whether there are any behind it.
      const found = await store.messagesWith(conversation, what, before ?? null, limit + 1);
      return { messages: found.slice(0, limit), more: found.length > limit };
    },
  };
}
