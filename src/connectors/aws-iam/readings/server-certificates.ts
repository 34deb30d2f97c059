import { ListServerCertificatesCommand, type ServerCertificateMetadata } from '@aws-sdk/client-iam';
import type { Reading } from '../../sdk/index.js';
import { serverCertificate } from '../mapping/credentials.js';
import { usedAs } from '../answers.js';
import { type AccountOf } from './gaps.js';

const LIST = 'iam:ListServerCertificates';

/** Certificates kept in IAM for load balancers and distributions. */
export const serverCertificateReading = (accountOf: AccountOf): Reading => ({
  id: 'server-certificates',
  types: ['aws.tls-server', 'aws.server-certificate'],
  async *read(ctx, scope) {
    const account = accountOf(scope);
    const pages = account.pages<
      ServerCertificateMetadata,
      {
        ServerCertificateMetadataList?: ServerCertificateMetadata[] | undefined;
        IsTruncated?: boolean;
        Marker?: string;
      }
    >(
      LIST,
      ctx.signal,
      (iam, input, sent) => iam.send(new ListServerCertificatesCommand(input), sent),
      (answer) => answer.ServerCertificateMetadataList,
    );
    for await (const page of pages) yield usedAs(LIST, () => page.flatMap(serverCertificate));
  },
});
