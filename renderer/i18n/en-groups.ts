/** English texts of groups: making, finding and joining them, and talking in them. */
export const enGroups = {
  groups: {},
} as const;
