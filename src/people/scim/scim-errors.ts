import { DomainError, type ErrorForm, type Problem } from '../../platform/http/index.js';

/** The words RFC 7644 (3.12) has for what is wrong with a request. */
export type ScimType =
  | 'invalidFilter'
  | 'invalidPath'
  | 'invalidSyntax'
  | 'invalidValue'
  | 'mutability'
  | 'noTarget'
  | 'tooMany'
  | 'uniqueness';

/** A SCIM request that cannot be carried out as it stands. */
export class ScimRequestRefused extends DomainError {
  readonly code = 'people.scim-request-refused';
  readonly kind = 'malformed';
  override readonly details: { scimType: ScimType };
  constructor(scimType: ScimType, message: string) {
    super(message);
    this.details = { scimType };
  }
}

export const SCIM_PATH = '/scim/v2';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** SCIM answers in its own form: the status as text, and one of its own words for what is wrong. */
export const scimErrors: ErrorForm = {
  prefix: SCIM_PATH,
  mediaType: 'application/scim+json; charset=utf-8',
  write(problem: Problem) {
    // What other APIs call unprocessable is simply a bad request here.
    const status = problem.status === 422 ? 400 : problem.status;
    const scimType = scimTypeOf(problem, status);
    return {
      status,
      body: { schemas: [ERROR], ...(scimType ? { scimType } : {}), detail: problem.detail, status: String(status) },
    };
  },
};

function scimTypeOf({ scimType, code }: Problem, status: number): ScimType | null {
  if (typeof scimType === 'string') return scimType as ScimType;
  if (status === 409) return 'uniqueness';
  if (code === 'request.malformed') return 'invalidSyntax';
  return status === 400 ? 'invalidValue' : null;
}
