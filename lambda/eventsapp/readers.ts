import type { Access } from 'banyan-strangler/lambda';

/** Users and integrations: whom the monolith's `acceptApiKey` and `requireReader` let read. */
export const READERS = { auth: 'required', accepts: ['session', 'api-key'] } as const satisfies Access<'required'>;
