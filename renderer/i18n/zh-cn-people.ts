/** Chinese texts about other people: profiles, verification, keys. */
export const zhPeople = {
  people: {
    title: '联系人',
  },
} as const;
