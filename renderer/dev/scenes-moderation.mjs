// Pictures of the group page and of moderation; see scenes.mjs.
const room = '发布室';

async function openRoom(page, name = room) {
  await page.getByTestId('search').waitFor();
  await page.getByTestId('conversation-row').filter({ hasText: name }).first().click();
  await page.getByTestId('timeline').waitFor();
}

const section =
  (name, then = () => undefined, group = room) =>
  async (page) => {
    await openRoom(page, group);
    await page.getByTestId('open-group-page').first().click();
    await page.getByTestId('group-page').waitFor();
    await page.getByTestId(`group-tab-${name}`).click();
    await page.getByTestId(`group-section-${name}`).waitFor();
    await then(page);
  };

const messageMenu = async (page) => {
  await openRoom(page);
  await page.locator('[data-message-id]').last().getByText('Then we are').click({ button: 'right' });
  await page.getByTestId('member-mute').waitFor();
};

const first = ['light', 'group-first'];
const firstDark = ['dark', 'zh-CN', 'group-first'];
const memberMenu = (name) => async (page) => {
  await page.getByTestId('member').filter({ hasText: name }).getByTestId('member-menu').click();
  await page.getByTestId('member-mute').or(page.getByTestId('member-unmute')).waitFor();
};
const ask = (name, what) => async (page) => {
  await memberMenu(name)(page);
  await page.getByTestId(`member-${what}`).click();
  await page.getByTestId('moderation-dialog').waitFor();
};

const sharedFiles = async (page) => {
  await page.getByTestId('shared-files').waitFor();
  await page.getByTestId('shared-files-panel').evaluate((panel) => panel.scrollIntoView());
};

export const moderationScenes = [
  { name: 'group-overview', flags: first, act: section('overview') },
  { name: 'group-overview-zh-dark', flags: firstDark, act: section('overview') },
  {
    name: 'group-share',
    flags: first,
    act: section('overview', (page) => page.getByTestId('group-share').click()),
  },
  { name: 'group-members', flags: first, act: section('members') },
  { name: 'group-members-zh-dark', flags: firstDark, act: section('members') },
  { name: 'group-members-big', flags: first, act: section('members', undefined, 'Distributed systems') },
  { name: 'group-member-menu', flags: first, act: section('members', memberMenu('Nadia')) },
  {
    name: 'group-member-menu-refused',
    flags: ['light', 'group-first', 'as-admin'],
    act: section('members', memberMenu('林伟')),
  },
  {
    name: 'group-member-menu-member-zh',
    flags: ['light', 'zh-CN', 'group-first', 'as-member'],
    act: section('members', memberMenu('Nadia')),
  },
  { name: 'group-ask-mute', flags: first, act: section('members', ask('Nadia', 'mute')) },
  { name: 'group-ask-ban-zh-dark', flags: firstDark, act: section('members', ask('Nadia', 'ban')) },
  { name: 'group-ask-transfer', flags: first, act: section('members', ask('Hana', 'transfer')) },
  {
    name: 'group-undo',
    flags: first,
    act: section('members', async (page) => {
      await ask('Nadia', 'mute')(page);
      await page.getByTestId('moderation-confirm').click();
      await page.getByTestId('undo-toast').waitFor();
    }),
  },
  {
    name: 'group-add',
    flags: first,
    act: section('members', (page) => page.getByTestId('add-people').click()),
  },
  { name: 'group-message-menu', flags: first, act: messageMenu },
  {
    name: 'group-message-undo-zh-dark',
    flags: firstDark,
    act: async (page) => {
      await messageMenu(page);
      await page.getByTestId('member-mute').click();
      await page.getByTestId('moderation-confirm').click();
      await page.getByTestId('undo-toast').waitFor();
    },
  },
  {
    name: 'group-person',
    flags: first,
    act: section('members', async (page) => {
      await page.getByTestId('member').filter({ hasText: 'Hana' }).locator('.member__main').click();
      await page.getByTestId('person-dialog').waitFor();
    }),
  },
  { name: 'group-texts', flags: first, act: section('texts') },
  {
    name: 'group-texts-unverified-zh-dark',
    flags: [...firstDark, 'unverified', 'as-member'],
    act: section('texts'),
  },
  {
    name: 'group-texts-edit',
    flags: first,
    act: section('texts', (page) => page.getByTestId('announcement-edit').click()),
  },
  { name: 'group-files', flags: first, act: section('files') },
  { name: 'group-shared-files', flags: first, act: section('files', sharedFiles) },
  { name: 'group-shared-files-zh-dark', flags: firstDark, act: section('files', sharedFiles) },
  {
    name: 'group-shared-files-ask',
    flags: [...first, 'as-admin'],
    act: section('files', async (page) => {
      await sharedFiles(page);
      await page
        .getByTestId('shared-file')
        .filter({ hasText: 'setup.exe' })
        .getByTestId('shared-file-save')
        .click();
    }),
  },
  { name: 'group-requests', flags: first, act: section('requests') },
  {
    name: 'group-requests-batch-zh-dark',
    flags: firstDark,
    act: section('requests', (page) => page.getByTestId('request-all').check()),
  },
  { name: 'group-invites', flags: first, act: section('invites') },
  {
    name: 'group-invites-new-zh-dark',
    flags: firstDark,
    act: section('invites', (page) => page.getByTestId('new-invite').click()),
  },
  {
    name: 'group-invites-qr',
    flags: first,
    act: section('invites', (page) => page.getByTestId('invite-qr').first().click()),
  },
  { name: 'group-bans', flags: first, act: section('bans') },
  { name: 'group-log', flags: first, act: section('log') },
  { name: 'group-log-zh-dark', flags: firstDark, act: section('log') },
  {
    name: 'group-log-filter',
    flags: first,
    act: section('log', async (page) => {
      await page.getByTestId('log-topic-moderation').click();
      await page.getByTestId('log-search').fill('viktor');
    }),
  },
  { name: 'group-settings', flags: first, height: 1000, act: section('settings') },
  {
    name: 'group-settings-open-zh-dark',
    flags: firstDark,
    height: 1000,
    act: section('settings', (page) => page.getByTestId('join-open').check()),
  },
  {
    name: 'group-settings-locked',
    flags: ['light', 'group-first', 'as-member'],
    act: section('settings'),
  },
  { name: 'group-keys', flags: [...first, 'refresh'], height: 1000, act: section('keys') },
  { name: 'group-keys-zh-dark', flags: firstDark, act: section('keys') },
  { name: 'group-danger', flags: first, act: section('danger') },
  {
    name: 'group-dissolve-zh-dark',
    flags: firstDark,
    act: section('danger', (page) => page.getByTestId('dissolve').click()),
  },
  { name: 'group-danger-member', flags: ['light', 'group-first', 'as-member'], act: section('danger') },
  { name: 'group-overview-600', flags: first, width: 600, act: section('overview') },
  {
    name: 'group-members-600-zh',
    flags: ['light', 'zh-CN', 'group-first'],
    width: 480,
    act: section('members'),
  },
  { name: 'group-log-forced', flags: first, forcedColors: 'active', act: section('log') },
  { name: 'group-members-zoom200', flags: first, zoom: 2, act: section('members') },
];
