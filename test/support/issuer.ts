import { jest } from '@jest/globals';
import { type Issuer, type SampleAccount, startIssuer } from '../../src/demo/issuer/index.js';
import { ManualClock } from '../../src/platform/clock/index.js';
import { START, startApp, type TestApp } from './app.js';

/** A browser as far as signing in needs one: it keeps cookies and follows redirects when it is told to. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  constructor(private readonly home: string) {}

  async go(
    address: string,
    init: RequestInit = {},
  ): Promise<{ status: number; url: URL; headers: Headers; text: string }> {
    const url = new URL(address, this.home);
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        ...(this.cookies.size > 0
          ? { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
          : {}),
        ...(init.headers as Record<string, string> | undefined),
      },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name!);
      else this.cookies.set(name!, value!);
    }
    return { status: response.status, url, headers: response.headers, text: await response.text() };
  }

  async follow(address: string, init: RequestInit = {}): Promise<Awaited<ReturnType<Visitor['go']>>> {
    let answer = await this.go(address, init);
    for (let hops = 0; answer.status >= 300 && answer.status < 400 && hops < 20; hops++)
      answer = await this.go(new URL(answer.headers.get('location')!, answer.url).href);
    return answer;
  }

  form(address: string | URL, fields: Record<string, string>): Promise<Awaited<ReturnType<Visitor['go']>>> {
    return this.follow(String(address), { method: 'POST', body: new URLSearchParams(fields) });
  }

  /** Signs in as somebody, with what the issuer asks for; returns where it ended. */
  async signIn(sub: string, query = ''): Promise<Awaited<ReturnType<Visitor['go']>>> {
    let answer = await this.follow(`/api/v1/auth/sign-in${query}`);
    if (answer.text.includes('Who are you?')) answer = await this.form(answer.url, { person: sub });
    if (answer.text.includes('Second factor')) answer = await this.form(answer.url, { person: sub, factor: 'otp' });
    return answer;
  }

  async session(): Promise<any> {
    const { status, text } = await this.go('/api/v1/auth/session', { headers: { accept: 'application/json' } });
    return status === 200 ? JSON.parse(text) : null;
  }
}

export interface SignInTest {
  readonly t: TestApp;
  readonly issuer: Issuer;
  visitor(): Visitor;
  /** Moves our clock and the issuer's together. */
  advance(by: { days?: number; hours?: number; minutes?: number; ms?: number }): void;
  close(): Promise<void>;
}

/** A Mandate that people sign in to at an issuer of its own. */
export async function startWithIssuer(
  people: () => readonly SampleAccount[],
  env: Record<string, string> = {},
  start = new Date(START),
): Promise<SignInTest> {
  // The issuer's library asks the machine for the time; the test moves that too, and nothing else of it.
  jest.useFakeTimers({
    now: start,
    doNotFake: [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
    ],
  });
  const issuer = await startIssuer({ people, environment: {} });
  const t = await startApp({ clock: new ManualClock(start), env: { ...issuer.variables, ...env } });
  return {
    t,
    issuer,
    visitor: () => new Visitor(t.url),
    advance(by) {
      t.clock.advance(by);
      jest.setSystemTime(t.clock.now());
    },
    async close() {
      await t.close();
      await issuer.close();
      jest.useRealTimers();
    },
  };
}
