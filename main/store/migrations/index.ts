import { initial } from './0001-initial';
import { people } from './0002-people';
import { conversationsOfPeople } from './0003-conversations';
import { groups } from './0004-groups';
import type { Migration } from './migration';

/** Every step of the schema in order. */
export const migrations: readonly Migration[] = [initial, people, conversationsOfPeople, groups];
