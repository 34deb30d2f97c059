/** The account that records are made for. */
export interface Frame {
  /** aws, aws-cn, aws-us-gov */
  readonly partition: string;
  readonly account: string;
  readonly name: string;
  /** Where the account's own setting says so; a tag wins. */
  readonly environment?: string;
  readonly unit?: string;
  /** When what is mapped was true, in milliseconds; null = a file, which does not say. */
  readonly asOf: number | null;
}

export const rootArn = ({ partition, account }: Pick<Frame, 'partition' | 'account'>): string =>
  `arn:${partition}:iam::${account}:root`;

/** An ARN taken apart: arn:aws:iam::123456789012:user/path/name. */
export function readArn(arn: string): {
  readonly partition: string;
  readonly account: string | null;
  readonly kind: string;
  readonly name: string;
} | null {
  const found = /^arn:(aws|aws-cn|aws-us-gov|aws-iso[a-z-]*):iam::(\d{12}|aws)?:(?:([a-z-]+)\/(.+)|(root))$/.exec(arn);
  if (!found) return null;
  const [, partition, account, kind, name, root] = found;
  return {
    partition: partition!,
    account: account && account !== 'aws' ? account : null,
    kind: kind ?? root!,
    name: name ?? root!,
  };
}
