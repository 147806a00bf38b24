import { bindHttpHandler } from 'banyan-strangler/lambda';
import banyan from '../../banyan.config';

/** Wraps a function of eventsapp. */
export const httpHandler = bindHttpHandler(banyan);
