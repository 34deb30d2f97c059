import { readFileSync, realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { type ConnectorHost, type SecretReference, SecretUnavailable } from '../../connectors/sdk/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Config } from '../../platform/config/index.js';

const ENV_PREFIX = 'MANDATE_SOURCE_';

/**
 * What connectors may use of their surroundings. References are fenced in: whoever may configure a source could
 * otherwise point it at their own server and have any variable or file of this machine sent there.
 */
@Injectable()
export class Surroundings implements ConnectorHost {
  readonly environment: Readonly<Record<string, string | undefined>>;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
  ) {
    this.environment = config.environment;
  }

  secret(reference: SecretReference): string {
    if ('env' in reference) {
      if (!reference.env.startsWith(ENV_PREFIX))
        throw new SecretUnavailable(`Only variables named ${ENV_PREFIX}... may be referred to.`);
      const value = this.environment[reference.env];
      if (!value) throw new SecretUnavailable(`The variable ${reference.env} is not set.`);
      return value;
    }
    const folder = resolve(this.config.get('MANDATE_SECRETS_DIR'));
    try {
      const path = realpathSync(resolve(folder, reference.file));
      if (!path.startsWith(realpathSync(folder) + sep))
        throw new SecretUnavailable(`Only files in ${folder} (MANDATE_SECRETS_DIR) may be referred to.`);
      return readFileSync(path, 'utf8').trim();
    } catch (error) {
      if (error instanceof SecretUnavailable) throw error;
      throw new SecretUnavailable(
        `The secret file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`,
      );
    }
  }

  now(): number {
    return this.clock.now().getTime();
  }

  async pause(ms: number, signal: AbortSignal): Promise<void> {
    await delay(ms, undefined, { signal });
  }
}
