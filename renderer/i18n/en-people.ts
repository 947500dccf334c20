/** English texts about other people: profiles, verification, keys. */
export const enPeople = {
  people: {
    title: 'People',
  },
} as const;
