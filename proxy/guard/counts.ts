export const COUNTED = [
  'lambda',
  'lambdaErrors',
  'sharedErrors',
  'answeredErrors',
  'checkedErrors',
  'unsharedErrors',
  'coldStarts',
  'refused401',
  'refused403',
  'checked',
  'unshared401',
  'unshared403',
  'unshared404',
  'checkedSessions',
  'unsharedSessions401',
  'unsharedSessions403',
  'timed',
  'slow',
  'legacy',
  'legacyErrors',
  'compared',
  'different',
] as const;
export type Counted = (typeof COUNTED)[number];
export type Counts = Readonly<Record<Counted, number>>;

/** What an authorizer says, for many routes alike. */
export const PROVABLE = [401, 403] as const;
export type ProvableStatus = (typeof PROVABLE)[number];
