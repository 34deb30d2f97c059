/** A value of a query-protocol answer. Absent members are left out, as AWS does. */
export type Answer = { readonly [member: string]: Wire };
export type Wire =
  string | number | boolean | Date | undefined | readonly Wire[] | Answer | ReadonlyMap<string, string | number>;

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#xD;' };
const escape = (text: string): string => text.replace(/[&<>"\r]/g, (sign) => ESCAPES[sign]!);

function content(value: Wire): string {
  if (value === undefined) return '';
  if (value instanceof Date) return `${value.toISOString().slice(0, 19)}Z`;
  if (Array.isArray(value)) return value.map((item: Wire) => `<member>${content(item)}</member>`).join('');
  if (value instanceof Map)
    return [...value]
      .map(([key, item]) => `<entry><key>${escape(String(key))}</key><value>${escape(String(item))}</value></entry>`)
      .join('');
  if (typeof value === 'object') return members(value as Answer);
  return escape(String(value));
}

const members = (answer: Answer): string =>
  Object.entries(answer)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<${name}>${content(value)}</${name}>`)
    .join('');

const NAMESPACES: Record<string, string> = {
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
};

/** An answer of the query protocol. */
export const answerXml = (service: string, action: string, answer: Answer, requestId: string): string =>
  `<${action}Response xmlns="${NAMESPACES[service]}"><${action}Result>${members(answer)}</${action}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`;

/** An error of the query protocol. */
export const errorXml = (service: string, code: string, message: string, requestId: string): string =>
  `<ErrorResponse xmlns="${NAMESPACES[service] ?? NAMESPACES.iam}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${escape(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
