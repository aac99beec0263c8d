export {
  type ArchiveBytes,
  type Entry,
  type EntryHeader,
  type EntryType,
  readTar,
  readTarHeaders,
  TarError,
} from './read.ts';
export { type NewEntry, tarEnd, tarFolder, tarHeader, tarPadding, tarSymlink, writeTar } from './write.ts';
