import type { TestApp } from './app.js';

/** A multipart form with its fields first and the file last, as the API asks. */
export function fileForm(fields: Record<string, string>, text: string | Buffer, name = 'file.csv'): FormData {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append('file', new Blob([text]), name);
  return form;
}

/** Imports a file and waits until its run is over. */
export async function importFile(
  t: TestApp,
  fields: { format: string; source: string; mode?: string },
  text: string | Buffer,
): Promise<any> {
  const answer = await t.call('POST', '/api/v1/imports', { form: fileForm(fields, text) });
  if (answer.status !== 202) return answer;
  await t.settle();
  return (await t.call('GET', `/api/v1/sync-runs/${answer.body.id}`)).body;
}

export const ndjson = (rows: readonly unknown[]): string => `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
