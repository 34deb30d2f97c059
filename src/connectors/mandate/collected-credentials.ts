import type { OwnCredential, OwnCredentials } from '../sdk/index.js';

/** What the modules tell of their own credentials, each of its own. Whoever does not answer is an error, never nothing. */
export class CollectedCredentials implements OwnCredentials {
  private readonly parts: OwnCredentials[] = [];

  add(part: OwnCredentials): void {
    this.parts.push(part);
  }

  async ownCredentials(): Promise<readonly OwnCredential[]> {
    return (await Promise.all(this.parts.map((part) => part.ownCredentials()))).flat();
  }
}
