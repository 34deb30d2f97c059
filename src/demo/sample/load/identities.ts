import type { Client } from '../../../cli/client.js';
import type { Named } from '../governance/ownership.js';

/** An identity as far as putting the sample in place needs to know it. */
export interface IdentityView {
  readonly id: string;
  readonly displayName: string;
  readonly kind: string;
  readonly managedBy: string;
  readonly nature: string;
  readonly source: { readonly name: string };
  readonly scope: { readonly name: string };
  readonly tags: Readonly<Record<string, string>>;
  readonly ownership: string | null;
  readonly owner: { readonly id: string } | null;
  readonly expectedUse: unknown;
  readonly because: { readonly nature: string };
}

/** Every identity there is, found by its name and where it lies. */
export class Identities {
  private constructor(readonly all: readonly IdentityView[]) {}

  static async read(client: Client): Promise<Identities> {
    return new Identities(await client.list<IdentityView>('identities', {}, 100_000));
  }

  /** `in` names an account, or, for what came by a file, its source. */
  named({ name, in: place }: Named): IdentityView {
    const found = this.all.filter(
      (identity) => identity.displayName === name && (identity.scope.name === place || identity.source.name === place),
    );
    if (found.length !== 1) throw new Error(`${found.length} identities are named ${name} in ${place}`);
    return found[0]!;
  }
}
