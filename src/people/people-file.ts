import { parse } from 'csv-parse';
import { DateTime, IANAZone } from 'luxon';
import { Readable } from 'node:stream';
import type { StagedPerson } from './staged-people.repository.js';

/** One thing in a file that cannot be taken. The rest of the file is. */
export interface FileError {
  readonly line: number;
  readonly field: string | null;
  readonly detail: string;
}

/** What a header may be called; HR systems agree on nothing. Compared without case, spaces, dots, dashes and underscores. */
const HEADERS: Record<keyof Row, readonly string[]> = {
  employeeId: ['employeeid', 'employeenumber', 'personnelnumber', 'workerid', 'id'],
  email: ['workemail', 'email', 'emailaddress', 'mail'],
  userName: ['username', 'login', 'upn', 'userprincipalname'],
  displayName: ['displayname', 'name', 'fullname'],
  manager: ['manageremployeeid', 'managerid', 'manageremail', 'manager'],
  department: ['department', 'dept', 'orgunit'],
  position: ['position', 'jobtitle', 'title'],
  workerType: ['workertype', 'employmenttype', 'type'],
  unit: ['unit', 'businessunit', 'company', 'legalentity'],
  status: ['status', 'employmentstatus'],
  hireDate: ['hiredate', 'startdate', 'joined'],
  terminationDate: ['terminationdate', 'enddate'],
  lastDayOfWork: ['lastdayofwork', 'lastworkingday', 'lastday'],
};
interface Row {
  employeeId: string;
  email: string;
  userName: string;
  displayName: string;
  manager: string;
  department: string;
  position: string;
  workerType: string;
  unit: string;
  status: string;
  hireDate: string;
  terminationDate: string;
  lastDayOfWork: string;
}

const STATUS: Record<string, StagedPerson['status']> = {
  active: 'active',
  '': 'active',
  onleave: 'leave',
  leave: 'leave',
  loa: 'leave',
  terminated: 'left',
  left: 'left',
  inactive: 'left',
  ended: 'left',
};
const plain = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[\s._-]/g, '');
const MAXIMUM_ERRORS = 1000;

export interface PeopleFile {
  readonly people: readonly StagedPerson[];
  readonly errors: readonly FileError[];
  readonly rows: number;
}

/** Fields a mapping may name a header for. */
export const FILE_FIELDS = Object.keys(HEADERS) as readonly (keyof Row)[];

export const isTimeZone = (zone: string): boolean => IANAZone.isValidZone(zone);

/**
 * Reads an HR file: CSV with a header row, comma, semicolon or tab. A date without a time is a whole local day of
 * `zone`: somebody whose last day is the 31st can still answer on the 31st.
 */
export async function readPeopleFile(
  stream: AsyncIterable<Buffer>,
  zone: string,
  mapping: Readonly<Record<string, string>> = {},
): Promise<PeopleFile> {
  const people: StagedPerson[] = [];
  const errors: FileError[] = [];
  const seen = { id: new Map<string, number>(), userName: new Map<string, number>() };
  let columns: (keyof Row | null)[] | null = null;
  let rows = 0;
  const complain = (line: number, field: string | null, detail: string) =>
    void (errors.length < MAXIMUM_ERRORS && errors.push({ line, field, detail }));
  const parser = Readable.from(stream).pipe(
    parse({
      bom: true,
      delimiter: [',', ';', '\t'],
      relax_column_count: true,
      skip_empty_lines: true,
      info: true,
      max_record_size: 65_536,
      trim: true,
    }),
  );
  for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
    if (columns === null) {
      columns = columnsOf(record, mapping);
      for (const [field, header] of Object.entries(mapping))
        if (!columns.includes(field as keyof Row))
          complain(info.lines, field, `the file has no column "${header.slice(0, 100)}", which the mapping names`);
      for (const needed of ['employeeId', 'email'] as const)
        if (!columns.includes(needed))
          complain(info.lines, needed, `the file has no column for it (one of: ${HEADERS[needed].join(', ')})`);
      if (errors.length > 0) break;
      continue;
    }
    rows++;
    const row = Object.fromEntries(
      columns.flatMap((name, at) => (name ? [[name, (record[at] ?? '').trim()]] : [])),
    ) as Partial<Row>;
    const person = readRow(row, zone, (field, detail) => complain(info.lines, field, detail));
    if (!person) continue;
    const twice = seen.id.get(person.externalId) ?? seen.userName.get(person.userName.toLowerCase());
    if (twice !== undefined) {
      complain(
        info.lines,
        seen.id.has(person.externalId) ? 'employeeId' : 'userName',
        `stands in line ${twice} already`,
      );
      continue;
    }
    seen.id.set(person.externalId, info.lines);
    seen.userName.set(person.userName.toLowerCase(), info.lines);
    people.push(person);
  }
  if (columns === null) complain(1, null, 'the file is empty');
  return { people, errors, rows };
}

/** A mapping decides alone for the fields it names; the others go by what headers are usually called. */
function columnsOf(headers: readonly string[], mapping: Readonly<Record<string, string>>): (keyof Row | null)[] {
  const mapped = new Map(Object.entries(mapping).map(([field, header]) => [plain(header), field as keyof Row]));
  return headers.map((header) => {
    const name = plain(header);
    const usual = (Object.keys(HEADERS) as (keyof Row)[]).find((field) => HEADERS[field].includes(name)) ?? null;
    return mapped.get(name) ?? (usual !== null && usual in mapping ? null : usual);
  });
}

function readRow(
  row: Partial<Row>,
  zone: string,
  complain: (field: string, detail: string) => void,
): StagedPerson | null {
  let sound = true;
  const refuse = (field: string, detail: string): null => {
    sound = false;
    complain(field, detail);
    return null;
  };
  const text = (field: keyof Row, maximum: number): string | null => {
    const value = unguarded(row[field] ?? '');
    if (value.length > maximum) return refuse(field, `is longer than ${maximum} characters`);
    return value === '' ? null : value;
  };
  const externalId = text('employeeId', 200) ?? refuse('employeeId', 'is empty');
  const email = text('email', 320);
  if (email === null) refuse('email', 'is empty');
  else if (!/^[^\s@]+@[^\s@]+$/.test(email)) refuse('email', 'is not an e-mail address');
  // An unknown status is an error, never "active": a leaver must not stay because a word was new.
  const status = STATUS[plain(row.status ?? '')];
  if (status === undefined) refuse('status', 'is none of active, leave, terminated');
  const hired = day('hireDate', 'start');
  const last = day('lastDayOfWork', 'end') ?? day('terminationDate', 'end');
  function day(field: 'hireDate' | 'lastDayOfWork' | 'terminationDate', edge: 'start' | 'end'): Date | null {
    const value = row[field];
    if (value === undefined || value === '') return null;
    const parsed = DateTime.fromISO(value, { zone });
    if (!parsed.isValid) return refuse(field, 'is not a date (YYYY-MM-DD)');
    if (value.includes('T')) return parsed.toJSDate();
    return edge === 'start' ? parsed.startOf('day').toJSDate() : parsed.plus({ days: 1 }).startOf('day').toJSDate();
  }
  const person = {
    externalId: externalId ?? '',
    userName: text('userName', 320) ?? email ?? '',
    displayName: text('displayName', 300) ?? email ?? '',
    email,
    status: status ?? 'active',
    manager: text('manager', 320),
    department: text('department', 300),
    position: text('position', 300),
    workerType: text('workerType', 100),
    unit: text('unit', 200),
    joinedAt: hired,
    leavesAt: last,
  };
  return sound ? person : null;
}

/** Exports put a quote before what a spreadsheet would take for a formula; it is not part of the value. */
const unguarded = (value: string): string => (/^'[=+\-@\t\r]/.test(value) ? value.slice(1) : value);
