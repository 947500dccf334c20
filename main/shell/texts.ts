/** What the shell itself says: menus and native dialogs. The window has its own texts. */
const en = {
  file: 'File',
  edit: 'Edit',
  view: 'View',
  window: 'Window',
  help: 'Help',
  about: 'About Parley',
  hide: 'Hide Parley',
  hideOthers: 'Hide others',
  showAll: 'Show all',
  services: 'Services',
  quit: 'Quit Parley',
  close: 'Close window',
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  pasteAsText: 'Paste without formatting',
  selectAll: 'Select all',
  zoomIn: 'Larger',
  zoomOut: 'Smaller',
  zoomReset: 'Actual size',
  fullScreen: 'Full screen',
  minimize: 'Minimize',
  developerTools: 'Developer tools',
  dataFolder: 'Show data folder',
  openLinkTitle: 'Open this address outside Parley?',
  openMailTitle: 'Write to this address in your mail program?',
  open: 'Open',
  cancel: 'Cancel',
  crashedTitle: 'The window had a problem',
  crashedAgain: 'It happened several times in a row. Your messages are safe on this computer.',
  reloaded: 'It was loaded again. Your messages are safe on this computer.',
  reload: 'Load again',
  ok: 'OK',
  vaultTitle: 'Parley cannot open its keys',
  vaultText:
    'Nothing was changed or deleted. Restore the file from a backup, or start with another data folder.',
  failedTitle: 'Parley has to close',
  failedText: 'Something unexpected happened. Your messages are safe; the log in the data folder says more.',
} as const;

/** Names of the shell's texts. */
export type ShellText = keyof typeof en;
export type ShellTexts = Readonly<Record<ShellText, string>>;

const zh: ShellTexts = {
  file: '文件',
  edit: '编辑',
  view: '显示',
  window: '窗口',
  help: '帮助',
  about: '关于 Parley',
  hide: '隐藏 Parley',
  hideOthers: '隐藏其他',
  showAll: '全部显示',
  services: '服务',
  quit: '退出 Parley',
  close: '关闭窗口',
  undo: '撤销',
  redo: '重做',
  cut: '剪切',
  copy: '复制',
  paste: '粘贴',
  pasteAsText: '粘贴为纯文本',
  selectAll: '全选',
  zoomIn: '放大',
  zoomOut: '缩小',
  zoomReset: '实际大小',
  fullScreen: '全屏',
  minimize: '最小化',
  developerTools: '开发者工具',
  dataFolder: '显示数据文件夹',
  openLinkTitle: '要在 Parley 之外打开这个地址吗？',
  openMailTitle: '要用邮件程序给这个地址写信吗？',
  open: '打开',
  cancel: '取消',
  crashedTitle: '窗口出了点问题',
  crashedAgain: '连续发生了好几次。您的消息安全地保存在这台电脑上。',
  reloaded: '窗口已重新加载。您的消息安全地保存在这台电脑上。',
  reload: '重新加载',
  ok: '好',
  vaultTitle: 'Parley 无法打开密钥',
  vaultText: '没有任何内容被更改或删除。请从备份恢复该文件，或使用另一个数据文件夹启动。',
  failedTitle: 'Parley 需要关闭',
  failedText: '发生了意外情况。您的消息是安全的，数据文件夹中的日志有更多说明。',
};

/** The languages of the shell. */
export const shellTexts = { en, 'zh-CN': zh } as const satisfies Record<string, ShellTexts>;

/** The texts for a setting; `system` follows the operating system's languages, best first. */
export function textsFor(setting: 'system' | 'en' | 'zh-CN', systemLanguages: readonly string[]): ShellTexts {
  if (setting !== 'system') return shellTexts[setting];
  const first = systemLanguages.find((tag) => /^(zh|en)\b/i.test(tag)) ?? 'en';
  return /^zh/i.test(first) ? shellTexts['zh-CN'] : shellTexts.en;
}
