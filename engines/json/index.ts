export { clone, countKeys, equal, isObject, type Json, type JsonObject, put } from './json.ts';
