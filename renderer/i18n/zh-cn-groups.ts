/** Chinese texts of groups: making, finding and joining them, and talking in them. */
export const zhGroups = {
  groups: {},
} as const;
