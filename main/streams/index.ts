export { createStreamReader } from './reader';
export type { StreamReader, StreamReaderDependencies, StreamSnapshot } from './reader';
export type { StreamState } from './reading';
export { createStreamWriter } from './writer';
export type { StreamWriter, StreamWriterDependencies } from './writer';
