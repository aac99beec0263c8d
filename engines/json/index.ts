export { clone, countKeys, equal, get, isObject, type Json, type JsonObject, put, putAll } from './json.ts';
