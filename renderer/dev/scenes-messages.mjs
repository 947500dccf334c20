// Scenes of what messages show and what can be done with them.
const open =
  (name, top = null) =>
  async (page) => {
    const search = page.getByTestId('search');
    await search.waitFor();
    await search.fill(name);
    await page.getByTestId('conversation-row').filter({ hasText: name }).first().click();
    await page.getByTestId('timeline').waitFor();
    await page.waitForTimeout(700);
    if (top !== null) {
      for (let turn = 0; turn < 3; turn += 1) {
        await page.getByTestId('timeline').evaluate((element, part) => {
          element.scrollTo(0, (element.scrollHeight - element.clientHeight) * part);
        }, top);
        await page.waitForTimeout(250);
      }
    }
  };

const looks = [
  { tag: 'light', flags: ['light'] },
  { tag: 'dark-zh', flags: ['dark', 'zh-CN'] },
  { tag: '680', flags: ['light', 'zh-CN'], width: 680 },
];
const parts = [
  ['gallery', '相册 Gallery', [0, 0.2, 0.4, 0.6, 0.8, 1]],
  ['desk', 'Agent desk', [0, 0.34, 0.67, 1]],
  ['mallory', 'Mallory', [0, 0.25, 0.5, 0.75, 1]],
];

const menu = async (page) => {
  await page.getByTestId('message').filter({ hasText: '好漂亮' }).first().click({ button: 'right' });
};

export const messageScenes = [
  ...looks.flatMap(({ tag, flags, width }) =>
    parts.flatMap(([short, name, tops]) =>
      tops.map((top, index) => ({
        name: `msg-${short}-${tag}-${index}`,
        flags: [...flags, 'streaming'],
        ...(width === undefined ? {} : { width }),
        act: open(name, top),
        wait: 900,
      })),
    ),
  ),
  {
    name: 'msg-menu',
    flags: ['light'],
    act: async (page) => {
      await open('相册 Gallery', 0.12)(page);
      await menu(page);
    },
  },
  {
    name: 'msg-hover',
    flags: ['light'],
    act: async (page) => {
      await open('相册 Gallery', 0.12)(page);
      await page.getByTestId('message').filter({ hasText: '好漂亮' }).first().hover();
    },
  },
  ...['light', 'dark'].map((theme) => ({
    name: `msg-viewer-${theme}`,
    flags: [theme],
    act: async (page) => {
      await open('相册 Gallery', 0)(page);
      await page.getByTestId('media-open').first().click();
      await page.getByTestId('viewer').waitFor();
    },
  })),
  ...[
    ['select', ['light']],
    ['select-zh', ['dark', 'zh-CN']],
  ].map(([name, flags]) => ({
    name: `msg-${name}`,
    flags,
    act: async (page) => {
      await open('相册 Gallery', 0.12)(page);
      await menu(page);
      await page.getByTestId('menu-select').click();
      await page.getByTestId('message-check').nth(1).click();
    },
  })),
  ...[
    ['forward', ['light']],
    ['forward-zh', ['dark', 'zh-CN']],
  ].map(([name, flags]) => ({
    name: `msg-${name}`,
    flags,
    act: async (page) => {
      await open('相册 Gallery', 0.12)(page);
      await menu(page);
      await page.getByTestId('menu-select').click();
      await page.getByTestId('message-check').nth(1).click();
      await page.getByTestId('selection-forward').click();
      await page.getByTestId('forward-target').nth(1).click();
    },
  })),
  {
    name: 'msg-details',
    flags: ['light', 'zh-CN'],
    act: async (page) => {
      await open('相册 Gallery', 0.12)(page);
      await page.getByTestId('message').filter({ hasText: '好漂亮' }).first().focus();
      await page.keyboard.press('i');
    },
  },
  {
    name: 'msg-delete',
    flags: ['dark'],
    act: async (page) => {
      await open('相册 Gallery', 0.12)(page);
      await page.getByTestId('message').filter({ hasText: '好漂亮' }).first().focus();
      await page.keyboard.press('Delete');
    },
  },
  {
    name: 'msg-calendar',
    flags: ['light'],
    act: async (page) => {
      await open('相册 Gallery', 0)(page);
      await page.getByTestId('day-line').first().click();
    },
  },
  {
    name: 'msg-bundle',
    flags: ['light', 'zh-CN'],
    act: async (page) => {
      await open('相册 Gallery', 0.75)(page);
      await page.getByTestId('bundle-open').first().click();
    },
  },
  {
    name: 'msg-steps',
    flags: ['dark'],
    act: async (page) => {
      await open('Agent desk', 0)(page);
      await page.getByTestId('tool-steps').getByRole('button').first().click();
      await page.getByTestId('tool-steps').getByRole('button').nth(2).click();
      await page.getByTestId('show-thinking').first().click();
    },
    wait: 800,
  },
  {
    name: 'msg-sure',
    flags: ['light'],
    act: async (page) => {
      await open('Agent desk', 0.2)(page);
      await page.getByTestId('card-action').nth(2).click();
    },
  },
  {
    name: 'msg-forced',
    flags: ['light'],
    forcedColors: 'active',
    act: open('Agent desk', 0.25),
  },
  { name: 'msg-zoom200', flags: ['light'], zoom: 2, act: open('Agent desk', 0.3) },
];
