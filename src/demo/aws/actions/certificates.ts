import type { Actions } from '../call.js';
import { page } from '../paging.js';
import { serverCertificateArn } from './arns.js';

export const certificateActions: Actions = {
  ListSigningCertificates(call) {
    const user = call.user();
    return page(call, 'Certificates', user.signingCertificates, (certificate) => ({
      UserName: user.name,
      CertificateId: certificate.id,
      CertificateBody: certificate.body,
      Status: certificate.status,
      UploadDate: new Date(certificate.uploadedAt),
    }));
  },

  ListServerCertificates: (call) =>
    page(call, 'ServerCertificateMetadataList', call.account.serverCertificates.values(), (certificate) => ({
      Path: certificate.path,
      ServerCertificateName: certificate.name,
      ServerCertificateId: certificate.id,
      Arn: serverCertificateArn(call.account, certificate.path, certificate.name),
      UploadDate: new Date(certificate.uploadedAt),
      Expiration: new Date(certificate.expiresAt),
    })),
};
