import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../../platform/config/index.js';
import { UUID } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, Allow, Caller, defineErrorForm, NotFound, ScopedToo } from '../../platform/http/index.js';
import { OwnFeed } from '../own-feed.js';
import type { Feed } from '../people-feeds.repository.js';
import { WriteScimGroup } from '../operations/write-scim-group.js';
import { WriteScimUser } from '../operations/write-scim-user.js';
import { scimOrder, scimWhere } from '../queries/scim-where.js';
import { scimErrors, ScimRequestRefused, SCIM_PATH } from './scim-errors.js';
import { parseFilter } from './scim-filter.js';
import { readAttributePath } from './scim-paths.js';
import { readPatch } from './scim-patch.js';
import {
  etagOf,
  leavesOut,
  listOf,
  MAXIMUM_RESULTS,
  presentGroup,
  presentResourceType,
  presentSchemas,
  presentUser,
  project,
  type Projection,
  readProjection,
  RESOURCE_TYPES,
  serviceProviderConfig,
} from './scim-resources.js';
import { GROUP, type ResourceType, USER } from './scim-schemas.js';
import { type ListWindow, ScimRepository } from './scim.repository.js';
import { type Document, isObject, readDocument } from './scim-values.js';

defineErrorForm(scimErrors);

type Asked = Readonly<Record<string, unknown>>;
const GROUP_SHOWN_WHOLE = 1000;

/** SCIM 2.0 (RFC 7643, 7644) for the people of the caller's own feed. */
@ApiTags('scim')
@Controller('scim/v2')
@ScopedToo()
@Allow('ingest')
export class ScimController {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly ownFeed: OwnFeed,
    private readonly users: WriteScimUser,
    private readonly groups: WriteScimGroup,
  ) {}

  @Get('ServiceProviderConfig')
  @ApiOperation({ summary: 'What this SCIM server can do' })
  config_(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): string {
    return answer(reply, serviceProviderConfig(this.base(request)));
  }

  @Get('ResourceTypes')
  @ApiOperation({ summary: 'Kinds of resource' })
  resourceTypes(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): string {
    const all = RESOURCE_TYPES.map((type) => presentResourceType(type, this.base(request)));
    return answer(reply, listOf(all, all.length, 1));
  }

  @Get('ResourceTypes/:id')
  @ApiOperation({ summary: 'One kind of resource' })
  resourceType(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
  ): string {
    const type = RESOURCE_TYPES.find(({ name }) => name === id);
    if (!type) throw new NotFound('resource type');
    return answer(reply, presentResourceType(type, this.base(request)));
  }

  @Get('Schemas')
  @ApiOperation({ summary: 'Schemas of the resources' })
  schemas(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): string {
    const all = presentSchemas(this.base(request));
    return answer(reply, listOf(all, all.length, 1));
  }

  @Get('Schemas/:id')
  @ApiOperation({ summary: 'One schema' })
  schema(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
  ): string {
    const schema = presentSchemas(this.base(request)).find((one) => one.id === id);
    if (!schema) throw new NotFound('schema');
    return answer(reply, schema);
  }

  @Get('Users')
  @ApiOperation({ summary: 'Users of the own feed' })
  listUsers(
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() asked: Asked,
  ): Promise<string> {
    return this.list(actor, USER, asked, request, reply);
  }

  @Post('Users/.search')
  @HttpCode(200)
  @ApiOperation({ summary: 'Users of the own feed, asked for by POST' })
  searchUsers(
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() asked: unknown,
  ): Promise<string> {
    return this.list(actor, USER, isObject(asked) ? asked : {}, request, reply);
  }

  @Post('Users')
  @HttpCode(201)
  @ApiOperation({ summary: 'Adds a user' })
  async addUser(
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
    @Query() asked: Asked,
  ): Promise<string> {
    const feed = await this.feed(actor);
    const id = await this.users.create(actor, feed, readDocument(USER, body));
    void reply.header('location', `${this.base(request)}/Users/${id}`);
    return this.user(feed, id, asked, request, reply);
  }

  @Get('Users/:id')
  @ApiOperation({ summary: 'One user' })
  async readUser(
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Query() asked: Asked,
  ): Promise<string> {
    return this.user(await this.feed(actor), known(id, 'user'), asked, request, reply);
  }

  @Put('Users/:id')
  @HttpCode(200)
  @ApiOperation({ summary: 'Replaces a user' })
  async replaceUser(
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: unknown,
    @Query() asked: Asked,
  ): Promise<string> {
    const feed = await this.feed(actor);
    await this.users.replace(actor, feed, known(id, 'user'), seenIn(request), readDocument(USER, body));
    return this.user(feed, id, asked, request, reply);
  }

  @Patch('Users/:id')
  @HttpCode(200)
  @ApiOperation({ summary: 'Changes a user' })
  async patchUser(
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: unknown,
    @Query() asked: Asked,
  ): Promise<string> {
    const feed = await this.feed(actor);
    await this.users.patch(actor, feed, known(id, 'user'), seenIn(request), readPatch(body));
    return this.user(feed, id, asked, request, reply);
  }

  @Delete('Users/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Removes a user, who has thereby left' })
  async removeUser(@Caller() actor: Actor, @Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    await this.users.remove(actor, await this.feed(actor), known(id, 'user'), seenIn(request));
  }

  @Get('Groups')
  @ApiOperation({ summary: 'Groups of the own feed' })
  listGroups(
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() asked: Asked,
  ): Promise<string> {
    return this.list(actor, GROUP, asked, request, reply);
  }

  @Post('Groups/.search')
  @HttpCode(200)
  @ApiOperation({ summary: 'Groups of the own feed, asked for by POST' })
  searchGroups(
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() asked: unknown,
  ): Promise<string> {
    return this.list(actor, GROUP, isObject(asked) ? asked : {}, request, reply);
  }

  @Post('Groups')
  @HttpCode(201)
  @ApiOperation({ summary: 'Adds a group' })
  async addGroup(
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
    @Query() asked: Asked,
  ): Promise<string> {
    const feed = await this.feed(actor);
    const id = await this.groups.create(actor, feed, readDocument(GROUP, body));
    void reply.header('location', `${this.base(request)}/Groups/${id}`);
    return this.group(feed, id, asked, request, reply);
  }

  @Get('Groups/:id')
  @ApiOperation({ summary: 'One group' })
  async readGroup(
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Query() asked: Asked,
  ): Promise<string> {
    return this.group(await this.feed(actor), known(id, 'group'), asked, request, reply);
  }

  @Put('Groups/:id')
  @HttpCode(200)
  @ApiOperation({ summary: 'Replaces a group' })
  async replaceGroup(
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: unknown,
    @Query() asked: Asked,
  ): Promise<string> {
    const feed = await this.feed(actor);
    await this.groups.replace(actor, feed, known(id, 'group'), seenIn(request), readDocument(GROUP, body));
    return this.group(feed, id, asked, request, reply);
  }

  /** A group too large to be sent back for each member that comes or goes answers 204 (RFC 7644, 3.5.2). */
  @Patch('Groups/:id')
  @HttpCode(200)
  @ApiOperation({ summary: 'Changes a group and who is in it' })
  async patchGroup(
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: unknown,
    @Query() asked: Asked,
  ): Promise<string | undefined> {
    const feed = await this.feed(actor);
    await this.groups.patch(actor, feed, known(id, 'group'), seenIn(request), readPatch(body));
    const members = await this.database.read((tx) => tx.use(ScimRepository).countMembers(id));
    if (members <= GROUP_SHOWN_WHOLE) return this.group(feed, id, asked, request, reply);
    void reply.status(204);
    return undefined;
  }

  @Delete('Groups/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Removes a group' })
  async removeGroup(@Caller() actor: Actor, @Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    await this.groups.remove(actor, await this.feed(actor), known(id, 'group'), seenIn(request));
  }

  private feed(actor: Actor): Promise<Feed> {
    return this.ownFeed.of(actor, 'scim');
  }

  private base(request: FastifyRequest): string {
    return `${this.config.get('MANDATE_PUBLIC_URL') ?? `${request.protocol}://${request.host}`}${SCIM_PATH}`;
  }

  private async list(
    actor: Actor,
    type: ResourceType,
    asked: Asked,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<string> {
    const feed = await this.feed(actor);
    const projection = readProjection(asked.attributes, asked.excludedAttributes);
    const where = typeof asked.filter === 'string' ? scimWhere(type, parseFilter(type, asked.filter)) : null;
    const startIndex = Math.max(1, whole(asked.startIndex, 'startIndex', 1));
    const count = Math.min(MAXIMUM_RESULTS, Math.max(0, whole(asked.count, 'count', 100)));
    const window: ListWindow = {
      where,
      order:
        typeof asked.sortBy === 'string' ? scimOrder(type, readAttributePath(type, asked.sortBy, 'invalidPath')) : null,
      descending: String(asked.sortOrder).toLowerCase() === 'descending',
      offset: startIndex - 1,
      count,
    };
    const base = this.base(request);
    const read = async (tx: Tx): Promise<[number, Document[]]> => {
      const scim = tx.use(ScimRepository);
      if (type.name === 'User') {
        const rows = count === 0 ? [] : await scim.users(feed.id, window, !leavesOut(type, 'groups', projection));
        return [await scim.countUsers(feed.id, where), rows.map((row) => presentUser(row, base))];
      }
      const rows = count === 0 ? [] : await scim.groups(feed.id, window, !leavesOut(type, 'members', projection));
      return [await scim.countGroups(feed.id, where), rows.map((row) => presentGroup(row, base))];
    };
    const [total, resources] = await this.database.read(read);
    return answer(
      reply,
      listOf(
        resources.map((one) => project(type, one, projection)),
        total,
        startIndex,
      ),
    );
  }

  private async user(
    feed: Feed,
    id: string,
    asked: Asked,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<string> {
    const row = await this.database.read((tx) => tx.use(ScimRepository).user(feed.id, id));
    if (!row) throw new NotFound('user');
    return one(
      USER,
      presentUser(row, this.base(request)),
      row.version,
      readProjection(asked.attributes, asked.excludedAttributes),
      request,
      reply,
    );
  }

  private async group(
    feed: Feed,
    id: string,
    asked: Asked,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<string> {
    const projection = readProjection(asked.attributes, asked.excludedAttributes);
    const members = !leavesOut(GROUP, 'members', projection);
    const row = await this.database.read((tx) => tx.use(ScimRepository).group(feed.id, id, members));
    if (!row) throw new NotFound('group');
    return one(GROUP, presentGroup(row, this.base(request)), row.version, projection, request, reply);
  }
}

function one(
  type: ResourceType,
  resource: Document,
  version: number,
  projection: Projection,
  request: FastifyRequest,
  reply: FastifyReply,
): string {
  void reply.header('etag', etagOf(version));
  if (request.method === 'GET' && versionsIn(request.headers['if-none-match'])?.has(version)) {
    void reply.status(304);
    return '';
  }
  return answer(reply, project(type, resource, projection));
}

function answer(reply: FastifyReply, body: unknown): string {
  void reply.header('content-type', 'application/scim+json; charset=utf-8');
  return JSON.stringify(body);
}

/** The version an If-Match names. SCIM leaves it to the client to send one; `*` is met by whatever exists. */
function seenIn(request: FastifyRequest): number | null {
  const header = request.headers['if-match'];
  if (header === undefined || header.trim() === '*') return null;
  const [version] = versionsIn(header) ?? [];
  // An ETag that is none of ours can match nothing.
  return version ?? -1;
}

const versionsIn = (header: string | undefined): ReadonlySet<number> | null =>
  header === undefined ? null : new Set([...header.matchAll(/"(\d{1,9})"/g)].map(([, version]) => Number(version)));

function whole(given: unknown, name: string, otherwise: number): number {
  if (given === undefined || given === '') return otherwise;
  const number = typeof given === 'string' && /^-?\d{1,9}$/.test(given) ? Number(given) : given;
  if (typeof number !== 'number' || !Number.isInteger(number))
    throw new ScimRequestRefused('invalidValue', `"${name}" is not a whole number.`);
  return number;
}

/** An id that is no id of ours names nothing. */
function known(id: string, what: string): string {
  if (!UUID.test(id)) throw new NotFound(what);
  return id.toLowerCase();
}
