import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { SAMPLE_ROLES, sampleAccounts } from '../../src/demo/sample/sign-in.js';
import { describeInBrowser } from '../support/browser.js';
import { type SignInTest, startWithIssuer } from '../support/issuer.js';

await describeInBrowser('signing in with a browser', (browser) => {
  let s: SignInTest;
  beforeAll(async () => {
    s = await startWithIssuer(
      sampleAccounts,
      { MANDATE_OIDC_ROLES: JSON.stringify(SAMPLE_ROLES) },
      // The browser has a clock of its own, and drops cookies that by it have run out.
      new Date(),
    );
    for (const { name, userName, email } of sampleAccounts().slice(0, 12))
      await s.t.call('POST', '/api/v1/people', { body: { userName, displayName: name, email } });
  }, 120_000);
  afterAll(() => s.close());

  const visit = async (): Promise<Page> => {
    const page = await (await browser().newContext()).newPage();
    await page.goto(s.t.url);
    return page;
  };
  const signIn = async (name: string): Promise<Page> => {
    const page = await visit();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByRole('button', { name, exact: true }).click();
    await page.waitForURL(`${s.t.url}/`);
    return page;
  };

  it('goes to the issuer and comes back as the person who was chosen', async () => {
    const page = await signIn('Sample Person 01');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Signed in as Sample Person 01');
    expect(await page.getByText('admin', { exact: true }).count()).toBe(1);
    const cookies = await page.context().cookies(s.t.url);
    expect(cookies.find(({ name }) => name === 'mandate-session')).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
    expect(await page.evaluate('document.cookie')).toBe('');
    await page.context().close();
  });

  it('can be done with the keyboard alone, on a page that names its language and its one heading', async () => {
    const page = await visit();
    expect(await page.evaluate('document.documentElement.lang')).toBe('en');
    expect(await page.locator('h1').count()).toBe(1);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Sign in');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Signed in as/ }).waitFor();
    await page.context().close();
  });

  it('steps up with a second factor where an action asks for it', async () => {
    const page = await signIn('Sample Person 01');
    const make = () =>
      page.evaluate(async () => {
        const { session } = (await (await fetch('/api/v1/auth/session')).json()) as any;
        const answer = await fetch('/api/v1/tokens', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf },
          body: JSON.stringify({ name: 'from a browser', roles: [{ role: 'viewer' }] }),
        });
        return { status: answer.status, signIn: ((await answer.json()) as any).signIn as string | undefined };
      });
    const refused = await make();
    expect(refused.status).toBe(401);
    await page.goto(new URL(refused.signIn!, s.t.url).href);
    await page.getByRole('button', { name: 'Sample Person 01', exact: true }).click();
    await page.getByRole('button', { name: 'Confirm as Sample Person 01' }).click();
    await page.waitForURL(`${s.t.url}/`);
    expect((await make()).status).toBe(201);
    await page.context().close();
  });

  it('signs out here and at the issuer, so that the next one has to sign in', async () => {
    const page = await signIn('Sample Person 41');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Yes, sign me out' }).click();
    await page.waitForURL(`${s.t.url}/`);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
    await page.context().close();
  });

  it('is not done by a form of another site, though the browser has the session', async () => {
    const page = await signIn('Sample Person 41');
    // Another port is another origin, of the same site: the cookie travels, the token does not.
    await page.goto(`${s.issuer.url}/nowhere`);
    await page.setContent(
      `<form method="post" action="${s.t.url}/api/v1/auth/sign-out"><button>Win a prize</button></form>`,
    );
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url().endsWith('/sign-out')),
      page.getByRole('button', { name: 'Win a prize' }).click(),
    ]);
    expect(answer.status()).toBe(403);
    await page.goto(s.t.url);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Signed in as Sample Person 41');
    await page.context().close();
  });

  it('stays signed in while the issuer changes its keys, and is out when the person has left', async () => {
    const page = await signIn('Sample Person 46');
    await s.issuer.rotateKeys({ withdrawOld: true });
    await page.reload();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Signed in as Sample Person 46');
    const { data } = (await s.t.call('GET', '/api/v1/people?q=sample.person.46')).body;
    await s.t.call('PATCH', `/api/v1/people/${data[0].id}`, {
      body: { status: 'left' },
      headers: { 'if-match': `"${data[0].version}"` },
    });
    await page.reload();
    expect(await page.getByRole('link', { name: 'Sign in' }).count()).toBe(1);
    await page.context().close();
  });
});
