/** Chinese texts of writing, searching and the everyday handling of conversations. */
export const zhDaily = {} as const;
