import { it } from '@jest/globals';
import { ConnectorRegistry } from '../../src/connectors/registry/index.js';
import { formats } from '../../src/connectors/file/index.js';
import { awsIam, awsAuthorizationDetails, awsCredentialReport } from '../../src/connectors/aws-iam/index.js';
import { startSample, everyRow, Subjects } from '../support/sample.js';
it('probe', async () => {
  const s = await startSample({ connectors: new ConnectorRegistry([awsIam as never], [...formats, awsAuthorizationDetails, awsCredentialReport]) as never });
  const t0 = performance.now();
  try {
    console.log(await s.load(), performance.now() - t0);
    const subjects = await Subjects.read(s.t);
    const f = await everyRow<any>(s.t, 'findings?status=unresolved');
    console.log(
      f.length,
      '\n' +
        f
          .map((x) => `${x.check} | ${subjects.describe(x.subject)} | ${x.reason} | ${x.severity}`)
          .sort()
          .join('\n'),
    );
    const checks = (await s.t.call('GET', '/api/v1/checks')).body.data;
    console.log(checks.map((c: any) => `${c.id} ${JSON.stringify(c.outcomes)}`).join('\n'));
    const all = await everyRow<any>(s.t, 'identities');
    console.log(all.length, (await everyRow<any>(s.t, 'credentials')).length);
    console.log(
      JSON.stringify(
        (await s.t.call('GET', '/api/v1/sources')).body.data.map((x: any) => [
          x.name,
          x.status,
          x.lastRun?.gaps?.length,
          x.lastRun?.error,
          x.lastRun?.counts?.identities,
        ]),
      ),
    );
  } finally {
    await s.close();
  }
}, 120000);
