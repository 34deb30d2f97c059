import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { LocalAdminFolder } from '../access-control/index.js';
import { Config } from '../platform/config/index.js';
import { randomSecret, Sealing } from '../platform/crypto/index.js';
import { writePrivateFile } from '../platform/database/index.js';
import { NoSealingKey } from './notifications.errors.js';

/** Seals what webhooks need: under the configured key, or one that an embedded instance keeps beside its data. */
@Injectable()
export class SealedSecrets {
  private sealing: Sealing | null = null;

  constructor(
    private readonly config: Config,
    private readonly folder: LocalAdminFolder,
  ) {}

  seal(plain: string, place: string): string {
    return this.opened().seal(plain, place);
  }

  open(sealed: string, place: string): string {
    return this.opened().open(sealed, place);
  }

  private opened(): Sealing {
    return (this.sealing ??= new Sealing(this.config.get('MANDATE_SEALING_KEY') ?? this.keyBesideData()));
  }

  private keyBesideData(): string {
    if (this.folder.path === null) throw new NoSealingKey();
    const file = join(this.folder.path, 'sealing-key');
    if (!existsSync(file)) writePrivateFile(file, `${randomSecret()}\n`);
    return readFileSync(file, 'utf8').trim();
  }
}
