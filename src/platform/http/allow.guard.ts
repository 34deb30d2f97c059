import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ALLOW, type Allowance, Authoriser, FRESH, OPEN, SCOPED_TOO } from './actor.js';
import { NotAllowed, NotSignedIn } from './problem.js';

const READS = new Set(['GET', 'HEAD']);

/** What the caller may do; who they are was established before the body was read. */
@Injectable()
export class AllowGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authoriser: Authoriser,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(OPEN, targets)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { actor } = request;
    if (!actor) throw new NotSignedIn();
    const allowance = this.reflector.getAllAndOverride<Allowance | undefined>(ALLOW, targets);
    const scopedToo = this.reflector.getAllAndOverride<boolean>(SCOPED_TOO, targets) === true;
    if (!allowance || !this.authoriser.allows(actor, allowance, scopedToo)) throw new NotAllowed();
    if (this.reflector.getAllAndOverride<boolean>(FRESH, targets)) this.authoriser.assertFresh(actor);
    // Who is let in because something is theirs may hold a role in one unit: where the route does not narrow, it does not count.
    const counting = scopedToo ? actor.roles : actor.roles.filter(({ scope }) => Object.keys(scope).length === 0);
    // Who reads everywhere and changes things in one unit must not change what they can merely see.
    if (!READS.has(request.method))
      request.actor = {
        ...actor,
        roles: counting.filter(({ role }) => allowance.roles.includes(role)),
        readsBy: actor.roles,
      };
    else if (counting.length < actor.roles.length) request.actor = { ...actor, roles: counting };
    return true;
  }
}
