/** The embedded MongoDB, in a process of its own as a real one would be. */
import { startEmbedded } from '../../../shared/local/mongo';
import { announcePort } from './listen';

void startEmbedded().then(({ port }) => announcePort(port));
