import type { Adapter, AdapterPayload } from 'oidc-provider';

type Store = Map<string, { payload: AdapterPayload; until: number }>;

/** What the issuer remembers while it runs, for all its models; rotating its keys leaves it alone. */
export function memoryAdapter(now: () => number): new (model: string) => Adapter {
  const store: Store = new Map();
  return class implements Adapter {
    constructor(private readonly model: string) {}

    async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
      store.set(this.key(id), { payload, until: expiresIn ? now() + expiresIn * 1000 : Infinity });
    }
    async find(id: string): Promise<AdapterPayload | undefined> {
      return this.alive(this.key(id));
    }
    async findByUserCode(): Promise<undefined> {
      return undefined;
    }
    async findByUid(uid: string): Promise<AdapterPayload | undefined> {
      for (const [key, { payload }] of store)
        if (key.startsWith(`${this.model}:`) && payload.uid === uid) return this.alive(key);
      return undefined;
    }
    async consume(id: string): Promise<void> {
      const payload = this.alive(this.key(id));
      if (payload) payload.consumed = Math.floor(now() / 1000);
    }
    async destroy(id: string): Promise<void> {
      store.delete(this.key(id));
    }
    async revokeByGrantId(grantId: string): Promise<void> {
      for (const [key, { payload }] of store) if (payload.grantId === grantId) store.delete(key);
    }

    private key(id: string): string {
      return `${this.model}:${id}`;
    }
    private alive(key: string): AdapterPayload | undefined {
      const kept = store.get(key);
      if (!kept) return undefined;
      if (kept.until > now()) return kept.payload;
      store.delete(key);
      return undefined;
    }
  };
}
