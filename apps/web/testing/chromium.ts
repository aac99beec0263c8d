import { existsSync } from 'node:fs';

/** Debian's; .ci/run installs it, and says so where that is not possible. */
export const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
if (process.env.CI_REQUIRE_CHROMIUM && !chromiumPath)
  throw new Error('CI_REQUIRE_CHROMIUM is set, but there is no chromium');
