/** Objects as such, for threads that ask no API: what goes by the network takes long to load. */
export * from '../object.ts';
