import { createAwsWorld, credentialReport, allowing, addAccount, trusting, type AwsAccount } from '../../aws/index.js';
import { authorizationDetailsActions } from '../../aws/actions/authorization-details.js';
import { Call } from '../../aws/call.js';
import { RETURNS } from '../organisation.js';
import type { SampleTime } from '../sample-time.js';
import { type Estate, role, user } from '../accounts/estate.js';

const FLOWS = ['intake', 'grading', 'refund', 'restock', 'donation'];

/** The two files AWS itself writes about an account: whoever may not connect it can at least hand them in. */
export function returnsFiles(time: SampleTime): { details: string; report: string } {
  const estate: Estate = {
    time,
    account: addAccount(createAwsWorld(), {
      ...RETURNS,
      createdAt: time.daysAgo(900),
      root: { password: { lastUsedAt: time.daysAgo(60), changedAt: time.daysAgo(900) } },
    }),
  };
  const bucket = (flow: string) => ({
    files: allowing(['s3:GetObject', 's3:PutObject'], [`arn:aws:s3:::sample-returns-${flow}/*`]),
  });
  for (const flow of FLOWS)
    for (const part of ['api', 'worker'])
      role(estate, {
        name: `returns-${flow}-${part}`,
        trusts: 'lambda',
        may: bucket(flow),
        owner: 51,
        team: 'Parcels IT',
      });
  // Nothing in a file says that a role was not used, only that it was.
  role(estate, { name: 'returns-yearly-audit', trusts: 'lambda', may: bucket('audit'), owner: 51, usedDaysAgo: 300 });
  role(estate, {
    name: 'returns-operators',
    trusts: trusting({ AWS: `arn:aws:iam::${RETURNS.id}:root` }),
    may: bucket('intake'),
    owner: 53,
  });
  for (const [at, name] of ['returns-scanner', 'returns-mailer', 'returns-printer'].entries())
    user(estate, { name, owner: 53, may: bucket('intake'), keys: [{ ageDays: 20 + 20 * at, usedDaysAgo: 1 + at }] });
  user(estate, { name: 'sample.person.51', signedInDaysAgo: 3 });
  return {
    details: JSON.stringify(authorizationDetails(estate.account, time), null, 1),
    report: `${credentialReport(estate.account)}\n`,
  };
}

/** What `aws iam get-account-authorization-details` prints. */
function authorizationDetails(account: AwsAccount, time: SampleTime): unknown {
  const asked = new URLSearchParams({ MaxItems: '1000' });
  const caller = { account, arn: '', userId: '', userName: null };
  const call = new Call(account.world, 'GetAccountAuthorizationDetails', caller, asked, time.start);
  return authorizationDetailsActions.GetAccountAuthorizationDetails!(call);
}
