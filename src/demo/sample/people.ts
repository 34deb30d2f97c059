import { ACQUIRED_UNIT, PARENT_UNIT } from './organisation.js';
import { dayOf, pick, type SampleTime } from './sample-time.js';

export type Team =
  | 'Platform'
  | 'Finance systems'
  | 'Warehouse systems'
  | 'Customer service systems'
  | 'Data and AI'
  | 'Security'
  | 'Sales systems'
  | 'HR systems'
  | 'Parcels IT'
  | 'Parcels operations';

interface Department {
  readonly team: Team;
  readonly unit: string;
  readonly first: number;
  readonly last: number;
  readonly position: string;
}

/** Sixty people in ten teams of two units. The first of a team leads it. */
const DEPARTMENTS: readonly Department[] = [
  { team: 'Platform', unit: PARENT_UNIT, first: 1, last: 10, position: 'Platform engineer' },
  { team: 'Finance systems', unit: PARENT_UNIT, first: 11, last: 16, position: 'Finance systems engineer' },
  { team: 'Warehouse systems', unit: PARENT_UNIT, first: 17, last: 24, position: 'Warehouse systems engineer' },
  { team: 'Customer service systems', unit: PARENT_UNIT, first: 25, last: 30, position: 'Service systems engineer' },
  { team: 'Data and AI', unit: PARENT_UNIT, first: 31, last: 38, position: 'Data scientist' },
  { team: 'Security', unit: PARENT_UNIT, first: 39, last: 42, position: 'Security engineer' },
  { team: 'Sales systems', unit: PARENT_UNIT, first: 43, last: 45, position: 'Sales systems engineer' },
  { team: 'HR systems', unit: PARENT_UNIT, first: 46, last: 47, position: 'HR systems engineer' },
  { team: 'Parcels IT', unit: ACQUIRED_UNIT, first: 48, last: 54, position: 'Systems engineer' },
  { team: 'Parcels operations', unit: ACQUIRED_UNIT, first: 55, last: 60, position: 'Operations engineer' },
];

const ON_LEAVE = [14, 29, 52];
/** In how many days they leave. */
const LEAVING: Readonly<Record<number, number>> = { 22: 10, 33: 20, 56: 5 };
/** How many days ago they left. The last of them was gone before anybody asked who owns what. */
const LEFT: Readonly<Record<number, number>> = { 18: 12, 36: 40, 41: 3, 54: 20, 60: 75 };
const LEFT_LONG_AGO = [60];

export const PEOPLE = Array.from({ length: 60 }, (_none, at) => at + 1);
const two = (person: number): string => String(person).padStart(2, '0');
export const nameOf = (person: number): string => `Sample Person ${two(person)}`;
export const loginOf = (person: number): string => `sample.person.${two(person)}`;
export const emailOf = (person: number): string => `${loginOf(person)}@sample.example`;
const departmentOf = (person: number): Department =>
  DEPARTMENTS.find(({ first, last }) => person >= first && person <= last)!;

export const TEAMS = DEPARTMENTS.map(({ team, unit, first, last }) => ({
  team,
  unit,
  lead: first,
  members: PEOPLE.filter((person) => person >= first && person <= last && !(person in LEFT)),
}));

/** Somebody of the team who will still be there for a while: the same for the same thing, always. */
export function memberFor(team: Team, thing: string): number {
  const { members } = TEAMS.find((one) => one.team === team)!;
  const staying = members.filter((person) => !ON_LEAVE.includes(person) && !(person in LEAVING));
  return pick(`${team} ${thing}`, staying);
}

const COLUMNS = [
  'employeeId',
  'workEmail',
  'userName',
  'displayName',
  'managerEmployeeId',
  'department',
  'jobTitle',
  'businessUnit',
  'status',
  'hireDate',
  'lastDayOfWork',
];
const employeeId = (person: number): string => `E-${1000 + person}`;

/** The HR system's file: as it was before the leavers of this year, or as it is today. */
export function hrFile(time: SampleTime, of: 'before' | 'today'): string {
  const rows = PEOPLE.map((person) => {
    const { team, unit, first, position } = departmentOf(person);
    const hasLeft = of === 'today' ? person in LEFT : LEFT_LONG_AGO.includes(person);
    const leavesAt = hasLeft
      ? time.daysAgo(LEFT[person]!)
      : of === 'today' && person in LEAVING
        ? time.daysAhead(LEAVING[person]!)
        : null;
    const manager = person === first ? (person === 1 ? null : 1) : first;
    return [
      employeeId(person),
      emailOf(person),
      loginOf(person),
      nameOf(person),
      manager === null ? '' : employeeId(manager),
      team,
      person === first ? `Head of ${team}` : position,
      unit,
      hasLeft ? 'terminated' : ON_LEAVE.includes(person) ? 'leave' : 'active',
      dayOf(time.daysAgo(400 + 37 * person)),
      leavesAt === null ? '' : dayOf(leavesAt),
    ];
  });
  return `${[COLUMNS, ...rows].map((row) => row.join(',')).join('\n')}\n`;
}
