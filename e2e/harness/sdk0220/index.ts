export { Sdk0220Client } from './client';
export type { ClientOptions } from './client';
export type { ConnectOptions, ConnectionState } from './connection';
export type { Credentials } from './auth-flow';
export { SdkError } from './errors';
export { realTiming } from './timing';
export type { Timing } from './timing';
export { dictsOf, isDict, numberOf, textOf } from './json';
export type { Dict } from './json';
