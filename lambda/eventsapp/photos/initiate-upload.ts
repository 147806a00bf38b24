import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { BanyanError, json, notFound, type HttpRequest, type HttpResponse } from 'banyan-strangler/lambda';
import { parseUploadRequest, type InitiateUploadResponse } from '../contracts/photos';
import { httpHandler } from '../http-handler';
import type { EventsappIdentity } from '../identity';
import { newObjectId, objectIdOf } from './object-id';
import { connectPhotosEarly, photosOutside } from './outside';
import { presignUpload } from './presign';
import { dbCheckPhotoUpload } from './vpc-functions';

connectPhotosEarly();

/** `POST /api/events/:eventId/photos/initiate-upload`, outside the VPC: for users who are registered as attendees of the event. */
export const handler = (event: APIGatewayProxyEvent, context: UploadContext): Promise<APIGatewayProxyResult> =>
  httpHandler((request) => initiateUpload(request, context))(event, context);

type UploadContext = Pick<Context, 'awsRequestId' | 'functionName' | 'getRemainingTimeInMillis'>;

async function initiateUpload(
  { identity: { customerAccountId, userId }, params, body }: HttpRequest<EventsappIdentity>,
  context: UploadContext,
): Promise<HttpResponse> {
  const eventId = objectIdOf(params['eventId']);
  if (eventId === undefined) throw notFound('Event not found');
  const upload = parseUploadRequest(body);
  const { config, vpc, s3 } = await photosOutside(context.functionName, [dbCheckPhotoUpload]);
  const call = { remainingTimeMs: () => context.getRemainingTimeInMillis() };
  const { outcome } = await vpc.call(dbCheckPhotoUpload, { eventId, customerAccountId, userId }, call);
  if (outcome === 'no such event') throw notFound('Event not found');
  if (outcome === 'not registered') throw new BanyanError(NOT_REGISTERED, { code: 'not_registered', statusCode: 403 });
  const now = new Date();
  const photoId = newObjectId(now);
  const createdAt = now.toISOString();
  const about = { id: photoId, eventId, customerAccountId, createdBy: userId, createdAt };
  const s3PutObjectUrl = await presignUpload(s3, config.bucket, { ...about, ...upload });
  return json(201, { photoId, s3PutObjectUrl } satisfies InitiateUploadResponse);
}

const NOT_REGISTERED = 'Only people who are registered for this event may upload photos of it';
