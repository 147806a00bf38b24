import { lift } from 'banyan-strangler/lifted';
import { connectEarly } from 'banyan-strangler/mongo';
import banyan from '../../../banyan.config';
import { acceptApiKey } from '../../../legacy/auth/api-key';
import { createApiKeyStore } from '../../../legacy/auth/store';
import { createEventStore } from '../../../legacy/events/store';
import { photoRoutes } from '../../../legacy/photos/routes';
import { createPhotoStore } from '../../../legacy/photos/store';

connectEarly();

/** `GET /api/events/:eventId/photos` and `GET /api/photos/:photoId`. The router's upload is not deployed: no path leads to it. */
export const handler = lift(banyan, (router, db) => {
  const deps = {
    photos: createPhotoStore(db),
    events: createEventStore(db),
    acceptApiKey: acceptApiKey(createApiKeyStore(db)),
    clock: () => new Date(),
  };
  router.use('/api', photoRoutes(deps));
});
