import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ALLOW, type Allowance, Authoriser, FRESH, OPEN } from './actor.js';
import { NotAllowed, NotSignedIn } from './problem.js';

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
    const { actor } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!actor) throw new NotSignedIn();
    const allowance = this.reflector.getAllAndOverride<Allowance | undefined>(ALLOW, targets);
    if (!allowance || !this.authoriser.allows(actor, allowance)) throw new NotAllowed();
    if (this.reflector.getAllAndOverride<boolean>(FRESH, targets)) this.authoriser.assertFresh(actor);
    return true;
  }
}
