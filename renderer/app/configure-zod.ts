import { z } from 'zod';

// Compiled parsers need `new Function`, which the content security policy forbids. Must run before any schema is made.
z.config({ jitless: true });
