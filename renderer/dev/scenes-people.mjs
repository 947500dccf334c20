// Pictures of people, trust, certificates and links; see scenes.mjs.
const open = (name) => async (page) => {
  await page.getByTestId('conversation-row').filter({ hasText: name }).first().click();
  await page.getByTestId('timeline').waitFor();
};
const details = (name) => async (page) => {
  await open(name)(page);
  await page.getByTestId('details-button').click();
  await page.getByTestId('profile-status').waitFor();
};
const verify = (name) => async (page) => {
  await details(name)(page);
  await page.getByTestId('person-verify').click();
  await page.getByTestId('safety-number').waitFor();
};

export const peopleScenes = [
  {
    name: 'people-chip-menu',
    flags: ['light'],
    act: async (page) => {
      await open('林伟')(page);
      await page.getByTestId('composer-identity').click();
    },
  },
  {
    name: 'people-chip-menu-zh-dark',
    flags: ['dark', 'zh-CN'],
    width: 680,
    act: async (page) => {
      await open('林伟')(page);
      await page.getByTestId('composer-identity').click();
    },
  },
  { name: 'people-changed', flags: ['light'], act: open('Omar') },
  {
    name: 'people-changed-confirm-zh-dark',
    flags: ['dark', 'zh-CN'],
    act: async (page) => {
      await open('Omar')(page);
      await page.getByTestId('trust-accept').click();
      await page.getByTestId('trust-banner').locator('summary').click();
    },
  },
  { name: 'people-changed-600', flags: ['light'], width: 600, height: 620, act: open('Nadia') },
  { name: 'people-notices', flags: ['light'], width: 760, act: open('Planner') },
  { name: 'people-notices-zh-dark', flags: ['dark', 'zh-CN'], act: open('Planner') },
  { name: 'people-revoked', flags: ['light'], act: open('Viktor') },
  { name: 'people-unusable-forced', flags: ['light'], forcedColors: 'active', act: details('museum') },
  { name: 'people-details-human', flags: ['light'], height: 1000, act: details('林伟') },
  { name: 'people-details-agent-dark', flags: ['dark'], height: 1000, act: details('Builder') },
  { name: 'people-details-unsigned-zh', flags: ['light', 'zh-CN'], height: 1000, act: details('Hana') },
  { name: 'people-details-invalid', flags: ['light'], height: 900, act: details('museum') },
  { name: 'people-details-none', flags: ['light'], act: details('Contact 2') },
  { name: 'people-details-600', flags: ['dark'], width: 600, act: details('Builder') },
  { name: 'people-verify', flags: ['light'], act: verify('Hana') },
  { name: 'people-verified-zh-dark', flags: ['dark', 'zh-CN'], act: verify('林伟') },
  { name: 'people-verify-600', flags: ['light'], width: 400, height: 700, act: verify('Hana') },
  { name: 'people-verify-forced', flags: ['light'], forcedColors: 'active', act: verify('Hana') },
  {
    name: 'people-differ',
    flags: ['light'],
    act: async (page) => {
      await verify('Hana')(page);
      await page.getByTestId('numbers-differ-button').click();
    },
  },
  {
    name: 'people-paste',
    flags: ['light'],
    act: async (page) => {
      await verify('Hana')(page);
      await page.getByTestId('verify-dialog').locator('summary').click();
      await page
        .getByTestId('code-text')
        .fill('aun-verify:1?a=other.agentid.pub&ka=00&b=me.agentid.pub&kb=00');
    },
  },
  {
    name: 'people-list',
    flags: ['light'],
    act: async (page) => {
      await page.getByTestId('open-people').click();
      await page.getByTestId('people-list').waitFor();
    },
  },
  {
    name: 'people-list-verified-zh-dark',
    flags: ['dark', 'zh-CN'],
    act: async (page) => {
      await page.getByTestId('open-people').click();
      await page.getByTestId('people-list').waitFor();
      await page.getByRole('radio', { name: '已验证' }).click();
    },
  },
  {
    name: 'people-person-dialog',
    flags: ['light'],
    height: 900,
    act: async (page) => {
      await details('Builder')(page);
      await page.getByTestId('profile-owner').click();
      await page.getByTestId('person-dialog').waitFor();
    },
  },
  {
    name: 'people-alias-zh',
    flags: ['light', 'zh-CN'],
    height: 900,
    act: async (page) => {
      await details('Planner')(page);
      await page.getByTestId('edit-alias').click();
    },
  },
  {
    name: 'people-certificate',
    flags: ['light'],
    height: 900,
    act: async (page) => {
      await details('林伟')(page);
      await page.getByTestId('person-certificate').click();
      await page.getByTestId('certificate-view').waitFor();
    },
  },
  {
    name: 'people-certificate-revoked-zh-dark',
    flags: ['dark', 'zh-CN'],
    height: 900,
    act: async (page) => {
      await open('Viktor')(page);
      await page.getByTestId('trust-certificate').click();
      await page.getByTestId('certificate-view').waitFor();
    },
  },
  {
    name: 'people-share',
    flags: ['light'],
    height: 900,
    act: async (page) => {
      await details('林伟')(page);
      await page.getByTestId('person-share').click();
      await page.getByTestId('qr-code').waitFor();
    },
  },
  { name: 'people-link', flags: ['light', 'link'], wait: 900 },
  { name: 'people-link-zh-dark', flags: ['dark', 'zh-CN', 'link'], width: 600, wait: 900 },
  {
    name: 'people-compose-link',
    flags: ['light'],
    act: async (page) => {
      await page.getByTestId('new-conversation').click();
      await page.getByTestId('peer-address').fill('aun://hana.agentid.pub');
    },
    wait: 900,
  },
  {
    name: 'people-search',
    flags: ['light'],
    act: async (page) => {
      await page.getByTestId('search').waitFor();
      await page.keyboard.press('Control+k');
      await page.keyboard.type('几点');
    },
    wait: 900,
  },
  { name: 'people-zoom200', flags: ['light'], zoom: 2, act: verify('Hana') },
];
