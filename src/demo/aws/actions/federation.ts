import type { Actions } from '../call.js';
import { noSuchEntity } from '../errors.js';
import { tagList } from './shapes.js';

export const federationActions: Actions = {
  ListOpenIDConnectProviders: (call) => ({
    OpenIDConnectProviderList: [...call.account.oidcProviders.keys()].map((Arn) => ({ Arn })),
  }),

  GetOpenIDConnectProvider(call) {
    const arn = call.needed('OpenIDConnectProviderArn');
    const provider = call.account.oidcProviders.get(arn);
    if (!provider) throw noSuchEntity(`OpenIDConnect Provider ${arn}`);
    return {
      Url: provider.url,
      ClientIDList: provider.clientIds,
      ThumbprintList: provider.thumbprints,
      CreateDate: new Date(provider.createdAt),
      Tags: tagList(provider.tags),
    };
  },

  ListSAMLProviders: (call) => ({
    SAMLProviderList: [...call.account.samlProviders.values()].map(({ arn, validUntil, createdAt }) => ({
      Arn: arn,
      ValidUntil: new Date(validUntil),
      CreateDate: new Date(createdAt),
    })),
  }),
};
