/** English texts of writing, searching and the everyday handling of conversations. */
export const enDaily = {} as const;
