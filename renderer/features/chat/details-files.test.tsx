// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../../shared/model/message';
import { startTexts } from '../../i18n';
import { fakeInvoke } from '../../stores/fake-invoke';
import { sampleAttachment } from '../../stores/samples';
import { sampleMedia } from './content/samples';
import { DetailsFiles } from './details-files';
import { useMessageOverlay } from './message-overlay';

const me = 'me.aun.test';
const lin = 'lin.aun.test';
let bridge: ReturnType<typeof fakeInvoke>;

async function show(...messages: Message[]): Promise<void> {
  render(<DetailsFiles account={me} conversation={lin} what="media" />);
  await act(() => bridge.next('attachment.list').answer({ messages, more: false }));
}

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  useMessageOverlay.setState({ overlay: null });
});
afterEach(cleanup);

describe('the pictures of a conversation', () => {
  it('open in the viewer', async () => {
    const picture = sampleMedia('image', [sampleAttachment(7, { type: 'image/png', state: 'here' })]);
    await show(picture);
    fireEvent.click(screen.getByTestId('details-tile'));
    expect(useMessageOverlay.getState().overlay).toEqual({ kind: 'viewer', message: picture, attachment: 7 });
  });

  it('are told from films, which lead to their message', async () => {
    await show(sampleMedia('video', [sampleAttachment(8, { type: 'video/mp4', state: 'here' })]));
    fireEvent.click(screen.getByTestId('details-tile'));
    expect(useMessageOverlay.getState().overlay).toBeNull();
    expect(bridge.next('conversation.open').params).toMatchObject({ account: me, peer: lin });
  });
});
