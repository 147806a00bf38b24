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
    const { vpc, photos } = await photosOutside(context.functionName, [dbListPhotos]);
    const call = { remainingTimeMs: () => context.getRemainingTimeInMillis() };
    const { isEvent } = await vpc.call(dbListPhotos, { eventId, customerAccountId, withPhotos: false }, call);
    if (!isEvent) throw notFound('Event not found');
    const [photo, refused] = await Promise.all([photos.find(photoId), photos.findRefused(photoId)]);
    const ofEvent = [photo, refused].find((upload) => upload?.eventId === eventId);
    return json(200, statusOf(ofEvent));
  })(event, context);

function statusOf(upload: Photo | RefusedUpload | undefined): UploadStatusResponse {
  if (upload === undefined) return { status: 'waiting' };
  return 'reason' in upload ? { status: 'refused', reason: upload.reason } : { status: 'stored' };
}
