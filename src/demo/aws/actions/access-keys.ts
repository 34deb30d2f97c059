import type { Actions, Call } from '../call.js';
import { noSuchEntity } from '../errors.js';
import { page } from '../paging.js';
import type { AccessKey } from '../world.js';

function named(call: Call): { key: AccessKey; userName: string | undefined } {
  const id = call.needed('AccessKeyId');
  const holder = call.world.keyHolders.get(id);
  const account = holder && holder.account === call.account.id ? call.account : undefined;
  const keys = holder?.user === null ? account?.root.accessKeys : account?.users.get(holder?.user ?? '')?.accessKeys;
  const key = keys?.find((candidate) => candidate.id === id);
  if (!key) throw noSuchEntity(`Access Key with id ${id}`);
  return { key, userName: holder?.user ?? undefined };
}

export const accessKeyActions: Actions = {
  ListAccessKeys(call) {
    const user = call.user();
    return page(call, 'AccessKeyMetadata', user.accessKeys, (key) => ({
      UserName: user.name,
      AccessKeyId: key.id,
      Status: key.status,
      CreateDate: new Date(key.createdAt),
    }));
  },

  // A key that was never used has no date, and "N/A" in the two other fields.
  GetAccessKeyLastUsed(call) {
    const { key, userName } = named(call);
    return {
      UserName: userName,
      AccessKeyLastUsed: key.lastUsed
        ? { LastUsedDate: new Date(key.lastUsed.at), ServiceName: key.lastUsed.service, Region: key.lastUsed.region }
        : { ServiceName: 'N/A', Region: 'N/A' },
    };
  },
};
