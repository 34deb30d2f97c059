import { addressesOf, type PersonRecord } from '../person-records.repository.js';
import { ScimRequestRefused } from './scim-errors.js';
import { ENTERPRISE_USER } from './scim-schemas.js';
import { type Document, isObject } from './scim-values.js';

/** The record of somebody a client tells us of for the first time. */
export const newScimRecord = (id: string, feedId: string, now: Date): PersonRecord => ({
  id,
  feedId,
  personId: null,
  key: id,
  userName: null,
  displayName: null,
  email: null,
  addresses: [],
  status: 'active',
  statusAt: now,
  employeeNumber: null,
  managerRef: null,
  managerId: null,
  department: null,
  position: null,
  workerType: null,
  unitId: null,
  joinedAt: null,
  leavesAt: null,
  stated: [],
  externalId: null,
  document: null,
  createdAt: now,
  updatedAt: now,
  deletedAt: null,
  version: 0,
});

/** What a record holds as the client wrote it, `active` and `externalId` in their places. */
export const documentOf = (record: PersonRecord): Document => ({
  ...record.document,
  active: record.status !== 'left',
  ...(record.externalId === null ? {} : { externalId: record.externalId }),
});

/**
 * The record as the document now says. To switch somebody off is to end them now; to switch them on again is to take
 * that back. A document that does not say leaves them as they are.
 */
export function recordOf(before: PersonRecord, given: Document, now: Date): PersonRecord {
  const { active, externalId, ...document } = given;
  const userName = text(document.userName);
  if (userName === null) throw new ScimRequestRefused('invalidValue', '"userName" is required.');
  const isActive = active === undefined ? before.status !== 'left' : active === true;
  const wasActive = before.status !== 'left';
  const name = isObject(document.name) ? document.name : {};
  const enterprise = isObject(document[ENTERPRISE_USER]) ? document[ENTERPRISE_USER] : {};
  const manager = isObject(enterprise.manager) ? enterprise.manager : {};
  const emails = (Array.isArray(document.emails) ? document.emails : []).filter(isObject);
  const email =
    text(
      (emails.find(({ primary }) => primary === true) ?? emails.find(({ type }) => type === 'work') ?? emails[0])
        ?.value,
    ) ?? null;
  const managerRef = text(manager.value);
  return {
    ...before,
    userName,
    displayName:
      text(document.displayName) ??
      text(name.formatted) ??
      text([name.givenName, name.familyName].filter((part) => typeof part === 'string').join(' ')) ??
      userName,
    email,
    addresses: addressesOf(...emails.map(({ value }) => text(value)), userName),
    status: isActive ? 'active' : 'left',
    statusAt: isActive === wasActive && before.version > 0 ? before.statusAt : now,
    leavesAt: isActive ? null : (before.leavesAt ?? now),
    employeeNumber: text(enterprise.employeeNumber),
    managerRef,
    managerId: managerRef === before.managerRef ? before.managerId : null,
    department: text(enterprise.department),
    position: text(document.title),
    workerType: text(document.userType),
    externalId: text(externalId),
    document,
    updatedAt: now,
    version: before.version + 1,
  };
}

/** Whether two states of a record say the same to the client: then nothing changed, and the ETag stays. */
export const saysTheSame = (a: PersonRecord, b: PersonRecord): boolean =>
  JSON.stringify(sorted(documentOf(a))) === JSON.stringify(sorted(documentOf(b)));

const sorted = (value: unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(
        Object.keys(value)
          .sort()
          .map((key) => [key, sorted(value[key])]),
      )
    : Array.isArray(value)
      ? value.map(sorted)
      : value;

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
