import type { Actions } from '../call.js';
import { invalidInput } from '../errors.js';
import { page } from '../paging.js';
import type { ServiceCredential } from '../world.js';
import type { Wire } from '../xml.js';

const facts = (userName: string, credential: ServiceCredential): Wire => ({
  UserName: userName,
  Status: credential.status,
  ServiceUserName:
    credential.service === 'bedrock.amazonaws.com' ? undefined : `${userName}-at-${credential.service.split('.')[0]}`,
  ServiceCredentialAlias: credential.service === 'bedrock.amazonaws.com' ? credential.alias : undefined,
  CreateDate: new Date(credential.createdAt),
  ExpirationDate: credential.expiresAt === null ? undefined : new Date(credential.expiresAt),
  ServiceSpecificCredentialId: credential.id,
  ServiceName: credential.service,
});

export const serviceCredentialActions: Actions = {
  ListServiceSpecificCredentials(call) {
    const all = call.text('AllUsers') === 'true';
    if (all && call.text('UserName') !== undefined) throw invalidInput('UserName and AllUsers exclude each other');
    const service = call.text('ServiceName');
    const users = all ? [...call.account.users.values()] : [call.user()];
    const shown = users.flatMap((user) =>
      user.serviceCredentials
        .filter((credential) => service === undefined || credential.service === service)
        .map((credential) => facts(user.name, credential)),
    );
    // Without AllUsers the real call does not page at all.
    return all
      ? page(call, 'ServiceSpecificCredentials', shown, (credential) => credential)
      : { ServiceSpecificCredentials: shown };
  },
};
