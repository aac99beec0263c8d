export { type Entry, type EntryType, readTar, TarError } from './read.ts';
export { type NewEntry, writeTar } from './write.ts';
