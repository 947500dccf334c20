import type { Attachments } from '../../ports/attachments';

/** For suites without files: nothing is ever uploaded. */
export const noAttachments: Pick<Attachments, 'complete'> = {
  complete: () => Promise.reject(new Error('there are no files here')),
};
