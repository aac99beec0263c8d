export { clone, equal, isObject, type Json, type JsonObject } from './json.ts';
