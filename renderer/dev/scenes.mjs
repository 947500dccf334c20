// What is photographed: flags of the fake engine, the size of the window, and what to do first.
import { dailyScenes } from './scenes-daily.mjs';
import { peopleScenes } from './scenes-people.mjs';
import { identityScenes } from './scenes-identity.mjs';
import { messageScenes } from './scenes-messages.mjs';
import { moderationScenes } from './scenes-moderation.mjs';

const open = (name) => async (page) => {
  await page.getByTestId('conversation-row').filter({ hasText: name }).first().click();
  await page.getByTestId('timeline').waitFor();
  // The list measures its rows before it has come to rest.
  await page.waitForTimeout(300);
};
const dialog = (testId) => async (page) => page.getByTestId(testId).click();

export const scenes = [
  ...dailyScenes,
  ...peopleScenes,
  { name: 'welcome-light', flags: ['onboarding', 'light'] },
  { name: 'welcome-dark-zh', flags: ['onboarding', 'dark', 'zh-CN'] },
  {
    name: 'name-free',
    flags: ['onboarding', 'light'],
    act: async (page) => {
      await page.getByTestId('create-identity').click();
      await page.getByTestId('name').fill('lin_wei');
    },
    wait: 900,
  },
  {
    name: 'name-taken-zh',
    flags: ['onboarding', 'dark', 'zh-CN'],
    act: async (page) => {
      await page.getByTestId('create-identity').click();
      await page.getByTestId('name').fill('alice');
    },
    wait: 900,
  },
  {
    name: 'name-bad',
    flags: ['onboarding', 'light'],
    act: async (page) => {
      await page.getByTestId('create-identity').click();
      await page.getByTestId('name').fill('林伟');
    },
  },
  {
    name: 'name-offline',
    flags: ['onboarding', 'light', 'offline'],
    act: async (page) => {
      await page.getByTestId('create-identity').click();
      await page.getByTestId('name').fill('lin_wei');
    },
    wait: 900,
  },
  {
    name: 'network-choice',
    flags: ['onboarding', 'light'],
    act: async (page) => {
      await page.getByTestId('create-identity').click();
      await page.getByTestId('change-network').click();
    },
  },
  {
    name: 'network-probe',
    flags: ['onboarding', 'dark'],
    act: async (page) => {
      await page.getByTestId('create-identity').click();
      await page.getByTestId('change-network').click();
      await page.getByTestId('network-other').click();
      await page.getByTestId('network-address').fill('campus.example.org');
      await page.getByTestId('network-lookup').click();
      await page.getByTestId('probe').waitFor();
    },
  },
  {
    name: 'creating',
    flags: ['onboarding', 'light', 'hang'],
    act: async (page) => {
      await page.getByTestId('create-identity').click();
      await page.getByTestId('name').fill('lin_wei');
      await page.getByTestId('create').click();
    },
  },
  {
    name: 'create-failed',
    flags: ['onboarding', 'light'],
    act: async (page) => {
      await page.getByTestId('create-identity').click();
      await page.getByTestId('name').fill('fail_me');
      await page.getByTestId('create').click();
      await page.getByTestId('create-failed').waitFor();
    },
  },
  { name: 'list-light', flags: ['light'] },
  { name: 'chat-light', flags: ['light'], act: open('林伟') },
  { name: 'chat-dark', flags: ['dark'], act: open('林伟') },
  { name: 'chat-zh-light', flags: ['light', 'zh-CN'], act: open('林伟') },
  { name: 'chat-zh-dark', flags: ['dark', 'zh-CN'], act: open('林伟') },
  {
    name: 'chat-top',
    flags: ['light'],
    act: async (page) => {
      await open('林伟')(page);
      await page.getByTestId('timeline').evaluate((element) => element.scrollTo(0, 0));
    },
  },
  { name: 'chat-680', flags: ['light'], width: 680, act: open('林伟') },
  { name: 'chat-600', flags: ['dark'], width: 600, act: open('林伟') },
  { name: 'list-600', flags: ['light', 'zh-CN'], width: 600 },
  { name: 'chat-zoom200', flags: ['light'], zoom: 2, act: open('林伟') },
  { name: 'chat-forced', flags: ['light'], forcedColors: 'active', act: open('林伟') },
  { name: 'chat-long', flags: ['light'], act: open('Builder') },
  { name: 'chat-long-name', flags: ['light'], width: 900, act: open('Professor') },
  { name: 'chat-no-keys', flags: ['light'], act: open('new_colleague') },
  { name: 'chat-keys-changed', flags: ['dark'], act: open('Omar') },
  { name: 'chat-self', flags: ['light'], act: open('Notes to self') },
  {
    name: 'chat-details',
    flags: ['light'],
    act: async (page) => {
      await open('林伟')(page);
      await page.getByTestId('details-button').click();
    },
    wait: 900,
  },
  {
    name: 'chat-raw',
    flags: ['dark'],
    act: async (page) => {
      await open('林伟')(page);
      await page.getByTestId('timeline').evaluate((element) => element.scrollTo(0, 300));
      await page.getByTestId('undecryptable').getByRole('button', { name: 'Details' }).click();
    },
  },
  {
    name: 'send',
    flags: ['light'],
    act: async (page) => {
      await open('林伟')(page);
      await page.getByTestId('composer').fill('第一行\nsecond line\nthird');
      await page.getByTestId('composer').press('Enter');
      await page.getByTestId('composer').fill('你好 and !fail');
      await page.getByTestId('composer').press('Enter');
    },
    wait: 1500,
  },
  { name: 'offline', flags: ['light', 'offline'], act: open('林伟') },
  { name: 'backing-off', flags: ['dark', 'backing-off'], act: open('林伟') },
  { name: 'blocked', flags: ['light', 'blocked'], act: open('林伟') },
  { name: 'skew-zh', flags: ['light', 'skew', 'zh-CN'], act: open('林伟') },
  { name: 'catching-up', flags: ['light', 'catching-up'], act: open('林伟') },
  { name: 'empty', flags: ['light', 'empty'] },
  { name: 'database', flags: ['light', 'database'] },
  { name: 'key-zh', flags: ['dark', 'key', 'zh-CN'] },
  { name: 'locked', flags: ['light', 'locked'] },
  { name: 'weak-notice', flags: ['light', 'weak', 'notice'], act: open('林伟') },
  {
    name: 'search',
    flags: ['light'],
    act: async (page) => {
      await page.getByTestId('search').waitFor();
      await page.keyboard.press('Control+k');
      await page.keyboard.type('部署');
    },
    wait: 900,
  },
  {
    name: 'search-none',
    flags: ['dark', 'zh-CN'],
    act: async (page) => {
      await page.getByTestId('search').waitFor();
      await page.keyboard.press('Control+k');
      await page.keyboard.type('qqqq');
    },
    wait: 900,
  },
  {
    name: 'search-jump',
    flags: ['light'],
    act: async (page) => {
      await page.getByTestId('search').waitFor();
      await page.keyboard.press('Control+k');
      await page.keyboard.type('#5000');
      await page.getByTestId('search-hit').first().click();
    },
    wait: 900,
  },
  { name: 'settings', flags: ['light'], act: dialog('open-settings') },
  { name: 'settings-zh-dark', flags: ['dark', 'zh-CN'], act: dialog('open-settings') },
  {
    name: 'new-conversation',
    flags: ['light'],
    act: async (page) => {
      await page.getByTestId('new-conversation').click();
      await page.getByTestId('peer-address').fill('hana');
    },
    wait: 900,
  },
  { name: 'add-identity', flags: ['light'], act: dialog('add-identity') },
  {
    name: 'passphrase',
    flags: ['light', 'weak'],
    act: async (page) => page.getByTestId('weak-vault').getByRole('button').click(),
  },
  ...identityScenes,
  ...messageScenes,
  ...moderationScenes,
];
