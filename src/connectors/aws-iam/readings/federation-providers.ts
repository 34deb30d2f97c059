import {
  GetOpenIDConnectProviderCommand,
  ListOpenIDConnectProvidersCommand,
  ListSAMLProvidersCommand,
} from '@aws-sdk/client-iam';
import type { Emitted, ReadContext, Reading } from '../../sdk/index.js';
import type { Account } from '../account.js';
import { asFailure, malformed, usedAs } from '../answers.js';
import { present } from '../mapping/identities.js';
import { iso } from '../mapping/instants.js';
import { tagsOf } from '../mapping/tags.js';
import { type AccountOf, causeOf, EachParent } from './gaps.js';

const nameOf = (arn: string): string => arn.slice(arn.indexOf('/') + 1);

/** OpenID Connect providers the account trusts. */
export const oidcProviderReading = (accountOf: AccountOf): Reading => ({
  id: 'oidc-providers',
  types: ['aws.oidc-provider'],
  async *read(ctx, scope) {
    const account = accountOf(scope);
    const { OpenIDConnectProviderList: list } = await account.apis.iam(
      'iam:ListOpenIDConnectProviders',
      ctx.signal,
      (iam, sent) => iam.send(new ListOpenIDConnectProvidersCommand({}), sent),
    );
    if (!list) throw malformed('iam:ListOpenIDConnectProviders', 'holds no list');
    const arns = list.map(({ Arn: arn }) => {
      if (!arn) throw malformed('iam:ListOpenIDConnectProviders', 'holds a provider without an ARN');
      return arn;
    });
    const each = new EachParent('aws.oidc-provider', 'iam:GetOpenIDConnectProvider', ctx, account.limits);
    yield* each.over(
      arns,
      (arn) => arn,
      async (arn) => [await oidcProvider(account, ctx, arn)],
    );
  },
});

/** One provider; where only its particulars are refused, that it is there is shown all the same. */
async function oidcProvider(account: Account, ctx: ReadContext, arn: string): Promise<Emitted> {
  const permission = 'iam:GetOpenIDConnectProvider';
  const record = (attributes: Record<string, unknown>) => ({
    entity: 'resource' as const,
    type: 'aws.oidc-provider',
    id: arn,
    name: nameOf(arn),
    kind: 'oidc-provider',
    attributes: present({ arn, ...attributes }),
  });
  try {
    const found = await account.apis.iam(permission, ctx.signal, (iam, sent) =>
      iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }), sent),
    );
    if (!found.Url) throw malformed(permission, 'names no address');
    return {
      record: record({
        url: found.Url,
        clientIds: found.ClientIDList ?? [],
        thumbprints: found.ThumbprintList ?? [],
        createdAt: iso(found.CreateDate),
        tags: tagsOf(found.Tags),
      }),
    };
  } catch (error) {
    const cause = causeOf(asFailure(error, permission), ctx.signal);
    ctx.gap({ type: 'aws.oidc-provider', parent: arn, ...cause });
    return { record: record({}), partial: true };
  }
}

/** SAML providers the account trusts. */
export const samlProviderReading = (accountOf: AccountOf): Reading => ({
  id: 'saml-providers',
  types: ['aws.saml-provider'],
  async *read(ctx, scope) {
    const permission = 'iam:ListSAMLProviders';
    const { SAMLProviderList: list } = await accountOf(scope).apis.iam(permission, ctx.signal, (iam, sent) =>
      iam.send(new ListSAMLProvidersCommand({}), sent),
    );
    if (!list) throw malformed(permission, 'holds no list');
    yield usedAs(permission, () =>
      list.map(({ Arn: arn, ValidUntil: validUntil, CreateDate: created }): Emitted => {
        if (!arn) throw malformed(permission, 'holds a provider without an ARN');
        return {
          record: {
            entity: 'resource',
            type: 'aws.saml-provider',
            id: arn,
            name: nameOf(arn),
            kind: 'saml-provider',
            attributes: present({ arn, validUntil: iso(validUntil), createdAt: iso(created) }),
          },
        };
      }),
    );
  },
});
