import { expect } from '@jest/globals';
import type { Answer, TestApp } from './app.js';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** A SCIM client with a token of its own. */
export async function client(t: TestApp) {
  const token = await t.token('ingest');
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const answer = await t.call(method, `/scim/v2${path}`, {
      token,
      body,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }), ...headers },
    });
    if (typeof answer.body === 'string' && answer.body.startsWith('{'))
      return { ...answer, body: JSON.parse(answer.body) };
    return answer;
  };
  return {
    token,
    call,
    add: async (userName: string, more: object = {}): Promise<any> => {
      const answer = await call('POST', '/Users', { schemas: [USER], userName, ...more });
      expect(answer.status).toBe(201);
      return answer.body;
    },
    patch: (id: string, ...Operations: unknown[]) => call('PATCH', `/Users/${id}`, { schemas: [PATCH], Operations }),
    get: async (id: string): Promise<any> => (await call('GET', `/Users/${id}`)).body,
    find: async (filter: string): Promise<string[]> => {
      const { status, body } = await call('GET', `/Users?filter=${encodeURIComponent(filter)}`);
      return status === 200 ? body.Resources.map(({ userName }: any) => userName).sort() : [String(body.scimType)];
    },
  };
}
export type Client = Awaited<ReturnType<typeof client>>;
