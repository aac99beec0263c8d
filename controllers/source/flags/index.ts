import { text } from '@millrace/process/flags';

/** What source-controller has beside the flags of all. */
export const sourceFlags = {
  storagePath: text('storage-path', '.millrace/controllers', 'where artifacts and repositories are kept'),
  storageAddr: text('storage-addr', '127.0.0.1:0', 'where artifacts are served'),
  storageAdvAddr: text('storage-adv-addr', '', 'the address of artifacts as others reach it'),
};
