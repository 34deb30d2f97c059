import { Controller, Get, Global, Module, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Database } from '../database/index.js';
import { Allow, Open } from '../http/index.js';
import { Metrics } from './metrics.js';

/** Ready is more than alive: the schema is up to date and the queue answers. Set by whoever boots the application. */
export class Readiness {
  ready = false;
}

@ApiExcludeController()
@Controller()
export class HealthController {
  constructor(
    private readonly database: Database,
    private readonly readiness: Readiness,
    private readonly metrics: Metrics,
  ) {}

  @Get('healthz/live')
  @Open()
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('healthz/ready')
  @Open()
  async readyToServe(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: 'ok' | 'not-ready' }> {
    const ready = this.readiness.ready && (await this.database.isReachable());
    if (!ready) void reply.status(503);
    return { status: ready ? 'ok' : 'not-ready' };
  }

  @Get('metrics')
  @Allow('admin', 'auditor', 'viewer', 'iam-engineer')
  async scrape(@Res() reply: FastifyReply): Promise<void> {
    const text = await this.metrics.registry.metrics();
    await reply.type(this.metrics.registry.contentType).send(text);
  }
}

@Global()
@Module({ controllers: [HealthController], providers: [Metrics, Readiness], exports: [Metrics, Readiness] })
export class TelemetryModule {}
