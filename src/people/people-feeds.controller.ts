import { Body, Controller, Get, Param, Post, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  NotFound,
  pageOf,
  SeenVersion,
  setVersion,
} from '../platform/http/index.js';
import { ShapeFeeds } from './operations/shape-feeds.js';
import { PeopleFeedsRepository, PeopleSettingsRepository } from './people-feeds.repository.js';
import { changedFeed, feedSchema, matchingSchema, newFeed, newMatching } from './people-feeds.schemas.js';

const id = z.uuid();

@ApiTags('people')
@Controller('people/feeds')
export class PeopleFeedsController {
  constructor(
    private readonly database: Database,
    private readonly shape: ShapeFeeds,
  ) {}

  @Get()
  @Allow('admin', 'iam-engineer', 'auditor')
  @Answers(200, pageOf(feedSchema), 'Where people come from, by rank; a short list, given whole')
  async list() {
    return { data: await this.database.read((tx) => tx.use(PeopleFeedsRepository).all()), next: null };
  }

  @Post()
  @Allow('admin')
  @Answers(201, feedSchema, 'Adds a feed of HR files, or one that a SCIM token is bound to')
  async add(
    @Caller() actor: Actor,
    @Body({ schema: newFeed }) body: z.output<typeof newFeed>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { kind, ...input } = body;
    return this.one(await this.shape.add(actor, kind, input), reply);
  }

  @Get(':id')
  @Allow('admin', 'iam-engineer', 'auditor')
  @Answers(200, feedSchema, 'One feed')
  read(@Param('id', { schema: id }) feed: string, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.one(feed, reply);
  }

  @Put(':id')
  @Allow('admin')
  @Answers(200, feedSchema, 'Changes a feed; another rank weighs its people again. Needs If-Match')
  async change(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) feed: string,
    @SeenVersion() seen: number,
    @Body({ schema: changedFeed }) body: z.output<typeof changedFeed>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.shape.change(actor, feed, seen, body);
    return this.one(feed, reply);
  }

  private async one(feedId: string, reply: FastifyReply) {
    const feed = (await this.database.read((tx) => tx.use(PeopleFeedsRepository).all())).find(
      (row) => row.id === feedId,
    );
    if (!feed) throw new NotFound('feed');
    setVersion(reply, feed.version);
    return feed;
  }
}

@ApiTags('people')
@Controller('people/matching')
export class PeopleMatchingController {
  constructor(
    private readonly database: Database,
    private readonly shape: ShapeFeeds,
  ) {}

  @Get()
  @Allow('admin', 'iam-engineer', 'auditor')
  @Answers(200, matchingSchema, 'Rules by which records of several feeds are taken for one person, in order')
  async read(@Res({ passthrough: true }) reply: FastifyReply) {
    const settings = await this.database.read((tx) => tx.use(PeopleSettingsRepository).read());
    setVersion(reply, settings.version);
    return { rules: settings.matching, version: settings.version };
  }

  @Put()
  @Allow('admin')
  @Answers(200, matchingSchema, 'Changes the rules, for records that come from now on; needs If-Match')
  async change(
    @Caller() actor: Actor,
    @SeenVersion() seen: number,
    @Body({ schema: newMatching }) body: z.output<typeof newMatching>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.shape.match(actor, seen, body.rules);
    return this.read(reply);
  }
}
