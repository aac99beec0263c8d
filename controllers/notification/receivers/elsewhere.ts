import { posix } from 'node:path';
import type { Answer } from '../http/index.ts';
import { hookPath } from './webhook-path.ts';

/**
 * What is answered at paths that are none of webhooks, as a server of Go does it (net/http, ServeMux): that there is
 * nothing, or where the path leads when it is written as it should be. Undefined where a webhook may be.
 */
export function answerElsewhere(method: string, target: string): Answer | undefined {
  const [, path = '', query = ''] = /^([^?]*)(.*)$/s.exec(target) ?? [];
  const clean = path.startsWith('/') && !path.includes('%') ? posix.normalize(path) : path;
  const proper = `${clean}/` === hookPath ? hookPath : clean;
  if (proper !== path) return redirect(method, proper + query);
  if (path.startsWith(hookPath)) return undefined;
  return { code: 404, text: '404 page not found\n' };
}

function redirect(method: string, location: string): Answer {
  const isRead = method === 'GET' || method === 'HEAD';
  const escaped = location.replace(/[&<>"']/g, letter => `&#${letter.charCodeAt(0)};`);
  return {
    code: 307,
    text: method === 'GET' ? `<a href="${escaped}">Temporary Redirect</a>.\n\n` : '',
    headers: { location, ...(isRead ? { 'content-type': 'text/html; charset=utf-8' } : {}) },
  };
}
