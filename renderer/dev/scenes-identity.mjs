// Pictures of the identity side: switcher, centre, lock, restore.
const centre = (section, then) => async (page) => {
  await page.getByTestId('rail-account').first().dblclick();
  await page.getByTestId(`identity-tab-${section}`).click();
  await page.getByTestId(`identity-${section}`).waitFor();
  await then?.(page);
};
const scrollTo = (testId) => async (page) => page.getByTestId(testId).scrollIntoViewIfNeeded();
const restoring = (source, then) => async (page) => {
  await page.getByTestId('have-identity').click();
  await page.getByTestId(`restore-${source}`).click();
  await then?.(page);
};
const choose = (page, value) => page.locator(`input[value="${value}"]`).check({ force: true });
const goodPassphrase = 'kestrel orbit lantern 47 mango';

const both = (name, flags, act, more = {}) => [
  { name: `${name}-light`, flags: [...flags, 'light'], act, wait: 900, ...more },
  { name: `${name}-dark-zh`, flags: [...flags, 'dark', 'zh-CN'], act, wait: 900, ...more },
];
const narrow = (name, flags, act, more = {}) => ({
  name: `${name}-680`,
  flags: [...flags, 'light'],
  width: 680,
  act,
  wait: 900,
  ...more,
});

export const identityScenes = [
  ...both('ten', ['ten', 'attention'], undefined),
  {
    name: 'ten-menu',
    flags: ['ten', 'light'],
    act: async (page) => page.getByTestId('rail-account').nth(3).click({ button: 'right' }),
  },
  {
    name: 'ten-drag',
    flags: ['ten', 'light'],
    act: async (page) => {
      const first = await page.getByTestId('rail-account').first().boundingBox();
      await page.mouse.move(first.x + 20, first.y + 20);
      await page.mouse.down();
      await page.mouse.move(first.x + 20, first.y + 120, { steps: 6 });
      await page.mouse.move(first.x + 20, first.y + 190, { steps: 6 });
    },
  },
  {
    name: 'ten-keyboard',
    flags: ['ten', 'attention', 'light'],
    act: async (page) => {
      await page.getByTestId('rail-account').first().focus();
      await page.keyboard.press('Alt+ArrowDown');
      await page.keyboard.press('Alt+ArrowDown');
      const focused = await page.evaluate(() => document.activeElement?.getAttribute('data-account'));
      if (focused !== 'mei_zhang.agentid.pub') throw new Error(`the focus went to ${focused}`);
      await page.keyboard.press('Shift+F10');
      await page.getByRole('menu').waitFor();
    },
  },
  ...both('centre-profile', [], centre('profile')),
  narrow('centre-profile', ['long-name'], centre('profile')),
  ...both('centre-profile-form', [], centre('profile', scrollTo('profile-publish'))),
  ...both(
    'centre-profile-raw',
    [],
    centre('profile', async (page) => {
      await choose(page, 'raw');
      await page.getByTestId('profile-publish').scrollIntoViewIfNeeded();
    }),
  ),
  narrow(
    'centre-profile-raw',
    [],
    centre('profile', async (page) => {
      await choose(page, 'raw');
      await page.getByTestId('profile-text').scrollIntoViewIfNeeded();
    }),
  ),
  {
    name: 'centre-profile-problems',
    flags: ['light', 'no-profile'],
    act: centre('profile', async (page) => {
      await page.getByTestId('profile-description').fill('x'.repeat(130));
      await page.getByTestId('profile-name').fill('');
      await page.getByTestId('profile-publish').click();
      await page.getByTestId('profile-publish').scrollIntoViewIfNeeded();
    }),
  },
  ...both(
    'centre-profile-conflict',
    ['attention'],
    centre('profile', async (page) => {
      await page.getByTestId('conflict-see').click();
      await page.getByTestId('profile-conflict').scrollIntoViewIfNeeded();
    }),
  ),
  ...both('centre-security', ['passphrase'], centre('security')),
  { name: 'centre-security-weak', flags: ['weak', 'light'], act: centre('security') },
  {
    name: 'centre-security-change',
    flags: ['passphrase', 'light'],
    act: centre('security', async (page) => {
      await page.getByTestId('passphrase-change-open').click();
      await page.getByTestId('passphrase-new').fill(goodPassphrase);
    }),
  },
  ...both('centre-keys', [], centre('keys')),
  {
    name: 'centre-keys-open',
    flags: ['light', 'attention'],
    act: centre('keys', async (page) => {
      await page.getByTestId('own-certificate').first().locator('summary').first().click();
    }),
  },
  narrow('centre-keys', [], centre('keys', scrollTo('rekey-open'))),
  {
    name: 'centre-rekey',
    flags: ['dark'],
    act: centre('keys', async (page) => {
      await page.getByTestId('rekey-open').click();
      await page.getByTestId('choose-root').click();
      await page.getByTestId('typed-address').fill('mei_zhang.agent');
      await page.getByTestId('rekey-confirm').scrollIntoViewIfNeeded();
    }),
    wait: 900,
  },
  {
    name: 'centre-roots',
    flags: ['light', 'zh-CN'],
    act: centre('keys', async (page) => {
      await page.getByTestId('choose-root').click();
      await page.getByTestId('trust-root').scrollIntoViewIfNeeded();
    }),
  },
  ...both('centre-backup', ['attention'], centre('backup')),
  ...both(
    'centre-backup-form',
    [],
    centre('backup', async (page) => {
      await page.getByTestId('backup-open').click();
      await page.getByTestId('secret').fill(goodPassphrase);
      await page.getByTestId('secret-repeat').fill(goodPassphrase);
    }),
  ),
  {
    name: 'centre-backup-key',
    flags: ['light'],
    act: centre('backup', async (page) => {
      await page.getByTestId('backup-open').click();
      await choose(page, 'key');
      await page.getByTestId('generate-key').click();
      await page.getByTestId('recovery-key').waitFor();
    }),
  },
  {
    name: 'centre-backup-progress',
    flags: ['light', 'hang'],
    act: centre('backup', async (page) => {
      await page.getByTestId('backup-open').click();
      await page.getByTestId('secret').fill(goodPassphrase);
      await page.getByTestId('secret-repeat').fill(goodPassphrase);
      await page.getByTestId('backup-create').click();
    }),
    wait: 1800,
  },
  {
    name: 'centre-backup-done',
    flags: ['dark', 'zh-CN'],
    act: centre('backup', async (page) => {
      await page.getByTestId('backup-open').click();
      await page.getByTestId('secret').fill(goodPassphrase);
      await page.getByTestId('secret-repeat').fill(goodPassphrase);
      await page.getByTestId('backup-create').click();
      await page.getByTestId('backup-saved').waitFor();
    }),
  },
  ...both(
    'centre-custody',
    ['debug-code'],
    centre('backup', async (page) => {
      await page.getByTestId('custody-open').click();
      await page.getByTestId('phone').fill('+86 138 0000 0000');
      await page.getByTestId('send-code').click();
      await page.getByTestId('sms-code').fill('482913');
      await page.getByTestId('custody-store').scrollIntoViewIfNeeded();
    }),
  ),
  {
    name: 'centre-transfer',
    flags: ['light'],
    act: centre('backup', async (page) => {
      await page.getByTestId('transfer-open').click();
      await page.getByTestId('transfer').scrollIntoViewIfNeeded();
    }),
  },
  ...both('centre-connection', [], centre('connection')),
  ...both('centre-connection-history', [], centre('connection', scrollTo('connection-history'))),
  narrow('centre-connection', ['skew', 'environment'], centre('connection', scrollTo('environment'))),
  {
    name: 'centre-advanced',
    flags: ['light'],
    act: centre('connection', async (page) => {
      await page.getByTestId('advanced').locator('summary').click();
      await choose(page, 'sender_affinity');
      await page.getByTestId('slot-id').fill('my slot');
      await page.getByTestId('advanced-save').scrollIntoViewIfNeeded();
    }),
  },
  { name: 'centre-connection-blocked', flags: ['dark', 'blocked'], act: centre('connection') },
  ...both(
    'centre-danger',
    [],
    centre('danger', async (page) => {
      await page.getByTestId('remove-erase').click();
      await page.getByTestId('typed-address').fill('mei_zhan');
    }),
  ),
  {
    name: 'centre-zoom200',
    flags: ['light', 'long-name'],
    zoom: 2,
    act: centre('connection'),
  },
  { name: 'centre-forced', flags: ['light'], forcedColors: 'active', act: centre('profile') },
  { name: 'blocked-evicted', flags: ['light', 'evicted'] },
  { name: 'blocked-zh', flags: ['dark', 'zh-CN', 'blocked'] },
  { name: 'blocked-portal', flags: ['light', 'blocked=captive_portal'] },
  { name: 'blocked-clock', flags: ['dark', 'blocked=clock_wrong'] },
  { name: 'blocked-archived-zh', flags: ['light', 'zh-CN', 'blocked=archived'] },
  { name: 'attention-bar', flags: ['light', 'attention'] },
  {
    name: 'lock-settings',
    flags: ['light', 'passphrase'],
    act: async (page) => {
      await page.getByTestId('open-settings').click();
      await page.getByTestId('open-lock-settings').click();
    },
  },
  {
    name: 'locked-wait',
    flags: ['dark', 'locked'],
    act: async (page) => {
      await page.getByTestId('passphrase').fill('one');
      await page.getByTestId('unlock').click();
      await page.getByTestId('passphrase').fill('two');
      await page.getByTestId('unlock').click();
      await page.getByTestId('retry-wait').waitFor();
    },
  },
  {
    name: 'restore-sources',
    flags: ['light', 'onboarding', 'removed'],
    act: async (page) => page.getByTestId('have-identity').click(),
  },
  ...both(
    'restore-file',
    ['onboarding'],
    restoring('file', async (page) => page.getByTestId('choose-backup').click()),
  ),
  {
    name: 'restore-held',
    flags: ['light', 'onboarding', 'held'],
    act: restoring('file', async (page) => page.getByTestId('choose-backup').click()),
  },
  {
    name: 'restore-done',
    flags: ['light', 'onboarding'],
    act: restoring('file', async (page) => {
      await page.getByTestId('choose-backup').click();
      await page.getByTestId('restore-secret').fill('secret');
      await page.getByTestId('restore-start').click();
      await page.getByTestId('restore-done').waitFor();
    }),
  },
  ...both(
    'restore-sdk',
    ['onboarding'],
    restoring('sdk', async (page) => page.getByTestId('choose-sdk').click()),
  ),
  {
    name: 'restore-phone',
    flags: ['light', 'onboarding'],
    act: restoring('phone', async (page) => {
      await page.getByTestId('restore-aid').fill('mei_old.agentid.pub');
      await page.getByTestId('phone').fill('+8613800000000');
      await page.getByTestId('send-code').click();
      await page.getByTestId('sms-code').waitFor();
    }),
  },
  {
    name: 'restore-transfer-zh',
    flags: ['dark', 'zh-CN', 'onboarding'],
    act: restoring('transfer', async (page) => page.getByTestId('restore-aid').fill('mei_old.campus.edu')),
  },
  {
    name: 'restore-removed',
    flags: ['light', 'removed'],
    width: 680,
    act: async (page) => {
      await page.getByTestId('open-settings').click();
      await page.getByTestId('open-restore').click();
      await page.getByTestId('restore-removed').click();
      await page.getByTestId('erase-removed').first().click();
    },
  },
];
