import { CreateToken } from '../../../access-control/index.js';
import type { Application } from '../../../application.js';
import { Client } from '../../../cli/client.js';
import { type Role, systemActor } from '../../../platform/http/index.js';
import type { Acting } from './loading.js';

/** Tokens for those who act in the sample. They are made in the process itself: no token of the outside may approve. */
export function actingIn(application: Application, url: string): { acting: Acting; retire(): Promise<void> } {
  const create = application.nest.get(CreateToken);
  const made: string[] = [];
  const clients = new Map<string, Promise<Client>>();
  const mint = async (name: string, roles: readonly string[], person?: string): Promise<Client> => {
    const { row, token } = await create.execute(systemActor('demo'), {
      name,
      roles: roles.map((role) => ({ role: role as Role, scope: {} })),
      expiresInDays: 1,
      ...(person === undefined ? {} : { ownerId: person }),
    });
    made.push(row.id);
    return new Client(url, token);
  };
  const acting: Acting = (name, roles, person) => {
    const key = `${name} ${roles.join(' ')}`;
    const client = clients.get(key) ?? mint(name, roles, person);
    clients.set(key, client);
    return client;
  };
  return {
    acting,
    async retire() {
      const admin = await acting('Sample closing up', ['admin']);
      for (const id of made.splice(0)) await admin.call('DELETE', `tokens/${id}`, { etag: '"1"' });
      clients.clear();
    },
  };
}
