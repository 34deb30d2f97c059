import type { PolicyDocument } from './world.js';

/** A policy that allows these actions on these resources. */
export const allowing = (
  actions: string | readonly string[],
  resources: string | readonly string[] = '*',
  condition?: Record<string, unknown>,
): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: actions, Resource: resources, ...(condition ? { Condition: condition } : {}) },
  ],
});

/** A trust policy: these principals may become the role. */
export const trusting = (
  principal: unknown,
  condition?: Record<string, unknown>,
  action: string | readonly string[] = 'sts:AssumeRole',
): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: principal, Action: action, ...(condition ? { Condition: condition } : {}) },
  ],
});

/** A trust policy for an AWS service. */
export const trustingService = (service: string): PolicyDocument => trusting({ Service: service });
