import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** A page of its own, and what goes wrong in it: errors that nobody caught, and what the browser complains of. */
export interface WatchedPage {
  page: Page;
  problems: string[];
}

export async function watchedPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const page = await browser.newPage(options);
  const problems: string[] = [];
  page.on('pageerror', error => problems.push(error.stack ?? error.message));
  page.on('console', message => message.type() === 'error' && problems.push(message.text()));
  return { page, problems };
}
