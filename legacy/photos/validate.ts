import { validated, type FieldErrors, type Validated } from '../validation';
import type { PhotoDocument } from './store';

const CONTENT_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'] as const;
const MAX_FILE_NAME = 255;

/** What multer reports about a file. */
interface UploadedFile {
  readonly originalname: string;
  readonly mimetype: string;
  readonly buffer: Buffer;
}

type PhotoInput = Pick<PhotoDocument, 'fileName' | 'contentType'> & { data: Buffer };

/** Reads the file of a multipart form's `photo` field. */
export function validatePhoto(file: UploadedFile | undefined): Validated<PhotoInput> {
  const fields: FieldErrors = {};
  const contentType = CONTENT_TYPES.find((allowed) => allowed === file?.mimetype);
  if (file === undefined) fields['photo'] = 'is required';
  else if (contentType === undefined) fields['photo'] = `must be one of ${CONTENT_TYPES.join(', ')}`;
  else if (file.buffer.length === 0) fields['photo'] = 'must not be empty';
  else if (file.originalname.length > MAX_FILE_NAME) {
    fields['photo'] = `must have a file name of at most ${MAX_FILE_NAME} characters`;
  }
  return validated(fields, {
    fileName: file?.originalname ?? '',
    contentType: contentType ?? '',
    data: file?.buffer ?? Buffer.alloc(0),
  });
}
