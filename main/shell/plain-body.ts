/**
 * On Linux the body of a notification is markup: a message could draw links or fetch pictures there. Its angle brackets
 * become other ones, which look alike and mean nothing.
 */
export function plainBody(body: string, platform: NodeJS.Platform): string {
  return platform === 'linux' ? body.replace(/</g, '‹').replace(/>/g, '›') : body;
}
