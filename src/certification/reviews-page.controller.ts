import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { escaped, sendPage } from '../access-control/index.js';
import { Clock } from '../platform/clock/index.js';
import { Database } from '../platform/database/index.js';
import { decodeCursor, DomainError, encodeCursor, Open, statusOf } from '../platform/http/index.js';
import { reviewerPage } from './queries/item-view.js';
import { withChanges } from './queries/with-changes.js';
import { ReviewLinks, REVIEWS_PATH } from './review-links.js';
import { type ListedItem, reviewsPage } from './reviews-page.js';

const pageQuery = z.strictObject({
  link: z.string().max(1500).optional(),
  campaign: z.uuid().optional(),
  reviewer: z.uuid().optional(),
  cursor: z.string().max(500).optional(),
});
const AT_ONCE = 50;

/**
 * Where links of mails lead: what waits for whoever is signed in, and for nobody else. Open, because it sends everybody to sign
 * in first; it reads and never writes.
 */
@ApiExcludeController()
@Controller()
export class ReviewsPageController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly links: ReviewLinks,
  ) {}

  @Get(REVIEWS_PATH)
  @Open()
  async page(
    @Query({ schema: pageQuery }) query: z.output<typeof pageQuery>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    try {
      await this.show(query, request, reply);
    } catch (error) {
      if (!(error instanceof DomainError) || request.headers.accept?.includes('text/html') !== true) throw error;
      sendPage(
        reply,
        'This does not lead anywhere',
        `<p role="alert">${escaped(error.message)}</p><p><a class="button" href="${REVIEWS_PATH}">My reviews</a></p>`,
        statusOf(error.kind),
      );
    }
  }

  private async show(query: z.output<typeof pageQuery>, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const link = query.link === undefined ? null : await this.links.read(query.link);
    const { actor } = request;
    if (!actor) {
      void reply.redirect(`/api/v1/auth/sign-in?returnTo=${encodeURIComponent(request.url)}`, 302);
      return;
    }
    const campaign = link?.campaign ?? query.campaign;
    const after = decodeCursor(query.cursor, 2);
    const { person } = actor;
    const rows =
      person === null
        ? []
        : await this.database.read(async (tx) =>
            withChanges(tx, await reviewerPage(tx, person, { campaign }, AT_ONCE + 1, after), this.clock.now()),
          );
    const shown = rows.slice(0, AT_ONCE);
    const last = rows.length > AT_ONCE ? shown.at(-1) : undefined;
    const madeFor = link?.person ?? query.reviewer ?? person;
    sendPage(
      reply,
      'My reviews',
      reviewsPage({
        name: actor.name,
        isPerson: person !== null,
        isTheirs: madeFor === person,
        items: shown.map(({ json }) => JSON.parse(json) as ListedItem),
        isOneCampaign: campaign !== undefined,
        next: last
          ? `${REVIEWS_PATH}?${new URLSearchParams({
              ...(campaign === undefined ? {} : { campaign }),
              cursor: encodeCursor([last.rank, last.id]),
            }).toString()}`
          : null,
      }),
    );
  }
}
