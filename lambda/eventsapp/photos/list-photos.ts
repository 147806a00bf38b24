import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { json, notFound } from 'banyan-strangler/lambda';
import type { PhotoJson } from '../contracts/photos';
import { httpHandler } from '../http-handler';
import { READERS } from '../readers';
import { objectIdOf } from './object-id';
import { connectPhotosEarly, photosOutside } from './outside';
import type { Photo } from './photo';
import { dbListPhotos } from './vpc-functions';

connectPhotosEarly();

type ListContext = Pick<Context, 'awsRequestId' | 'functionName' | 'getRemainingTimeInMillis'>;

/** `GET /api/events/:eventId/photos`. While the monolith keeps photos, MongoDB decides which there are: it removes them with their event. */
export const handler = (event: APIGatewayProxyEvent, context: ListContext): Promise<APIGatewayProxyResult> =>
  httpHandler(READERS, async ({ identity: { customerAccountId }, params }) => {
    const eventId = objectIdOf(params['eventId']);
    if (eventId === undefined) throw notFound('Event not found');
    const { config, vpc, photos } = await photosOutside(context.functionName, [dbListPhotos]);
    const withPhotos = config.monolithPhotos === 'kept';
    const call = { remainingTimeMs: () => context.getRemainingTimeInMillis() };
    const [inMongo, stored] = await Promise.all([
      vpc.call(dbListPhotos, { eventId, customerAccountId, withPhotos }, call),
      photos.listOfEvent(eventId),
    ]);
    if (!inMongo.isEvent) throw notFound('Event not found');
    // The index knows events alone.
    const own = stored.filter((photo) => photo.customerAccountId === customerAccountId);
    const listed = new Map(own.map((photo) => [photo.id, toJson(photo)]));
    // Of a photo in both stores, what DynamoDB says.
    const united = inMongo.photos.map(({ id, json: listedThere }) => listed.get(id) ?? listedThere);
    return json(200, { photos: withPhotos ? united : [...listed.values()] });
  })(event, context);

function toJson({ id, fileName, contentType, size, createdAt }: Photo): PhotoJson {
  return { id, fileName, contentType, size, createdAt };
}
