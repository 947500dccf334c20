export { readSdkFolder } from './read-folder';
export type { ReadOptions } from './read-folder';
export { openSdkIdentity } from './open-identity';
export type { SdkKeyFault } from './open-identity';
export { writeSdkFolder } from './write-folder';
export type { WriteOptions } from './write-folder';
