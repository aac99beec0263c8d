export { GzipWriter, gzip } from './gzip.ts';
