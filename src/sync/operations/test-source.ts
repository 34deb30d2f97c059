import { Injectable } from '@nestjs/common';
import { ConnectorRegistry } from '../../connectors/registry/index.js';
import { SecretUnavailable, VendorFailure } from '../../connectors/sdk/index.js';
import { SourcesRepository } from '../../inventory/index.js';
import { strikeOutSecrets } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import { NotFound } from '../../platform/http/index.js';
import { Surroundings } from '../reading/connector-host.js';
import { ConnectorUnknown, SourceIsAFile } from '../sync.errors.js';

export interface SourceTest {
  readonly reachable: boolean;
  /** What was reached (an account id), where something was. */
  readonly account: string | null;
  readonly detail: string | null;
  /** Vendor permissions that reading everything needs. */
  readonly permissions: readonly string[];
}

const TIMEOUT_MS = 30_000;

/** Tries a source without reading it: does the credential work, and where does it lead? */
@Injectable()
export class TestSource {
  constructor(
    private readonly database: Database,
    private readonly registry: ConnectorRegistry,
    private readonly surroundings: Surroundings,
  ) {}

  async execute(sourceId: string): Promise<SourceTest> {
    const source = await this.database.read((tx) => tx.use(SourcesRepository).one(sourceId));
    if (!source) throw new NotFound('source');
    if (this.registry.formats().some(({ connector }) => connector === source.connector)) throw new SourceIsAFile();
    const connector = this.registry.get(source.connector);
    if (!connector) throw new ConnectorUnknown(this.registry.all().map(({ id }) => id));
    const permissions = [...new Set(connector.resourceTypes.flatMap((type) => type.permissions.read))].sort();
    try {
      const config = await connector.config['~standard'].validate(source.config);
      if (config.issues)
        return {
          reachable: false,
          account: null,
          detail: 'The configuration does not fit the connector.',
          permissions,
        };
      const session = await connector.connect(config.value, this.surroundings);
      try {
        const { account, detail } = await session.validate(AbortSignal.timeout(TIMEOUT_MS));
        return { reachable: true, account, detail: detail ?? null, permissions };
      } finally {
        await session.close?.();
      }
    } catch (error) {
      if (error instanceof VendorFailure || error instanceof SecretUnavailable)
        return { reachable: false, account: null, detail: strikeOutSecrets(error.message), permissions };
      if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError'))
        return {
          reachable: false,
          account: null,
          detail: `The source did not answer within ${TIMEOUT_MS / 1000} seconds.`,
          permissions,
        };
      throw error;
    }
  }
}
