import type { Connector } from '../sdk/index.js';
import { type AwsIamConfig, configSchema } from './config.schema.js';
import { LIMITS, type Limits } from './limits.js';
import { RESOURCE_TYPES } from './resource-types.js';
import { AwsIamSession } from './session.js';

/** The connector for AWS IAM, with its limits set as one likes. */
export const awsIamWithin = (limits: Partial<Limits>): Connector<AwsIamConfig> => ({
  id: 'aws-iam',
  title: 'AWS IAM',
  config: configSchema,
  mappingVersion: 1,
  resourceTypes: RESOURCE_TYPES,
  connect: (config, host) => new AwsIamSession(config, host, { ...LIMITS, ...limits }),
});

/** The connector for AWS IAM. */
export const awsIam = awsIamWithin({});
