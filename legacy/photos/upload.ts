import type { RequestHandler } from 'express';
import multer, { memoryStorage, MulterError } from 'multer';

const MAX_BYTES = 5 * 1024 * 1024;

/**
 * Reads the file of a multipart form into memory, up to 5 MB, as `req.file`; other requests pass as they are. Whatever is wrong
 * with a form is the client's doing, and multer's errors name no status: here they get 413 or 400, or they would end in
 * Express's 500 page.
 */
export function readUpload(field: string): RequestHandler {
  const upload = multer({
    storage: memoryStorage(),
    limits: { fileSize: MAX_BYTES, files: 1, fields: 10, parts: 11 },
    // What browsers send; the default would be latin1.
    defParamCharset: 'utf8',
  }).single(field);
  return (req, res, next) => {
    upload(req, res, (error?: unknown) => {
      if (!(error instanceof Error)) {
        next(error);
        return;
      }
      const tooLarge = error instanceof MulterError && error.code === 'LIMIT_FILE_SIZE';
      next(Object.assign(error, { status: tooLarge ? 413 : 400 }));
    });
  };
}
