import { z } from 'zod';

const secretReference = z.union([
  z.strictObject({ env: z.string().min(1) }),
  z.strictObject({ file: z.string().min(1) }),
]);
const accountId = z.string().regex(/^\d{12}$/, 'an account number has twelve digits');
const roleArn = z
  .string()
  .regex(/^arn:aws(?:-cn|-us-gov)?:iam::\d{12}:role\/.+$/, 'the ARN of a role: arn:aws:iam::123456789012:role/name');
const externalId = z.string().min(2).max(1224);

const account = z
  .strictObject({
    id: accountId,
    roleArn,
    externalId: externalId.optional(),
    name: z.string().min(1).optional(),
    environment: z.string().min(1).optional(),
    unit: z.string().min(1).optional(),
  })
  .refine(({ id, roleArn: arn }) => arn.split(':')[4] === id, {
    error: 'the role belongs to another account',
    path: ['roleArn'],
  });

/** How a source of this kind is set up. Everything is optional: `{}` reads the one account the default credentials reach. */
export const configSchema = z.strictObject({
  credentials: z
    .strictObject({
      accessKeyId: z.string().min(16).max(128),
      secretAccessKey: secretReference,
      sessionToken: secretReference.optional(),
    })
    .optional(),
  region: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'a region: us-east-1')
    .optional(),
  accounts: z.array(account).optional(),
  organization: z
    .strictObject({
      roleName: z.string().regex(/^[\w+=,.@/-]{1,576}$/),
      externalId: externalId.optional(),
      exclude: z.array(accountId).optional(),
    })
    .optional(),
  trustedAccounts: z.array(accountId).optional(),
  vendors: z.array(z.strictObject({ account: accountId, name: z.string().min(1) })).optional(),
  serviceLastAccessed: z.boolean().default(true),
});

export type AwsIamConfig = z.output<typeof configSchema>;
