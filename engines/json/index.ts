export { clone, equal, isObject, type Json, type JsonObject, put } from './json.ts';
