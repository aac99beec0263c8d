/** What threads need that read and write artifacts: nothing here goes by the network, which takes long to load. */
export { type Algorithm, algorithmOf, digestOf, digestOfFile, hashBy } from '../digest.ts';
export { type FileEntry, type FileTree, fileTreeOf } from '../file-tree.ts';
export { type IgnoreRules, ignoreFile, ignores } from '../ignore.ts';
export { ArtifactError, ArtifactUnavailable, defaultLimits, type Limits } from '../limits.ts';
export { type ArchiveEntry, type ArchiveFile, compressArchive, packArchive, writeArchive } from '../pack.ts';
export { makeFolder, type Place, type Placed, temporaryOf, type Written, writeAt } from '../place.ts';
export { type ArtifactTree, artifactTree, type SharedTree } from '../tree.ts';
export { unpackTree } from '../unpack.ts';
export { type Archive, openUnpacked, piecesOf, small, type Unpacked, withUnpacked } from '../unpacked.ts';
export { foldersOf, inOrderOfWalk } from '../walk.ts';
