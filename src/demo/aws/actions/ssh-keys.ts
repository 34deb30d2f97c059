import type { Actions } from '../call.js';
import { page } from '../paging.js';

export const sshKeyActions: Actions = {
  ListSSHPublicKeys(call) {
    const user = call.user();
    return page(call, 'SSHPublicKeys', user.sshKeys, (key) => ({
      UserName: user.name,
      SSHPublicKeyId: key.id,
      Status: key.status,
      UploadDate: new Date(key.uploadedAt),
    }));
  },
};
