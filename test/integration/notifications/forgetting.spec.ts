import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../../support/app.js';

describe('what is forgotten', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp();
    await t.settle();
  });
  afterAll(() => t.close());

  it('are the words of a message after 90 days, never that there was one, and nothing that still waits', async () => {
    const add = (id: string, state: string) =>
      t.sql(
        `INSERT INTO notification_messages (id, key, kind, digest_id, subject, text, html, counts, composed_at, state, due_at, created_at)
         VALUES ($1::uuid, $1::uuid::text, 'digest', $1::uuid, 'subject', 'text', 'html', '{}', $2, $3, $2, $2)`,
        [id, t.clock.now(), state],
      );
    const hex = t.clock.now().getTime().toString(16).padStart(12, '0');
    const id = (last: string) => `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-00000000000${last}`;
    await add(id('1'), 'sent');
    await add(id('2'), 'queued');
    const words = () => t.sql('SELECT subject, text, html, state FROM notification_messages ORDER BY id');
    t.clock.advance({ days: 89 });
    await t.settle();
    expect(await words()).toMatchObject([{ html: 'html' }, { html: 'html' }]);
    t.clock.advance({ days: 3 });
    await t.settle();
    const after = [
      { subject: 'subject', text: '', html: '', state: 'sent' },
      { subject: 'subject', text: 'text', html: 'html', state: 'queued' },
    ];
    expect(await words()).toEqual(after);
    t.clock.advance({ days: 1 });
    await t.settle();
    expect(await words()).toEqual(after);
  });
});
