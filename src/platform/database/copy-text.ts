/** One value in COPY's text form: null is \N, and what would break a row is escaped. */
export function copyValue(value: unknown): string {
  if (value === null || value === undefined) return '\\N';
  if (typeof value === 'string') return escapeCopy(value);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (value instanceof Date) return value.toISOString();
  return escapeCopy(JSON.stringify(value));
}

const NEEDS_ESCAPE = /[\\\t\n\r]/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
function escapeCopy(text: string): string {
  // PostgreSQL has no U+0000 in text; a row that carries one must not take its whole batch down.
  const clean = text.includes('\u0000') ? text.replaceAll('\u0000', '\uFFFD') : text;
  return NEEDS_ESCAPE.test(clean) ? clean.replace(/[\\\t\n\r]/g, (char) => ESCAPES[char]!) : clean;
}

export const copyLine = (values: readonly unknown[]): string => `${values.map(copyValue).join('\t')}\n`;

const UNESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' };
/** The text of one field as COPY wrote it, or null. */
export function readCopyField(field: string): string | null {
  if (field === '\\N') return null;
  return field.includes('\\') ? field.replace(/\\(.)/g, (_all, char: string) => UNESCAPES[char] ?? char) : field;
}

/** Splits a stream of COPY text into rows of raw fields, a chunk's worth at a time. */
export async function* copyRows(stream: AsyncIterable<Buffer>): AsyncGenerator<string[][]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const text = rest + decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    rest = lines.pop()!;
    if (lines.length > 0) yield lines.map((line) => line.split('\t'));
  }
}
