import { config } from 'zod';

// The content security policy of the window forbids the schema library to write code. Imported before any schema is made.
config({ jitless: true });
