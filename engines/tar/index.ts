export { type Entry, type EntryType, readTar, TarError } from './read.ts';
export { type NewEntry, tarEnd, tarFolder, tarHeader, tarPadding, writeTar } from './write.ts';
