export { type Change, changesBetween } from './changes.ts';
export { clone, countKeys, equal, get, isObject, type Json, type JsonObject, put, putAll } from './json.ts';
