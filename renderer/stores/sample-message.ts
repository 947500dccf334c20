import type { Message } from '../../shared/model/message';

/** A message for tests. */
export function sampleMessage(id: number, sortAt: number, more: Partial<Message> = {}): Message {
  return {
    id,
    conversation: 'lin.aun.test',
    messageId: `m-${id}`,
    sender: 'lin.aun.test',
    own: false,
    sortAt,
    content: { kind: 'text', text: `text ${id}`, format: 'plain' },
    protection: 'e2ee-v1',
    forwardSecret: true,
    state: null,
    stateReason: null,
    timeDoubtful: false,
    ...more,
  };
}
