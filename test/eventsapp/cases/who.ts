/** Statuses of a private route that everybody of the account may read. */
export const READABLE = {
  anonymous: 401,
  'bad token': 401,
  member: 200,
  organiser: 200,
  'other account': 200,
  'API key': 200,
};

/** The same for something that belongs to the account of member, organiser and API key. */
export const OWN_ACCOUNT = { ...READABLE, 'other account': 404 };

/** Statuses of what an organiser of the account may do, and nobody else. */
export const ORGANISER_ONLY = (status: number) =>
  ({ anonymous: 401, 'bad token': 401, member: 403, organiser: status, 'API key': 401 }) as const;

/** Requests with a body and without a session never leave the monolith. */
export const BODY_OF_NOBODY_ON_LEGACY = { anonymous: 'legacy', 'API key': 'legacy' } as const;
