// Writing and daily life: composer, list, requests, search, settings, details.
const open = (name) => async (page) => {
  await page.getByTestId('conversation-row').filter({ hasText: name }).first().click();
  await page.getByTestId('timeline').waitFor();
  await page.waitForTimeout(300);
};
/** One pixel of grey as PNG, enough to be a picture. */
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAEAAAAAwCAIAAAAuKetIAAAAWElEQVR42u3PQQ0AAAgEIPuXvhrODRqQTj6bOQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQGBu8ACS6ABcQ3dVgQAAAAASUVORK5CYII=';
const paste = (page, files) =>
  page.getByTestId('composer').evaluate((field, list) => {
    const data = new DataTransfer();
    for (const { name, type, base64, size } of list) {
      const bytes = base64 ? Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)) : new Uint8Array(size);
      data.items.add(new File([bytes], name, { type }));
    }
    field.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    );
  }, files);
const files = [
  { name: 'screenshot.png', type: 'image/png', base64: png },
  { name: '会议记录 2026-11-20.pdf', type: 'application/pdf', size: 384512 },
  { name: 'empty.txt', type: 'text/plain', size: 0 },
];
const withFiles = (name) => async (page) => {
  await open(name)(page);
  await paste(page, files);
};
const reply = async (page) => {
  await open('林伟')(page);
  await page.getByTestId('message').last().click({ button: 'right' });
  await page
    .getByRole('menuitem', { name: /^(Reply|回复)/ })
    .first()
    .click();
  await page.getByTestId('composer').fill('Will do, after lunch.');
};
const menu = (name) => async (page) => {
  await page.getByTestId('conversation-row').filter({ hasText: name }).first().click({ button: 'right' });
  await page.waitForTimeout(150);
};
const insert = async (page) => {
  await open('林伟')(page);
  await page.getByTestId('composer-insert').click();
};
const objectDialog = (item) => async (page) => {
  await insert(page);
  await page.getByRole('menuitem', { name: item }).click();
};
const find = (words) => async (page) => {
  await page.getByTestId('search').waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type(words);
};
const both = (name, flags, more) => [
  { name: `daily-${name}-light`, flags: ['light', ...flags], ...more },
  { name: `daily-${name}-zh-dark`, flags: ['dark', 'zh-CN', ...flags], ...more },
];

export const dailyScenes = [
  ...both('list', ['typing'], { wait: 900 }),
  ...both('tray', [], { act: withFiles('林伟'), wait: 900 }),
  { name: 'daily-tray-680', flags: ['light'], width: 680, act: withFiles('林伟'), wait: 900 },
  ...both('reply', ['typing'], { act: reply }),
  ...both('menu', [], { act: menu('Planner') }),
  ...both('insert', [], { act: insert }),
  ...both('emoji', [], {
    act: async (page) => {
      await open('林伟')(page);
      await page.getByTestId('composer-emoji').click();
      await page.getByTestId('emoji-search').waitFor();
    },
    wait: 900,
  }),
  {
    name: 'daily-emoji-search-zh',
    flags: ['light', 'zh-CN'],
    act: async (page) => {
      await open('林伟')(page);
      await page.getByTestId('composer-emoji').click();
      await page.getByTestId('emoji-search').fill('猫');
      await page.keyboard.press('ArrowDown');
    },
    wait: 900,
  },
  {
    name: 'daily-mention',
    flags: ['light'],
    act: async (page) => {
      await open('林伟')(page);
      await page.getByTestId('composer').pressSequentially('Hi @li');
    },
  },
  { name: 'daily-place', flags: ['light'], act: objectDialog('Place…') },
  { name: 'daily-person-card', flags: ['light'], act: objectDialog('Contact card…'), wait: 800 },
  { name: 'daily-poll-zh', flags: ['dark', 'zh-CN'], act: objectDialog('投票…') },
  { name: 'daily-link', flags: ['light'], act: objectDialog('Link with a title…') },
  {
    name: 'daily-record-denied',
    flags: ['light'],
    act: async (page) => {
      await open('林伟')(page);
      await page.evaluate(() => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'));
      });
      await page.getByTestId('record').click();
    },
    wait: 800,
  },
  ...both('record', [], {
    act: async (page) => {
      await open('林伟')(page);
      await page.getByTestId('record').click();
      await page.getByTestId('record-time').waitFor();
    },
    wait: 4000,
  }),
  {
    name: 'daily-record-sent',
    flags: ['light'],
    act: async (page) => {
      await open('林伟')(page);
      await page.getByTestId('composer').fill('');
      await page.getByTestId('record').click();
      await page.getByTestId('record-time').waitFor();
      await page.waitForTimeout(2500);
      await page.getByTestId('record-send').click();
    },
    wait: 1500,
  },
  {
    name: 'daily-drop',
    flags: ['light'],
    act: async (page) => {
      await open('林伟')(page);
      await page.getByTestId('chat').evaluate((chat) => {
        const data = new DataTransfer();
        data.items.add(new File(['x'], 'x.txt'));
        chat.firstElementChild.dispatchEvent(
          new DragEvent('dragenter', { dataTransfer: data, bubbles: true, cancelable: true }),
        );
      });
    },
  },
  ...both('requests', [], {
    act: async (page) => {
      await page.getByTestId('open-requests').click();
      await open('Survey')(page);
    },
  }),
  {
    name: 'daily-request-680',
    flags: ['light'],
    width: 680,
    act: async (page) => {
      await page.getByTestId('open-requests').click();
      await open('zhou_min')(page);
    },
  },
  {
    name: 'daily-archived',
    flags: ['light'],
    act: async (page) => {
      const list = page.locator('.conversation-list');
      await page.getByTestId('conversation-row').first().waitFor();
      for (let turn = 0; turn < 12; turn += 1) {
        await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
        await page.waitForTimeout(60);
      }
    },
  },
  {
    name: 'daily-delete',
    flags: ['light'],
    act: async (page) => {
      await menu('Planner')(page);
      await page.getByRole('menuitem', { name: 'Delete conversation…' }).click();
    },
  },
  ...both('search', [], { act: find('lin'), wait: 900 }),
  {
    name: 'daily-search-filters',
    flags: ['light'],
    act: find('from:林伟 after:2026-01 has:nothing 部署'),
    wait: 900,
  },
  { name: 'daily-search-zh', flags: ['dark', 'zh-CN'], act: find('来自:林伟 签名'), wait: 900 },
  ...both('finder', [], {
    act: async (page) => {
      await open('Builder')(page);
      await page.keyboard.press('Control+f');
      await page.getByTestId('finder-field').fill('#9');
    },
    wait: 1200,
  }),
  ...both('settings', [], {
    height: 1400,
    act: async (page) => page.getByTestId('open-settings').click(),
    wait: 800,
  }),
  ...both('details', [], {
    height: 1300,
    act: async (page) => {
      await open('林伟')(page);
      await page.getByTestId('details-button').click();
    },
    wait: 900,
  }),
  {
    name: 'daily-details-media',
    flags: ['light'],
    act: async (page) => {
      await open('林伟')(page);
      await page.getByTestId('details-button').click();
      await page.getByTestId('details-media').click();
    },
    wait: 900,
  },
  {
    name: 'daily-details-links',
    flags: ['dark'],
    act: async (page) => {
      await open('林伟')(page);
      await page.getByTestId('details-button').click();
      await page.getByTestId('details-links').click();
    },
    wait: 900,
  },
  { name: 'daily-catching-up', flags: ['light', 'catching-up'], act: open('林伟') },
];
