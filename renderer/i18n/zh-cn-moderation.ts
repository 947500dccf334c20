/** Chinese texts of the group page: members, requests, invites, settings, and the moderation log. */
export const zhModeration = {
  moderation: {},
} as const;
