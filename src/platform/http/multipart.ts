import type { FastifyRequest } from 'fastify';
import { MediaTypeUnsupported, RequestInvalid } from './problem.js';

interface FilePart {
  readonly type: 'file';
  readonly fieldname: string;
  readonly filename: string;
  readonly file: AsyncIterable<Buffer> & { readonly truncated: boolean; resume(): void };
}
interface FieldPart {
  readonly type: 'field';
  readonly fieldname: string;
  readonly value: unknown;
  readonly valueTruncated?: boolean;
}

export interface UploadedFile {
  readonly fields: Readonly<Record<string, string>>;
  readonly fileName: string | null;
  readonly stream: AsyncIterable<Buffer>;
  isTruncated(): boolean;
}

/** The fields of a multipart request and its one file, as a stream. Fields must come before the file: what they say is known before it is read. */
export async function readUpload(request: FastifyRequest, maximumBytes: number): Promise<UploadedFile> {
  const multipart = request as FastifyRequest & {
    isMultipart(): boolean;
    parts(options: object): AsyncIterableIterator<FilePart | FieldPart>;
  };
  if (!multipart.isMultipart())
    throw new MediaTypeUnsupported('Send multipart/form-data: the fields first, then the part "file".');
  const fields: Record<string, string> = {};
  // Without a limit of its own the parser cuts a streamed file at 1 MiB and ends as if it were whole.
  for await (const part of multipart.parts({ limits: { fileSize: maximumBytes, fieldSize: 4096 } })) {
    if (part.type === 'field') {
      if (part.valueTruncated) throw new RequestInvalid([{ pointer: `/${part.fieldname}`, detail: 'is too long' }]);
      fields[part.fieldname] = String(part.value);
      continue;
    }
    if (part.fieldname !== 'file') {
      part.file.resume();
      throw new RequestInvalid([
        { pointer: `/${part.fieldname.slice(0, 100)}`, detail: 'is not a known part; the file goes into "file"' },
      ]);
    }
    return {
      fields,
      fileName: part.filename ? part.filename.slice(0, 300) : null,
      stream: part.file,
      isTruncated: () => part.file.truncated,
    };
  }
  throw new RequestInvalid([{ pointer: '/file', detail: 'is missing' }]);
}
