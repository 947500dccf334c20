/** Chinese texts of what messages show: files, cards, polls, tools, streams. */
export const zhContent = {} as const;
