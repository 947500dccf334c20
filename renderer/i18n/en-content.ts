/** English texts of what messages show: files, cards, polls, tools, streams. */
export const enContent = {} as const;
