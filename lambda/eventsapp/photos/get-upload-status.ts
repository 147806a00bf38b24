import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { json, notFound } from 'banyan-strangler/lambda';
import type { UploadStatusResponse } from '../contracts/photos';
import { httpHandler } from '../http-handler';
import { objectIdOf } from './object-id';
import { connectPhotosEarly, photosOutside } from './outside';
import type { Photo, RefusedUpload } from './photo';
import { dbListPhotos } from './vpc-functions';

connectPhotosEarly();

type StatusContext = Pick<Context, 'awsRequestId' | 'functionName' | 'getRemainingTimeInMillis'>;

/** `GET /api/events/:eventId/photos/:photoId`: what became of an upload, for users of the event's account. */
export const handler = (event: APIGatewayProxyEvent, context: StatusContext): Promise<APIGatewayProxyResult> =>
  httpHandler(async ({ identity: { customerAccountId }, params }) => {
    const [eventId, photoId] = [objectIdOf(params['eventId']), objectIdOf(params['photoId'])];
    if (eventId === undefined || photoId === undefined) throw notFound('Event not found');
    const { config, vpc, photos } = await photosOutside(context.functionName, [dbListPhotos]);
    const call = { remainingTimeMs: () => context.getRemainingTimeInMillis() };
    const [photo, refused] = await Promise.all([photos.find(photoId), photos.findRefused(photoId)]);
    const ofEvent = [photo, refused].find((upload) => upload?.eventId === eventId);
    // Photos of the monolith's own upload are in MongoDB alone.
    const withPhotos = ofEvent === undefined && config.monolithPhotos === 'kept';
    const inMongo = await vpc.call(dbListPhotos, { eventId, customerAccountId, withPhotos }, call);
    if (!inMongo.isEvent) throw notFound('Event not found');
    const isStored = inMongo.photos.some(({ id }) => id === photoId);
    return json(200, isStored ? { status: 'stored' } : statusOf(ofEvent));
  })(event, context);

function statusOf(upload: Photo | RefusedUpload | undefined): UploadStatusResponse {
  if (upload === undefined) return { status: 'waiting' };
  return 'reason' in upload ? { status: 'refused', reason: upload.reason } : { status: 'stored' };
}
