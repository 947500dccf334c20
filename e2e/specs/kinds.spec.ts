import { expect, test } from 'playwright/test';
import { World } from '../interop/world';
import type { Person } from '../harness/person';
import { photographFailures, Seat } from '../support/seat';

/** Every type of payload, as another program of the network sends it, in the real window. */
let world: World;
let seat: Seat;
let own: string;
let agent: Person;

test.beforeAll(async () => {
  world = await World.begin();
  seat = await Seat.take(world, 'reader');
  own = await seat.join(world, 'reader');
  agent = await world.person('agent').join();
  await seat.invoke('conversation.open', { account: own, peer: agent.aid });
  await seat.window.choose(agent.aid);
});
test.afterAll(() => world.end());
photographFailures(() => seat);

const send = (payload: Record<string, unknown>) => agent.client.send({ to: own, payload });
const bubble = (words: string) => seat.page.getByTestId('bubble').filter({ hasText: words }).last();

test('Markdown is drawn from its tree, and code stands apart', async () => {
  await send({
    type: 'text',
    format: 'markdown',
    text: '# 报告\n\nA **bold** word and `code`.\n\n```ts\nconst answer: number = 42;\n```\n\n<img src=x onerror=alert(1)>',
  });
  await expect(bubble('报告').locator('strong')).toHaveText('bold');
  await expect(bubble('报告').locator('pre')).toContainText('const answer: number = 42;');
  await expect(bubble('报告').locator('img')).toHaveCount(0);
});

test('a place, a link with its real host, and a card of a person', async () => {
  await send({
    type: 'location',
    latitude: 31.2304,
    longitude: 121.4737,
    name: '上海',
    address: 'People’s Square',
  });
  await expect(bubble('上海')).toContainText('31.23');
  await send({
    type: 'link',
    url: 'https://paypal.com.evil.example/x',
    title: 'PayPal',
    description: 'log in',
  });
  await expect(bubble('PayPal')).toContainText('paypal.com.evil.example');
  await send({ type: 'personal_card', display_name: 'Lin Wei', aid: 'lin01.aun.test' });
  await expect(bubble('Lin Wei')).toContainText('lin01.aun.test');
});

test('an action card is answered with one click, once', async () => {
  await send({
    type: 'action_card',
    title: 'Deploy 2.0?',
    text: 'All checks passed.',
    actions: [
      { label: 'Deploy', value: 'yes', style: 'primary' },
      { label: 'Not now', value: 'no' },
    ],
  });
  const card = bubble('Deploy 2.0?');
  await expect(card).toContainText(agent.aid);
  await card.getByTestId('card-action').filter({ hasText: 'Deploy' }).first().click();
  await expect(card.getByTestId('card-outcome')).toContainText('Deploy');
  await agent.heard(1);
  expect(agent.received.map(({ payload }) => payload)).toMatchObject([
    { type: 'action_card_reply', behavior: 'reply', action_value: 'yes', text: 'yes' },
  ]);
  await expect(card.getByTestId('card-action')).toHaveCount(0);
});

test('a poll takes a vote and shows it', async () => {
  await send({
    type: 'json',
    kind: 'poll',
    title: 'Lunch?',
    options: [
      { id: 'a', text: 'Noodles 面条' },
      { id: 'b', text: 'Rice 米饭' },
    ],
  });
  const poll = bubble('Lunch?');
  await poll.getByTestId('poll-option').filter({ hasText: 'Rice' }).click();
  // Where one answer is asked for, the click is the vote.
  await expect(poll.getByTestId('poll-vote')).toHaveCount(0);
  await agent.heard(2);
  expect(agent.received.at(-1)?.['payload']).toMatchObject({
    kind: 'poll_vote',
    data: { option_ids: ['b'] },
  });
  await expect(poll).toContainText('1');
});

test('tool steps fold into one line, tasks and statuses are replaced in place', async () => {
  await send({
    type: 'status',
    state: 'processing',
    text: 'reading files',
    data: { task_id: 't1' },
    progress: 0.2,
  });
  await send({ type: 'tool_call', call_id: 'c1', name: 'read_file', arguments: { path: 'a' } });
  await send({ type: 'tool_result', call_id: 'c1', ok: true, result: { bytes: 12 } });
  await send({ type: 'tool_call', call_id: 'c2', name: 'run_tests', arguments: {} });
  await send({ type: 'tool_result', call_id: 'c2', ok: false, error: { code: 'x', message: 'two failed' } });
  const steps = seat.page.getByTestId('tool-steps');
  await expect(steps).toHaveCount(1);
  await expect(steps).toContainText('2 steps, 1 failed');
  await send({
    type: 'status',
    state: 'processing',
    text: 'writing',
    data: { task_id: 't1' },
    progress: 0.9,
  });
  await expect(
    seat.page.getByTestId('bubble').or(seat.page.getByTestId('message-line')).filter({ hasText: 'writing' }),
  ).toHaveCount(1);
  await expect(seat.page.getByTestId('timeline')).not.toContainText('reading files');
});

test('what nobody knows is named, can be looked at raw, and stops nothing', async () => {
  await send({ type: 'hologram', payload: { nested: [1, 2, 3] } });
  await send({
    type: 'merge',
    title: '聊天记录',
    items: [
      { sender_display: 'A', text: 'one' },
      { sender_display: 'B', text: 'two' },
    ],
  });
  await send({ type: 'image', attachments: 'not a list', alt: '‮gnp.exe' });
  await send({ type: 'text', text: 'and life goes on' });
  await expect(seat.page.getByTestId('timeline')).toContainText('hologram');
  await expect(bubble('聊天记录')).toBeVisible();
  await expect(bubble('and life goes on')).toBeVisible();
  expect(seat.output).not.toContain('window.error');
});
