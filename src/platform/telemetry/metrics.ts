import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** A figure of the domain that is asked for when Prometheus asks. */
export interface GaugeSource {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  read(): Promise<readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[]>;
}

/** What Prometheus reads. Modules add gauges of their own. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  readonly requests = new Histogram({
    name: 'mandate_http_request_seconds',
    help: 'Duration of HTTP requests by route and status.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry, prefix: 'mandate_' });
  }

  addGauge(source: GaugeSource): void {
    const gauge: Gauge = new Gauge({
      name: source.name,
      help: source.help,
      labelNames: [...(source.labels ?? [])],
      registers: [this.registry],
      collect: async () => {
        gauge.reset();
        for (const { labels, value } of await source.read()) gauge.set(labels ?? {}, value);
      },
    });
  }
}
