/** An error as AWS words it on the wire. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export const noSuchEntity = (what: string): AwsError =>
  new AwsError('NoSuchEntity', 404, `The ${what} cannot be found.`);

export const accessDenied = (action: string): AwsError =>
  new AwsError(
    'AccessDenied',
    403,
    `User is not authorized to perform: ${action} because no identity-based policy allows the action`,
  );

export const invalidInput = (message: string): AwsError => new AwsError('ValidationError', 400, message);
