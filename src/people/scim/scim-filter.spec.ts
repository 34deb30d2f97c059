import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ScimRequestRefused } from './scim-errors.js';
import { type Filter, parseFilter, parsePatchPath } from './scim-filter.js';
import { GROUP, USER } from './scim-schemas.js';

/** A filter in brief, to compare with. */
function brief(filter: Filter<any>): unknown {
  switch (filter.is) {
    case 'and':
    case 'or':
      return [filter.is, ...filter.of.map(brief)];
    case 'not':
      return ['not', brief(filter.of)];
    case 'present':
      return ['pr', place(filter.place)];
    case 'compare':
      return [filter.operator, place(filter.place), filter.value];
    case 'where':
      return ['where', place(filter.place), brief(filter.filter)];
  }
}
const place = (path: any): string =>
  path.attribute
    ? `${path.extension ? 'enterprise:' : ''}${path.attribute.name}${path.sub ? `.${path.sub.name}` : ''}`
    : path.name;

// The examples of RFC 7644, 3.4.2.2, and what Entra and Okta send.
const good: [string, unknown][] = [
  ['userName eq "sample07"', ['eq', 'userName', 'sample07']],
  ['USERNAME Eq "sample07"', ['eq', 'userName', 'sample07']],
  ['name.familyName co "O\'Sample"', ['co', 'name.familyName', "O'Sample"]],
  ['userName sw "J"', ['sw', 'userName', 'J']],
  ['urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"', ['sw', 'userName', 'J']],
  ['title pr', ['pr', 'title']],
  ['meta.lastModified gt "2011-05-13T04:42:34Z"', ['gt', 'meta.lastModified', '2011-05-13T04:42:34Z']],
  ['title pr and userType eq "Employee"', ['and', ['pr', 'title'], ['eq', 'userType', 'Employee']]],
  ['title pr or userType eq "Intern"', ['or', ['pr', 'title'], ['eq', 'userType', 'Intern']]],
  [
    'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
    [
      'and',
      ['eq', 'userType', 'Employee'],
      ['or', ['co', 'emails', 'example.com'], ['co', 'emails.value', 'example.org']],
    ],
  ],
  [
    'userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")',
    [
      'and',
      ['ne', 'userType', 'Employee'],
      ['not', ['or', ['co', 'emails', 'example.com'], ['co', 'emails.value', 'example.org']]],
    ],
  ],
  [
    'userType eq "Employee" and (emails.type eq "work")',
    ['and', ['eq', 'userType', 'Employee'], ['eq', 'emails.type', 'work']],
  ],
  [
    'userType eq "Employee" and emails[type eq "work" and value co "@example.com"]',
    [
      'and',
      ['eq', 'userType', 'Employee'],
      ['where', 'emails', ['and', ['eq', 'type', 'work'], ['co', 'value', '@example.com']]],
    ],
  ],
  [
    'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
    [
      'or',
      ['where', 'emails', ['and', ['eq', 'type', 'work'], ['co', 'value', '@example.com']]],
      ['where', 'ims', ['and', ['eq', 'type', 'xmpp'], ['co', 'value', '@foo.com']]],
    ],
  ],
  ['active eq true and externalId eq "a\\"b\\u00e9"', ['and', ['eq', 'active', true], ['eq', 'externalId', 'a"bé']]],
  ['id eq null', ['eq', 'id', null]],
  [
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "x"',
    ['eq', 'enterprise:manager.value', 'x'],
  ],
  [
    'userName eq "a" or userName eq "b" and active eq true',
    ['or', ['eq', 'userName', 'a'], ['and', ['eq', 'userName', 'b'], ['eq', 'active', true]]],
  ],
];

const bad: string[] = [
  '',
  ' ',
  'userName',
  'userName eq',
  'userName eq sample07',
  "userName eq 'sample07'",
  'userName like "b"',
  'userName eq "b" and',
  '(userName eq "b"',
  'userName eq "b")',
  'shoeSize eq 44',
  'name.shoeSize eq 44',
  'name.familyName.more eq "x"',
  'emails[type eq "work"',
  'emails[emails[type eq "work"]]',
  'userName[type eq "work"]',
  'not userName eq "b"',
  'userName eq "b" userName eq "c"',
  'userName eq "unfinished',
  'userName eq "\\x"',
  'userName eq "a\\u0000b"',
  'urn:example:unknown:User:userName eq "b"',
  'userName eq 01',
  '; DROP TABLE persons',
  `${'('.repeat(25)}userName pr${')'.repeat(25)}`,
  `${'not ('.repeat(25)}userName pr${')'.repeat(25)}`,
  Array.from({ length: 101 }, () => 'title pr').join(' or '),
  `userName eq "${'x'.repeat(5000)}"`,
];

describe('the filters of SCIM', () => {
  it.each(good)('read %s', (text, expected) => {
    expect(brief(parseFilter(USER, text))).toEqual(expected);
  });

  it.each(bad.map((text) => [text.slice(0, 60), text]))('refuse %j', (_title, text) => {
    let error: unknown;
    try {
      parseFilter(USER, text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ScimRequestRefused);
    expect((error as ScimRequestRefused).details.scimType).toBe('invalidFilter');
  });

  it('read or refuse whatever they are given, and end', () => {
    const words = fc.constantFrom(
      'userName',
      'emails',
      '[',
      ']',
      '(',
      ')',
      'and',
      'or',
      'not',
      'eq',
      'pr',
      '"x"',
      '1',
      'true',
      '\\',
      '"',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words, { maxLength: 60 }).map((list) => list.join(' ')),
        ),
        (text) => {
          try {
            parseFilter(USER, text);
            return true;
          } catch (error) {
            return error instanceof ScimRequestRefused;
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('the paths of PATCH', () => {
  it.each([
    ['members', GROUP, 'members', null, null],
    ['members[value eq "2819c223"]', GROUP, 'members', ['eq', 'value', '2819c223'], null],
    ['name.familyName', USER, 'name.familyName', null, null],
    ['emails[type eq "work"].value', USER, 'emails', ['eq', 'type', 'work'], 'value'],
    [
      'addresses[type eq "work" and primary eq true].streetAddress',
      USER,
      'addresses',
      ['and', ['eq', 'type', 'work'], ['eq', 'primary', true]],
      'streetAddress',
    ],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager', USER, 'enterprise:manager', null, null],
  ])('read %s', (text, type, path, filter, sub) => {
    const read = parsePatchPath(type, text);
    expect([place(read.path), read.filter && brief(read.filter), read.sub?.name ?? null]).toEqual([path, filter, sub]);
  });

  it.each([
    'shoeSize',
    'emails[type eq "work"]value',
    'emails]type eq "work"[',
    'userName[value eq "x"]',
    'a b',
    'emails[type eq "work"].shoe',
    '..',
    'emails[].value',
  ])('refuse %s', (text) => {
    expect(() => parsePatchPath(USER, text)).toThrow(ScimRequestRefused);
  });
});
