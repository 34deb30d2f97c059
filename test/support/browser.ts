import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { type Browser, chromium } from 'playwright-core';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A Chromium this machine can start: the one that is named, one that is installed, or the one that npm brought. */
async function findChromium(folder: string): Promise<string | null> {
  const named = process.env.CHROMIUM_PATH;
  if (named) return named;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      continue;
    }
  }
  const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
  if (existsSync(mac)) return mac;
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  // Without it the package leaves out the libraries that a bare system does not have; it unpacks itself into TMPDIR.
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs22.x';
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    const { default: bundled } = await import('@sparticuz/chromium');
    // Its own flags are for a machine that runs one page and dies.
    return await bundled.executablePath();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

/**
 * A suite that needs a browser. `browser()` gives it, within the tests. Where there is none, the suite is skipped and
 * says so.
 */
export async function describeInBrowser(title: string, suite: (browser: () => Browser) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mandate-browser-'));
  const found = await findChromium(folder);
  if (found === null) {
    console.warn(`SKIPPED, for want of a browser: ${title}. Install Chromium, or name one in CHROMIUM_PATH.`);
    describe.skip(title, () => suite(() => null as never));
    return;
  }
  describe(title, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: found,
        args: FLAGS,
        env: { ...process.env, HOME: folder, TMPDIR: folder },
      });
    }, 120_000);
    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });
    suite(() => browser);
  });
}
