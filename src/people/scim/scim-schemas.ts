/** An attribute as RFC 7643 (7) describes one. */
export interface Attribute {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'complex' | 'reference' | 'dateTime' | 'binary';
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readWrite' | 'readOnly' | 'writeOnly' | 'immutable';
  readonly returned: 'always' | 'default' | 'never' | 'request';
  readonly uniqueness: 'none' | 'server' | 'global';
  readonly description: string;
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly Attribute[];
}

export interface ResourceSchema {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

/** A resource type: its core schema, and the extensions it may carry. */
export interface ResourceType {
  readonly name: 'User' | 'Group';
  readonly endpoint: '/Users' | '/Groups';
  readonly core: ResourceSchema;
  readonly extensions: readonly ResourceSchema[];
}

type More = Partial<Omit<Attribute, 'name' | 'description'>>;
const attribute = (name: string, description: string, more: More = {}): Attribute => ({
  name,
  type: 'string',
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  description,
  ...more,
});
const complex = (name: string, description: string, subAttributes: readonly Attribute[], more: More = {}): Attribute =>
  attribute(name, description, { type: 'complex', subAttributes, ...more });
/** Lists of typed values: mail addresses, telephone numbers and the like. */
const values = (name: string, description: string, types: readonly string[], more: More = {}): Attribute =>
  complex(
    name,
    description,
    [
      attribute('value', 'The value itself.', more),
      attribute('display', 'A name of it for people.'),
      attribute('type', 'What it is for.', types.length > 0 ? { canonicalValues: types } : {}),
      attribute('primary', 'The one to use first.', { type: 'boolean' }),
    ],
    { multiValued: true },
  );

export const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const CORE_GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

const user: ResourceSchema = {
  id: CORE_USER,
  name: 'User',
  description: 'A person',
  attributes: [
    attribute('userName', 'Unique within the feed, whatever the case.', { required: true, uniqueness: 'server' }),
    complex('name', 'The parts of the name.', [
      attribute('formatted', 'The whole name.'),
      attribute('familyName', 'The family name.'),
      attribute('givenName', 'The given name.'),
      attribute('middleName', 'Further given names.'),
      attribute('honorificPrefix', 'What stands before the name.'),
      attribute('honorificSuffix', 'What stands after the name.'),
    ]),
    attribute('displayName', 'The name shown to others.'),
    attribute('nickName', 'The casual name.'),
    attribute('profileUrl', 'A page about the person.', {
      type: 'reference',
      referenceTypes: ['external'],
      caseExact: true,
    }),
    attribute('title', 'The position.'),
    attribute('userType', 'Employee, contractor and the like.'),
    attribute('preferredLanguage', 'The language they prefer.'),
    attribute('locale', 'Where dates and numbers are written as they are used to.'),
    attribute('timezone', 'Their time zone.'),
    attribute('active', 'Whether they work here. False makes them a leaver at once.', { type: 'boolean' }),
    attribute('password', 'Taken from nobody: it is not stored.', {
      mutability: 'writeOnly',
      returned: 'never',
      caseExact: true,
    }),
    values('emails', 'Mail addresses.', ['work', 'home', 'other']),
    values('phoneNumbers', 'Telephone numbers.', ['work', 'home', 'mobile', 'fax', 'pager', 'other']),
    values('ims', 'Messaging addresses.', []),
    values('photos', 'Pictures.', ['photo', 'thumbnail'], {
      type: 'reference',
      referenceTypes: ['external'],
      caseExact: true,
    }),
    complex(
      'addresses',
      'Postal addresses.',
      [
        attribute('formatted', 'The whole address.'),
        attribute('streetAddress', 'Street and number.'),
        attribute('locality', 'City.'),
        attribute('region', 'State or region.'),
        attribute('postalCode', 'Postal code.'),
        attribute('country', 'Country.'),
        attribute('type', 'What it is for.', { canonicalValues: ['work', 'home', 'other'] }),
        attribute('primary', 'The one to use first.', { type: 'boolean' }),
      ],
      { multiValued: true },
    ),
    complex(
      'groups',
      'Groups of this feed the person is in.',
      [
        attribute('value', 'The id of the group.', { mutability: 'readOnly', caseExact: true }),
        attribute('$ref', 'Where it is.', {
          type: 'reference',
          referenceTypes: ['Group'],
          mutability: 'readOnly',
          caseExact: true,
        }),
        attribute('display', 'Its name.', { mutability: 'readOnly' }),
        attribute('type', 'Always direct.', { mutability: 'readOnly', canonicalValues: ['direct'] }),
      ],
      { multiValued: true, mutability: 'readOnly' },
    ),
    values('entitlements', 'What they are entitled to elsewhere.', []),
    values('roles', 'Roles they have elsewhere.', []),
    values('x509Certificates', 'Certificates.', [], { type: 'binary', caseExact: true }),
  ],
};

const enterprise: ResourceSchema = {
  id: ENTERPRISE_USER,
  name: 'EnterpriseUser',
  description: 'What an employer knows of a person',
  attributes: [
    attribute('employeeNumber', 'The number HR knows them by.'),
    attribute('costCenter', 'The cost centre.'),
    attribute('organization', 'The organisation.'),
    attribute('division', 'The division.'),
    attribute('department', 'The department.'),
    complex('manager', 'Their manager.', [
      attribute('value', 'The id of the manager in this feed.', { caseExact: true }),
      attribute('$ref', 'Where they are.', { type: 'reference', referenceTypes: ['User'], caseExact: true }),
      attribute('displayName', 'The name of the manager.', { mutability: 'readOnly' }),
    ]),
  ],
};

const group: ResourceSchema = {
  id: CORE_GROUP,
  name: 'Group',
  description: 'People together',
  attributes: [
    attribute('displayName', 'Unique within the feed, whatever the case.', { required: true, uniqueness: 'server' }),
    complex(
      'members',
      'The people in it.',
      [
        attribute('value', 'The id of the person in this feed.', { mutability: 'immutable', caseExact: true }),
        attribute('$ref', 'Where they are.', {
          type: 'reference',
          referenceTypes: ['User'],
          mutability: 'immutable',
          caseExact: true,
        }),
        attribute('display', 'Their name.', { mutability: 'readOnly' }),
        attribute('type', 'Always User.', { mutability: 'immutable', canonicalValues: ['User'] }),
      ],
      { multiValued: true },
    ),
  ],
};

/** What every resource has, whatever its schema says. */
export const COMMON: readonly Attribute[] = [
  attribute('id', 'Ours, for ever.', {
    mutability: 'readOnly',
    returned: 'always',
    caseExact: true,
    uniqueness: 'server',
  }),
  attribute('externalId', "The client's own.", { caseExact: true }),
  attribute('schemas', 'What the resource is made of.', {
    type: 'reference',
    multiValued: true,
    returned: 'always',
    caseExact: true,
  }),
  complex(
    'meta',
    'About the resource.',
    [
      attribute('resourceType', 'User or Group.', { mutability: 'readOnly', caseExact: true }),
      attribute('created', 'When we first heard of it.', { type: 'dateTime', mutability: 'readOnly' }),
      attribute('lastModified', 'When it last changed.', { type: 'dateTime', mutability: 'readOnly' }),
      attribute('location', 'Where it is.', { type: 'reference', mutability: 'readOnly', caseExact: true }),
      attribute('version', 'Its ETag.', { mutability: 'readOnly', caseExact: true }),
    ],
    { mutability: 'readOnly' },
  ),
];

export const USER: ResourceType = { name: 'User', endpoint: '/Users', core: user, extensions: [enterprise] };
export const GROUP: ResourceType = { name: 'Group', endpoint: '/Groups', core: group, extensions: [] };
export const SCHEMAS: readonly ResourceSchema[] = [user, enterprise, group];
