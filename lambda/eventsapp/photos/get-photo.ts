import { validateHeaderValue } from 'node:http';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import banyan from '../../../banyan.config';
import { bytes, notFound, type HttpResponse } from 'banyan-strangler/lambda';
import { httpHandler } from '../http-handler';
import { READERS } from '../readers';
import { mediaTypeOf } from './media-type';
import { objectIdOf } from './object-id';
import { connectPhotosEarly, photosOutside } from './outside';
import { presignDownload } from './presign';
import { unlessGone } from './unless-gone';
import { dbFindPhoto, MAX_ANSWER_BYTES } from './vpc-functions';

connectPhotosEarly();

type GetContext = Pick<Context, 'awsRequestId' | 'functionName' | 'getRemainingTimeInMillis'>;

/** `GET /api/photos/:photoId`: the bytes from S3, or of photos that MongoDB alone has from there. While the monolith keeps photos, MongoDB decides which there are. */
export const handler = (event: APIGatewayProxyEvent, context: GetContext): Promise<APIGatewayProxyResult> =>
  httpHandler(READERS, async ({ identity: { customerAccountId }, params }) => {
    const photoId = objectIdOf(params['photoId']);
    if (photoId === undefined) throw notFound(NOT_FOUND);
    const { config, vpc, s3, photos } = await photosOutside(context.functionName, [dbFindPhoto]);
    const call = { remainingTimeMs: () => context.getRemainingTimeInMillis() };
    const find = async ({ withData }: { readonly withData: boolean }) =>
      (await vpc.call(dbFindPhoto, { photoId, customerAccountId, withData }, call)).photo ?? undefined;
    const stored = await photos.find(photoId);
    const own = stored?.customerAccountId === customerAccountId ? stored : undefined;
    // The monolith removes photos together with their event.
    const inMongo = config.monolithPhotos === 'kept' ? await find({ withData: own === undefined }) : own;
    if (inMongo === undefined) throw notFound(NOT_FOUND);
    // As the gateway answers for a function whose answer is too large: the proxy then asks the monolith. Once that is retired, S3 answers.
    if (own !== undefined && own.size > MAX_ANSWER_BYTES)
      return config.monolithPhotos === 'kept'
        ? TOO_LARGE
        : redirect(await presignDownload(s3, config.bucket, own, headersOf(own)));
    if (own !== undefined) {
      const { GetObjectCommand } = await import('@aws-sdk/client-s3');
      const object = await unlessGone(s3.send(new GetObjectCommand({ Bucket: config.bucket, Key: own.key })));
      const data = await object?.Body?.transformToByteArray();
      if (data !== undefined) return picture(own, Buffer.from(data));
      if (config.monolithPhotos === 'retired') throw new Error(`photo ${photoId}: its object ${own.key} is missing`);
    }
    // Never copied, or just taken back by the migration.
    const whole = own === undefined && 'data' in inMongo ? inMongo : await find({ withData: true });
    if (whole === undefined) throw notFound(NOT_FOUND);
    return whole.data === null ? TOO_LARGE : picture(whole, Buffer.from(whole.data, 'base64'));
  })(event, context);

const NOT_FOUND = 'Photo not found';

const TOO_LARGE: HttpResponse = { ...banyan.responses.internalError, statusCode: 502 };

interface Named {
  readonly contentType: string;
  readonly fileName: string;
}

/** With the monolith's headers. */
function picture(about: Named, data: Buffer): HttpResponse {
  // The type is what the uploader said: no browser shall find a script in it.
  const headers = { ...headersOf(about), 'X-Content-Type-Options': 'nosniff' };
  // A type that is no header's value is 500 on the monolith; API Gateway would answer 502.
  for (const [name, value] of Object.entries(headers)) validateHeaderValue(name, value);
  return bytes(200, data, headers);
}

function headersOf({ contentType, fileName }: Named) {
  return {
    'Content-Type': mediaTypeOf(contentType),
    'Content-Disposition': `inline; filename*=UTF-8''${encodeExtended(fileName)}`,
  };
}

/** To an address that is good for a minute, so no one may keep it. */
function redirect(url: string): HttpResponse {
  return { statusCode: 302, headers: { Location: url, 'Cache-Control': 'no-store' }, body: '' };
}

/** A value of an extended parameter by RFC 8187. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
